from dataclasses import replace
from datetime import date

from odoo import api, models
from odoo.addons.billing_base.engine.units import from_units
from odoo.addons.record_protection.reading import values
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import UserError

from ..engine.cadence import FOREVER
from ..engine.coming import coming
from ..engine.pausing import breaks
from .subscription_charge_change import MOST_YEARS
from .subscription_charge_terms import BREAKS

#: How many periods of a charge, and how many changes, one call takes at most.
MOST_PERIODS, MOST_CHANGES = 120, 100
#: Of how many charges.
MOST_CHARGES = 1000
NUMBERS = ("price_unit", "quantity", "discount")


class SubscriptionCharge(models.Model):
    """What will be billed of a charge, and what of it changes would make: asked of the function that bills."""

    _inherit = "subscription.charge"

    @api.readonly
    def preview(self, count: int = 6, until: str | None = None, changes: list | None = None) -> list:
        """Return what will be billed of these charges, as a run of each day would bill it; nothing is written.

        A change is ``{"day": ISO date, "price_unit"?, "quantity"?, "discount"?}``, or ``{"end": ISO date or False}``.

        :param int count: how many periods of each charge at most, 1 to 120; those that are due already come first
        :param str until: ISO date, at most 20 years ahead: all that is due by it, at most 120 periods of each, instead
            of a count
        :param list changes: what to suppose is agreed besides, in this order
        :return: a dictionary for each charge, in the order of the ids: ``id``, ``currency`` and ``periods``, each with
            ``from``, ``to`` and ``due`` (ISO dates; the latter is the day since which it is due), ``amount`` (what is
            to be billed, below zero given back, as the price says), ``billed`` (what stands on invoices), ``total``
            (what the period comes to) and ``why`` (lines of text: days, share, quantity and price)
        :raises AccessError: for who may not read them
        :raises UserError: when an argument cannot be read, naming it; for more than 1,000 charges
        """
        self.check_access("read")
        if len(self) > MOST_CHARGES:
            raise UserError(self.env._("At most %s subscriptions are asked about in one call.", f"{MOST_CHARGES:,}"))
        count = read_argument(self.env, "count", values.whole, count, MOST_PERIODS, 1)
        until = self._read_until(until)
        changes = read_argument(self.env, "changes", values.items, changes or [], MOST_CHANGES)
        charges = self.sudo()
        stands = charges._stands()
        found = []
        for charge in charges:
            supposed = charge._read_changes(changes)
            opened = charge._coming(stands.get(charge, {}), MOST_PERIODS if until else count, until, supposed)
            periods = [charge._coming_period(one) for one in opened]
            found.append({"id": charge.id, "currency": charge.currency_id.name, "periods": periods})
        return found

    @api.model
    def _read_until(self, until):
        """Return the day (date) by which something is due, None without one.

        :raises UserError: when it is none, or too far ahead
        """
        if not until:
            return None
        day = read_argument(self.env, "until", values.day, until)
        if day.year > self.env.company._billing_today().year + MOST_YEARS:
            raise UserError(self.env._("until: %(day)s is more than %(most)s years ahead.", day=day, most=MOST_YEARS))
        return day

    def _coming(self, stands, count=MOST_PERIODS, until=None, changes=()):
        """Return what will be billed of this charge: a list of ``engine.standing.Open``.

        :param dict stands: as of ``_stands``, of this charge
        :param count: how many at most; None for all that are due by ``until``
        :param until: date up to which they are due; None for as far as the count goes
        :param changes: as of ``_read_changes``
        """
        if self.state != "running" or not self.version_ids:
            return []
        terms, known = self._terms_changed(changes)
        today = self._reached(self.company_id._billing_today()).toordinal()
        last = until.toordinal() if until else None
        return coming(terms, known, stands, today, count, self._zone(), self._scale(), last)

    def _terms_changed(self, changes):
        """Return what the engine is told of this charge (as of ``_terms``) once changes are agreed, too."""
        terms, known = self._terms()
        said = self._said_of_pauses(self.version_ids.sorted(lambda version: version._origin.id or 0))
        for name, day, says in changes:
            if name == "end":
                end = day.toordinal() + 1 if day else FOREVER
                terms = replace(terms, end=end)
                continue
            place = len(known.changes)
            if name in BREAKS:
                said.append(self.env["subscription.charge.version"].new({"kind": name, "day": day, **says})._said())
                continue
            rows = self._as_versions(day, says)
            added = tuple(row._change(place + number) for number, row in enumerate(rows))
            known = replace(known, changes=(*known.changes, *added))
        return terms, replace(known, breaks=tuple(breaks(said)))

    def _read_changes(self, changes):
        """Return supposed changes as (``numbers`` or ``end``, date, numbers by name).

        :raises UserError: naming the place
        """
        return [self._read_supposed(change, f"changes[{place}]") for place, change in enumerate(changes)]

    def _read_supposed(self, change, path):
        said = set(change) if isinstance(change, dict) else set()
        if said == {"end"}:
            end = change["end"]
            return "end", read_argument(self.env, f"{path}.end", values.day, end) if end else False, {}
        numbers = said - {"day"}
        if "day" not in said or not numbers or numbers - set(NUMBERS):
            raise UserError(
                self.env._("%s: a day with a price, a quantity or a discount is expected, or an end.", path)
            )
        day = read_argument(self.env, f"{path}.day", values.day, change["day"])
        if day < self.first_day:
            raise UserError(
                self.env._(
                    "%(path)s.day: %(day)s is before the start, %(first)s.", path=path, day=day, first=self.first_day
                )
            )
        return (
            "numbers",
            day,
            {name: float(read_argument(self.env, f"{path}.{name}", values.number, change[name])) for name in numbers},
        )

    def _coming_period(self, one):
        """Return a period as ``preview`` has it."""
        unit, part = self.currency_id.rounding, one.part
        return {
            "from": self._iso(part.start),
            "to": self._iso(part.to - 1),
            "due": str(date.fromordinal(one.since)),
            "amount": from_units(one.units, unit),
            "billed": from_units(one.stands, unit),
            "total": from_units(one.should.total, unit),
            "why": self._tell_open(one, self.env).splitlines(),
        }
