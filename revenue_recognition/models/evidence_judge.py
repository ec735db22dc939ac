"""Which facts may be recorded: one judge for the screen, the API, imports and Odoo's own records."""

from datetime import date

from odoo.addons.record_protection.reading import LONGEST_KEY, LONGEST_NAME, LONGEST_TEXT
from odoo.addons.record_protection.reading import is_storable as storable
from odoo.tools import format_date

from ..engine.measures.base import number as readable
from ..engine.reading.node import exact, quoted
from .evidence_kinds import ADDING, KINDS, ONE, OWN_KEYS, Running, Wrong, value_of


class Judged(dict):
    """Values of evidence that an :class:`EvidenceJudge` let pass; nobody outside can send this."""


class EvidenceJudge:
    """Judges facts about some obligations, one after the other; each counts for those after it.

    :param env: environment of the one who records
    :param obligations: all that the facts may be about
    :param automatic: Odoo itself records, with keys of its own
    """

    def __init__(self, env, obligations, automatic=False):
        self.env = env
        self.obligations = obligations
        self.automatic = automatic
        self.running = self._read_running()

    def judge(self, fact, obligation):
        """Return the values of the record that a fact makes.

        :param dict fact: ``key``, ``date`` (a date), ``kind``, ``value``, ``source``, ``note``
        :param obligation: what it is about
        :raises Wrong: when it cannot be
        :raises Refusal: when its value is no number
        """
        values = {
            **self.content(fact, obligation),
            "key": self._key(fact.get("key")),
            "company_id": obligation.company_id.id,
            "contract_id": obligation.contract_id.id,
            "user_id": self.env.uid,
        }
        self._check_day(values["date"], obligation)
        self._add_up(KINDS[values["kind"]], values["date"], values["value"], obligation)
        return Judged(values, late=self._late(values["date"], obligation))

    def content(self, fact, obligation):
        """Return what a fact says, and may not say otherwise when it is sent again.

        :raises Wrong: when it says nothing
        :raises Refusal: when its value is no number
        """
        kind = self._kind(fact.get("kind"), obligation)
        number = value_of(kind, fact.get("value"), obligation.currency_id.decimal_places, self.env)
        return {
            "obligation_id": obligation.id,
            "date": self._day(fact.get("date")),
            "kind": kind.key,
            "value": float(number or 0),
            "source": self._text(fact, "source", LONGEST_NAME),
            "note": self._text(fact, "note", LONGEST_TEXT),
        }

    # === PARTS OF A FACT === #

    def _key(self, key):
        if not isinstance(key, str) or not key.strip():
            raise Wrong("key", self.env._("A text that names the fact is needed."))
        if not storable(key) or len(key) > LONGEST_KEY:
            raise Wrong("key", self.env._("Not a text of at most %s characters.", LONGEST_KEY))
        if key.startswith(OWN_KEYS) and not self.automatic:
            raise Wrong("key", self.env._("Keys that begin with %s are Odoo's own.", OWN_KEYS))
        return key

    def _text(self, fact, name, most):
        text = fact.get(name)
        if text is None or text is False or text == "":
            return False
        if not storable(text):
            raise Wrong(name, self.env._("Not a text: %s", quoted(text)))
        if len(text) > most:
            raise Wrong(name, self.env._("Not a text of at most %s characters.", f"{most:,}"))
        return text

    def _kind(self, kind, obligation):
        if not isinstance(kind, str) or kind not in KINDS:
            kinds = ", ".join(KINDS)
            raise Wrong("kind", self.env._("No kind %(kind)s; there are %(kinds)s.", kind=quoted(kind), kinds=kinds))
        if not KINDS[kind].suits(obligation.measure, obligation.trigger):
            raise Wrong(
                "kind",
                self.env._(
                    "Evidence of kind %(kind)s says nothing about %(obligation)s, which is measured by %(measure)s.",
                    kind=kind,
                    obligation=obligation.name,
                    measure=self._measure_words(obligation),
                ),
            )
        return KINDS[kind]

    def _measure_words(self, obligation):
        words = [obligation._fields["measure"].convert_to_export(obligation.measure, obligation)]
        if obligation.trigger:
            words.append(obligation._fields["trigger"].convert_to_export(obligation.trigger, obligation))
        return " / ".join(words)

    def _day(self, day):
        if not isinstance(day, date):
            raise Wrong("date", self.env._("A date is needed."))
        return day

    def _check_day(self, day, obligation):
        if day > obligation.company_id._revenue_today():
            shown = format_date(self.env, day)
            raise Wrong("date", self.env._("%s is in the future: evidence is of what happened.", shown))
        start = obligation.modification_id.date or obligation.contract_id.date
        if day < start:
            raise Wrong(
                "date",
                self.env._(
                    "%(day)s is before %(start)s, when %(name)s began.",
                    day=format_date(self.env, day),
                    start=format_date(self.env, start),
                    name=obligation.name,
                ),
            )

    def _late(self, day, obligation):
        locked = obligation.company_id.sudo().revenue_lock_date
        return bool(locked and day <= locked)

    # === WHAT ADDS UP === #

    def _add_up(self, kind, day, value, obligation):
        """Count what adds up, refused where it would be more than there is, or less than nothing."""
        if kind.key not in ADDING:
            return
        running, number = self.running[obligation.id], exact(value, "value")
        self._check_origin(kind, running, obligation)
        if passed := running.refusal(day, number):
            on, total, limit = passed
            words = {"total": readable(total), "limit": readable(limit), "name": obligation.name}
            words["day"] = format_date(self.env, on)
            if number < 0:
                raise Wrong("value", self.env._("Of %(name)s, %(total)s would be delivered on %(day)s.", **words))
            raise Wrong(
                "value", self.env._("Of %(name)s, %(total)s of %(limit)s would be delivered on %(day)s.", **words)
            )
        running.add(day, number)
        self._note_origin(kind, running, self.automatic)

    def _check_origin(self, kind, running, obligation):
        """Have delivered quantities come from the order or from elsewhere, never both: they would count twice."""
        if kind.key == "units" and running.automatic and not self.automatic:
            raise Wrong(
                "kind",
                self.env._(
                    "Units of %s come from the delivered quantity of its order line. Change that instead.",
                    obligation.name,
                ),
            )

    def _note_origin(self, kind, running, automatic):
        if kind.key == "units":
            running.automatic |= automatic
            running.foreign |= not automatic

    def _read_running(self):
        """Return what was delivered and accepted so far, of each obligation."""
        changed = self._changed_quantities()
        running = {
            obligation.id: Running(self._limits(obligation, changed.get(obligation.id, ())))
            for obligation in self.obligations
        }
        rows = (
            self.env["revenue.evidence"]
            .sudo()
            .search_fetch(
                [("obligation_id", "in", self.obligations.ids), ("kind", "in", ADDING)],
                ["obligation_id", "date", "value", "key", "kind"],
                order="date, id",
            )
        )
        for row in rows:
            one = running[row.obligation_id.id]
            one.add(row.date, exact(row.value, "value"))
            self._note_origin(KINDS[row.kind], one, row.key.startswith(OWN_KEYS))
        return running

    def _limits(self, obligation, changed):
        """Return how much there is to deliver, from each date on; nothing where that is open."""
        if not KINDS["units"].suits(obligation.measure, obligation.trigger):
            return [(date.min, ONE)]
        if not obligation.quantity:
            return []
        return [(date.min, exact(obligation.quantity, "quantity")), *changed]

    def _changed_quantities(self):
        """Return ``{obligation id: [(date, quantity)]}`` as modifications that apply made it."""
        lines = (
            self.env["revenue.modification.line"]
            .sudo()
            .search(
                [("obligation_id", "in", self.obligations.ids), ("modification_id.state", "=", "applied")],
                order="id",
            )
        )
        changed = {}
        for line in lines.filtered(lambda line: (line.terms or {}).get("quantity")):
            quantity = exact(line.terms["quantity"], "quantity")
            changed.setdefault(line.obligation_id.id, []).append((line.modification_id.date, quantity))
        return changed
