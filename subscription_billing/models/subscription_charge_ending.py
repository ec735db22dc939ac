from datetime import date, timedelta

from odoo import fields, models
from odoo.addons.record_protection.reading import values
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import UserError

from ..engine.cadence import FOREVER, Step, later
from ..engine.pausing import Said, stretches
from .subscription_charge_change import CHANGE_GROUPS

#: When a charge may be said to end, in words.
WHEN = [
    ("now", "Now, with credit for the rest"),
    ("end", "At the end of the term, or of the period"),
    ("notice", "As early as notice and minimum term allow"),
]
#: What of a charge its order line says.
NUMBERS = {"price_unit": "price_unit", "discount": "discount", "quantity": "product_uom_qty"}
#: Who may end a charge before notice and minimum term allow it.
EARLIER_GROUP = "sales_team.group_sale_manager"


def _comes_to(agreed):
    """Return what an agreed price, quantity and discount come to in a period (float)."""
    return agreed["price_unit"] * agreed["quantity"] * (1 - agreed["discount"] / 100)


class SubscriptionCharge(models.Model):
    """When a charge may end: by its term, its notice and its minimum term."""

    _inherit = "subscription.charge"

    def _read_end(self, last_day, when):
        """Return the last day (date) that a caller names by a date or a word.

        :raises UserError: when it is neither, or both are said
        """
        if bool(last_day) == bool(when):
            raise UserError(self.env._("Say either “last_day”, or “when”: a date, “now”, “end” or “notice”."))
        if last_day:
            return read_argument(self.env, "last_day", values.day, last_day)
        return (
            self._end_when(when)
            if isinstance(when, str) and when in dict(WHEN)
            else read_argument(self.env, "when", values.day, when)
        )

    def _end_when(self, when):
        """Return the last day (date) that a word stands for, as of today.

        :param str when: of ``WHEN``
        """
        self.ensure_one()
        today = self._today()
        if when == "now":
            return today
        if when == "notice":
            return self._earliest_end()
        return self._end_of_term(today) if self.term_number else self._end_of_period(today)

    def _end_of_period(self, day):
        cadence = self._cadence()
        return date.fromordinal(cadence.start(cadence.holding(day.toordinal()) + 1) - 1)

    def _end_of_term(self, day):
        """Return the last day (date) of the term that holds a day, of the last one at least.

        Where it is not renewed by itself, no further term is foreseen.
        """
        number = self.term_number
        if self.renewal != "automatic":
            return self.term_last_day
        while (last := self._term_days(number)[1]) < day:
            number += 1
        return last

    def _earliest_end(self):
        """Return the earliest last day (date) that notice and minimum term allow, said today.

        A term binds to its end, and notice is given before it.
        """
        self.ensure_one()
        today, first = self._today(), self.first_day.toordinal()
        bound = today.toordinal()
        if self.notice_count:
            bound = later(bound, Step(self.notice_count, self.notice_unit))
        if self.minimum_count:
            bound = max(bound, later(first, Step(self.minimum_count, self.minimum_unit)) - 1)
        bound = date.fromordinal(bound)
        return self._end_of_term(bound) if self.term_number else bound

    def _ends_too_early(self, day):
        """Return whether an end is before notice and minimum term allow, and another one than is agreed already.

        Without notice and minimum term a charge may end on any day.

        :param day: date; False for no end
        """
        self.ensure_one()
        if not day or not (self.notice_count or self.minimum_count) or self.state != "running":
            return False
        return day < self._earliest_end() and not (self.last_day and day >= self.last_day)

    def _check_may_end(self, day):
        """Let users end this charge after a day (date) that may do so.

        :raises UserError: naming the earliest day, for who does not manage sales
        """
        if self.env.su or self.env.user.has_group(EARLIER_GROUP):
            return
        charge = self.sudo()
        if charge._ends_too_early(day):
            raise UserError(
                self.env._(
                    "%(name)s ends on %(day)s at the earliest, by its notice and minimum term. Choose that day, or ask "
                    "a sales manager, who may end it earlier.",
                    name=charge.display_name,
                    day=charge._earliest_end(),
                )
            )

    def _check_may_pause(self, day, last):
        """Let users pause this charge who may end it then, where the pause lasts as long as the charge binds.

        :param day: date, the first one of the pause
        :param last: date, the last one; None where nobody knows
        :raises UserError: as of ``_check_may_end``
        """
        charge = self.sudo()
        pause = Said(day.toordinal(), last.toordinal() + 1 if last else FOREVER)
        versions = charge.version_ids.sorted("id")
        for start, to in stretches([*charge._said_of_pauses(versions), pause]):
            if start <= pause.day < to and to > charge._earliest_end().toordinal():
                self._check_may_end(date.fromordinal(start - 1))

    def _check_may_come_to_nothing(self, day, numbers):
        """Let users leave nothing to charge from a day (date) on who may end this charge then.

        :param dict numbers: price, quantity and discount, where they change
        :raises UserError: as of ``_check_may_end``
        """
        charge = self.sudo()
        agreed = {**charge._agreed_on("price", day), **charge._agreed_on("quantity", day)}
        if _comes_to({**agreed, **numbers}) <= 0 < _comes_to(agreed):
            self._check_may_end(day - timedelta(days=1))

    def _check_end_to_come(self, day):
        """Let users say on the order line that this charge ends after a day (date, False for no end).

        What was charged already is given back, or charged after all, by who may change what was agreed.

        :raises UserError: when the day, or the end that is agreed, is past
        """
        charge = self.sudo()
        today, last = charge._now(), charge.last_day
        if self.env.su or day == last or any(self.env.user.has_group(group) for group in CHANGE_GROUPS):
            return
        if day and day < today or last and last < today:
            raise UserError(
                self.env._(
                    "%(name)s: an end on the order line is today or later. What ended, or is to end in the past, sales "
                    "managers and who invoices change in the subscription. Ask one of them.",
                    name=charge.display_name,
                )
            )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def write(self, vals):
        # OVERRIDE: an end on the order line is bound by notice and minimum term as any other, and is to come.
        said = {own: float(vals[name] or 0.0) for own, name in NUMBERS.items() if name in vals}
        if said and not self.env.su:
            for line in self.filtered(lambda line: line._subscription_running()):
                charge = line._subscription_current().with_env(self.env)
                charge._check_may_come_to_nothing(charge.sudo()._today(), said)
        if "subscription_end" in vals and not self.env.su:
            day = fields.Date.to_date(vals["subscription_end"])
            for charge in self._subscription_running().with_env(self.env):
                charge._check_may_end(day)
            for line in self.filtered(lambda line: line._subscription_running()):
                line._subscription_last().with_env(self.env)._check_end_to_come(day)
        return super().write(vals)
