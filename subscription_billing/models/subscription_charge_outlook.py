from datetime import date, timedelta

from odoo import models
from odoo.addons.billing_base.engine.units import from_units

from .subscription_charge_change import SAID

#: How many days of invoices to come are shown.
SHOWN = 4
#: Enough periods of each charge to find them.
LOOKED = 6


class SubscriptionCharge(models.Model):
    """What the next invoices become by a change that is not made yet: by the functions that bill."""

    _inherit = "subscription.charge"

    def _outlook(self, after):
        """Return what the next invoices bill of this charge as it is, and after a change; nothing is written.

        :param after: what is charged then: pairs of a charge, in memory or not, and of changes, as of ``_supposed``
        :return: a list of (date, amount before, amount after), the next days on which either bills something
        """
        self.ensure_one()
        # What goes on from it is there before, too; what only would is in memory.
        there = self | self.union(*(charge for charge, _changes in after if charge.id))
        before = self._units_by_day([(charge, ()) for charge in there])
        then = self._units_by_day(after)
        unit = self.currency_id.rounding
        days = sorted(day for day in before.keys() | then.keys() if before.get(day) or then.get(day))
        return [(day, from_units(before.get(day, 0), unit), from_units(then.get(day, 0), unit)) for day in days[:SHOWN]]

    def _units_by_day(self, supposed):
        """Return what some charges bill by day: ``{date: units}``; what is due since earlier is due today."""
        charges = self.union(*(charge for charge, _changes in supposed if charge.id))
        stands, today, found = charges._stands(), self.company_id._billing_today(), {}
        for charge, changes in supposed:
            for one in charge._coming(stands.get(charge, {}), LOOKED, changes=changes):
                day = max(today, date.fromordinal(one.since))
                found[day] = found.get(day, 0) + one.units
        return found

    def _supposed(self, what, day, last_day=False, numbers=(), plan=False, replaces_later=False):
        """Return what is charged after a change, as ``_outlook`` takes it.

        :param str what: of the change, as the dialog names it
        :param day: date, from which it holds
        :param last_day: date: of an end, or of a pause
        :param dict numbers: prices and quantities, where they are others
        :param plan: the plan (``subscription.plan``), where it is another one
        :param bool replaces_later: whether numbers hold from each later day on of which others are agreed
        """
        before = day - timedelta(days=1)
        if what == "numbers":
            return self._supposed_numbers(day, dict(numbers), replaces_later)
        if what == "pause":
            return [(self, [("pause", day, {"last_day": last_day})])]
        if what == "resume":
            return [(self, [("resume", day, {})])]
        if what == "plan":
            agreed = {**self._agreed_on("price", day), **self._agreed_on("quantity", day), **dict(numbers)}
            kinds = ("quantity",) if "price_unit" in dict(numbers) else ("quantity", "price")
            values = self._values_carried(self.line_id, plan, day, agreed, kinds)
            end = self._end_with_plan(self.line_id, plan, day)
            return [(self, [("end", before, {})]), (self._in_memory(values, end), ())]
        if what == "restart":
            return self._supposed_restart(day)
        return [(self, [("end", before if what == "transfer" else last_day, {})])]

    def _supposed_numbers(self, day, numbers, replaces_later):
        changes = []
        for kind, names in SAID.items():
            said = {name: numbers[name] for name in names if name in numbers}
            days = [day, *self._later_days(kind, day)] if replaces_later else [day]
            changes += [("numbers", one, said) for one in days if said]
        following = self._following()
        if not following:
            return [(self, changes)]
        carried = []
        if "quantity" in numbers and self._carries_quantity(following, day):
            last = following.first_day - timedelta(days=1)
            if replaces_later or not any(day < one <= last for one in self._later_days("quantity", day)):
                carried = [("numbers", following.first_day, {"quantity": numbers["quantity"]})]
        return [(self, changes), (following, carried)]

    def _supposed_restart(self, day):
        if self._may_undo_end(day):
            return [(self, [("end", self._end_before(day), {})])]
        agreed = {**self._agreed_on("price", self.last_day), **self._agreed_on("quantity", self.last_day)}
        values = self._values_going_on(self.line_id, self.plan_id, day, agreed)
        end = self.line_id._subscription_end_of_term(self.plan_id, day.toordinal())
        return [(self, ()), (self._in_memory(values, end), ())]

    def _in_memory(self, values, end):
        """Return the charge as which this one would go on, without writing it.

        :param dict values: its values, but for its end
        :param end: date, its last day; False for none
        """
        values["version_ids"][0][2]["last_day"] = end or False
        return self.new({**values, "state": "running"})
