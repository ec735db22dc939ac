from odoo import api, models
from odoo.addons.record_protection.reading import is_storable as storable
from odoo.exceptions import UserError

from ..engine import Refusal
from .evidence_judge import EvidenceJudge
from .evidence_kinds import Wrong, sendable
from .evidence_reader import EvidenceReader
from .translating import translator

#: What makes two facts of one key the same.
CONTENT = ("obligation_id", "date", "kind", "value", "source", "note")
MOST_ITEMS = 100_000


class RevenueEvidence(models.Model):
    """What other systems call, over XML-RPC and JSON-2."""

    _inherit = "revenue.evidence"

    @api.model
    def record(self, items: list, dry_run: bool = False) -> list:
        """Record facts from another system. Safe to repeat: a fact is recorded once, by its key.

        Each item is judged by itself, in order; one that is refused does not keep the others from being recorded.

        :param list items: dictionaries of

            * ``key`` (text): the sender's own name of the fact, unique per company, at most 250 characters
            * ``contract`` (id or name) or ``order`` (id or name): where the obligation is
            * ``obligation``: its key (text) or the id of an order line (number). May be left out where one obligation
              only has a use for this kind
            * ``date`` (``"YYYY-MM-DD"``): when it happened; not in the future, not before the obligation began. One in
              a locked period is late: it is recorded, and the next close catches it up
            * ``kind``: what ``value`` means:
              ``progress`` (observed so far, 0 to 1, of obligations measured by observed progress),
              ``usage`` (an amount in the contract's currency, of usage),
              ``units`` (delivered, below zero when taken back, of units delivered),
              ``satisfy`` (accepted by the customer; the share, 1 when left out, of what waits for acceptance),
              ``start`` (a service or a licence begins; no value, of time elapsed and usage),
              ``estimate_cost``, ``estimate_hours`` (expected in all at completion, above 0),
              ``estimate_unit_price`` (expected per unit),
              ``estimate_returns`` (share of the units expected back, 0 to 1)
            * ``value`` (number), ``source`` (text, ``"api"`` when left out), ``note`` (text)
        :param bool dry_run: say what would happen, and record nothing
        :return: per item, in order, ``{"key", "status"}`` with ``status``

            * ``"recorded"``: with ``id`` (not in a dry run), and ``late`` (true or false)
            * ``"duplicate"``: this very fact was recorded before; with its ``id`` where known
            * ``"refused"``: with ``message``, and ``path`` as in ``"items[3].value"``
        :raises AccessError: for anybody but revenue accountants and controllers
        :raises UserError: when ``items`` is no list of at most 100,000 items, or ``dry_run`` is neither true nor false
        """
        self._check_may_record()
        if not isinstance(items, list | tuple) or len(items) > MOST_ITEMS:
            raise UserError(self.env._("items: a list of at most %s dictionaries is expected.", f"{MOST_ITEMS:,}"))
        if not isinstance(dry_run, bool):
            raise UserError(self.env._("dry_run: true or false is expected."))
        return self._record(items, dry_run)

    def _record(self, items, dry_run):
        """Judge the items, record those that pass, and return what became of each; see :meth:`record`."""
        reader = EvidenceReader(self.env, items)
        judge = EvidenceJudge(self.env, reader.fitting())
        known = self._known_facts(reader)
        results, rows = [], []
        for number, item in enumerate(items):
            result, row = self._judge_item(item, number, reader, judge, known)
            results.append(result)
            if row:
                rows.append((result, row))
        if not dry_run:
            self._create_results(rows)
        return results

    def _judge_item(self, item, number, reader, judge, known):
        """Return the result of an item, and the values to record where it is new."""
        key = item.get("key") if isinstance(item, dict) else None
        place = f"items[{number}]"
        result = {"key": key if storable(key) else "", "status": "refused"}
        try:
            fact, obligation = reader.find(number)
            recorded = known.get((obligation.company_id.id, result["key"]))
            if recorded:
                self._check_same(fact, obligation, recorded, judge)
                return self._duplicate(result, recorded.get("id")), None
            row = judge.judge(fact, obligation)
        except Wrong as wrong:
            return {**result, "message": str(wrong), "path": f"{place}.{wrong.at}" if wrong.at else place}, None
        except Refusal as refusal:
            return {
                **result,
                "message": sendable(translator(self.env)(refusal.reason)),
                "path": f"{place}.{refusal.place}",
            }, None
        known[row["company_id"], row["key"]] = row
        return {**result, "status": "recorded", "late": row["late"]}, row

    def _check_same(self, fact, obligation, recorded, judge):
        """Check that a fact is the one recorded under its key.

        :raises Wrong: naming what differs
        """
        content = judge.content(fact, obligation)
        differs = [name.removesuffix("_id") for name in CONTENT if content[name] != recorded[name]]
        if differs:
            raise Wrong(
                differs[0],
                self.env._(
                    "The key is that of another fact; different: %s. Facts never change: send a new one.",
                    ", ".join(differs),
                ),
            )

    def _duplicate(self, result, record_id):
        known = {"id": record_id} if record_id else {}
        return {**result, "status": "duplicate", **known}

    def _create_results(self, rows):
        """Record what was let pass; what another transaction recorded in the meantime is a duplicate."""
        if not rows:
            return
        for (result, _row), record in zip(rows, self._create_new([row for _result, row in rows]), strict=True):
            if record:
                result["id"] = record.id
            else:
                result["status"] = "duplicate"
                del result["late"]

    def _known_facts(self, reader):
        """Return ``{(company id, key): values}`` of the facts recorded before under the keys that were sent."""
        rows = self.sudo().search_fetch(
            [("key", "in", list(reader.keys)), ("company_id", "in", reader.obligations.company_id.ids)],
            ["company_id", "key", *CONTENT],
        )
        return {
            (row.company_id.id, row.key): {
                "id": row.id,
                **{name: row._fields[name].convert_to_write(row[name], row) for name in CONTENT},
                "date": row.date,
            }
            for row in rows
        }
