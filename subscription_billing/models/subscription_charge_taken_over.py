from dataclasses import replace
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.cadence import later


class SubscriptionCharge(models.Model):
    """What another system billed until a day goes on here from the day after it, at the price of the import."""

    _inherit = "subscription.charge"

    billed_until = fields.Date(
        "Billed Elsewhere Until",
        readonly=True,
        help="The last day that another system billed: nothing of it is billed here.",
    )
    price_set_on = fields.Date(
        "Price As Of",
        readonly=True,
        help="The day on which its first price held as it was imported: it rises with terms that begin after it.",
    )

    @api.depends("billed_until", "price_set_on")
    def _compute_agreed(self):
        return super()._compute_agreed()

    @api.depends("billed_until", "price_set_on")
    def _compute_next_due(self):
        return super()._compute_next_due()

    @api.depends("billed_until", "price_set_on")
    def _compute_movement_ids(self):
        return super()._compute_movement_ids()

    def _first_billed_day(self):
        """Return the first day (date) that is billed here, and not by the charge before it."""
        billed = [day for day in (self.billed_until, self.charged_before_until) if day]
        return max([self.first_day, *(day + timedelta(days=1) for day in billed)])

    def _first_price_day(self):
        """Return the day (date) on which the first price was set: rises of later days apply to it."""
        if self.price_set_on:
            return self.price_set_on
        return self.first_day if self.previous_id else self._first_billed_day()

    def _billed_elsewhere_from(self, day):
        """Return the last day (date) billed elsewhere of those from a day on; False for none."""
        return self.billed_until if self.billed_until and self.billed_until >= day else False

    def _terms_counted(self):
        # OVERRIDE: it was won when it began, whoever billed it then.
        terms, known = super()._terms_counted()
        return replace(terms, first=self.first_day.toordinal()), known

    def _take_over_from_elsewhere(self, billed_until):
        """Have this new charge go on from what another system billed, in the term that holds by now.

        :param billed_until: date, the last day billed there; False for none
        """
        today = self.company_id._billing_today()
        self.price_set_on = today
        # Terms that begin by themselves later rise by their rule.
        day = today if self.renewal == "automatic" else self._day_of_take_over(today, billed_until)
        day = min(day, self.last_day or day)
        while self.term_count and self.term_last_day < day:
            self._record_term(self.term_number + 1, "import")
        self.billed_until = billed_until

    @api.model
    def _day_of_take_over(self, today, billed_until):
        """Return the day (date) whose term runs, renewed elsewhere: today, or the first one billed here where later."""
        return max(today, billed_until + timedelta(days=1)) if billed_until else today

    def _check_bills_something(self, path):
        """Refuse to take over what is over, or billed elsewhere to its end.

        :raises UserError: naming the place and both days
        """
        first, last = self._first_billed_day(), self._last_day_agreed()
        if last and last < first:
            said = {"path": path, "end": last, "first": first}
            raise UserError(
                self.env._(
                    "%(path)s: nothing would be billed here: it ends on %(end)s, and is billed here from %(first)s.",
                    **said,
                )
            )

    def _check_transfer_day(self, day):
        """Refuse that another customer goes on before a day that is billed elsewhere to the old one.

        :raises UserError: naming the first day from which he may
        """
        if self._billed_elsewhere_from(day):
            raise UserError(
                self.env._(
                    "day: %(name)s is billed elsewhere until %(until)s. Transfer it from %(first)s or later.",
                    name=self.display_name,
                    until=self.billed_until,
                    first=self._first_billed_day(),
                )
            )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _subscription_end_with_current_term(self, billed_until):
        """Have this line, to be taken over, end with the term that runs by now where its plan ends with its term.

        :param billed_until: date, the last day that is billed elsewhere; False for none
        """
        plan = self.subscription_plan_id
        term = plan._length("term")
        if not term or plan.renewal != "end" or self.subscription_end:
            return
        first, today = self._subscription_values()["first_day"].toordinal(), self.company_id._billing_today()
        day = self.env["subscription.charge"]._day_of_take_over(today, billed_until).toordinal()
        number = 1
        while later(first, term, number) <= day:
            number += 1
        self.subscription_end = date.fromordinal(later(first, term, number) - 1)
