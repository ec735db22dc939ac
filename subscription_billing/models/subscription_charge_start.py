from datetime import date, timedelta

from odoo import models
from odoo.fields import Command
from odoo.tools import float_compare

from ..engine.cadence import Cadence, first_billing_day, later
from .subscription_plan import TERMS


class SaleOrderLine(models.Model):
    """How a charge begins: its start, its periods, its end, by the plan and the customer of the order."""

    _inherit = "sale.order.line"

    def _subscription_start_charges(self):
        """Start the charges of those of these confirmed lines that are subscriptions, and of no other source."""
        for line in self.filtered(lambda line: line._is_subscription() and not line._subscription_is_waiting()):
            charges = line._subscription_reopen() or line._subscription_take_over()
            if not charges and line._subscription_is_not_chosen():
                continue
            if not charges and not line._billing_has_other_source():
                # What was cancelled in this transaction gives way in the database, too.
                charges.flush_model(["state"])
                charges = charges.create([line._subscription_values()])
                start = line.subscription_start or charges.first_day
                days = {"subscription_start": start, "subscription_end": charges.last_day}
                line._flagged("subscription_telling").write(days)
            charges._wake_if_due()

    def _subscription_reopen(self):
        """Go on with the charges of a line whose order was cancelled.

        Where an invoice bills something of them, also a cancelled one, which may be posted again; or where plan and
        start are as they were: what changed meanwhile, pauses and what was billed elsewhere are not forgotten. What was
        agreed once, and is corrected on the quotation before anything is billed, is agreed anew.

        :return: the charges; none where it begins anew
        """
        self.ensure_one()
        charges = self._subscription_to_reopen()
        edited = self._subscription_edited(charges) if charges else ()
        if edited and not charges._is_more_than_agreed():
            return charges.browse()
        if charges:
            cancelled = {charge: charge.cancelled_on for charge in charges}
            charges.state = "running"
            charges._check_point_free()
            charges._leave_out_cancelled(cancelled)
            self._subscription_current()._follow_line(edited)
            self._subscription_last()._follow_end()
            self._subscription_tell()
        return charges

    def _subscription_to_reopen(self):
        """Return the charges of this line that go on when its order is confirmed again."""
        invoiced = self._subscription_invoiced().sorted("id")[-1:]._chain_on_line()
        if invoiced:
            invoiced._check_handed_back()
            invoiced._check_billed_alike()
            return invoiced
        charges = self._origin.sudo().subscription_charge_ids.sorted("id")[-1:]._chain_on_line()
        first = charges.sorted("id")[:1]
        as_before = self.subscription_plan_id in charges.plan_id and self.subscription_start in (
            first.begins_on,
            first.first_day,
        )
        return charges if as_before and not first.previous_id else charges.browse()

    def _subscription_is_not_chosen(self):
        """Return whether this confirmed line is an option that nobody took: none of it, and no charge of it."""
        self.ensure_one()
        none = self.state == "sale" and self._is_subscription() and not self.product_uom_qty
        by_quantity = self.subscription_kind in (False, "recurring")
        return bool(none and by_quantity and not self._subscription_running())

    def _subscription_choose(self, start_said):
        """Start those of these options that somebody took since they were confirmed: from today on, or later.

        :param bool start_said: whether he said from when
        """
        for line in self.filtered(lambda line: line.product_uom_qty and not line._subscription_is_waiting()):
            today = line._subscription_today(line._subscription_zone())
            if not start_said and line.subscription_start and line.subscription_start < today:
                line._flagged("subscription_telling").write({"subscription_start": today})
            line._subscription_start_charges()

    def _subscription_edited(self, charges):
        """Return which of price, discount and quantity somebody edited since the order of this line was cancelled.

        :param charges: its charges, cancelled still
        """
        day = max((charge.cancelled_on for charge in charges if charge.cancelled_on), default=False)
        begun = charges.filtered(lambda row: row.first_day <= (day or row._now())).sorted("first_day")
        charge = begun[-1:] or charges.sorted("first_day")[:1]
        day = max(charge.first_day, day or charge._now())
        said = {**charge._agreed_on("price", day), **charge._agreed_on("quantity", day)}
        names = {"price_unit": "price_unit", "discount": "discount", "quantity": "product_uom_qty"}
        return {name for name, own in names.items() if float_compare(said[name], self[own], precision_digits=9)}

    def _subscription_invoiced(self):
        """Return the charges of these lines that invoices bill something of, cancelled ones among them."""
        return self._origin.sudo().subscription_charge_ids.filtered("invoice_line_ids")

    def _subscription_values(self):
        """Return the values of the charge of this line, as it begins on its start, else today."""
        self.ensure_one()
        plan, zone = self.subscription_plan_id, self._subscription_zone()
        start = (self.subscription_start or self._subscription_today(zone)).toordinal()
        free = plan._length("free")
        first = later(start, free) if free else start
        cadence = self._subscription_cadence(plan, first)
        if plan.first_period == "free":
            first = max(first, cadence.first_from(first))
        last = self.subscription_end or self._subscription_end_of_term(plan, first)
        values = {name: plan[name] for name in TERMS}
        agreed = {
            "kind": "agreed",
            "day": date.fromordinal(first),
            "price_unit": self.price_unit,
            "discount": self.discount,
            "quantity": self.product_uom_qty,
            "last_day": last,
        }
        reductions = plan._reductions(first, cadence)
        if reductions:
            agreed["reduction"] = reductions.pop(0)[1]
        versions = [agreed, *({"kind": "reduction", "day": day, "reduction": percent} for day, percent in reductions)]
        return dict(
            values,
            line_id=self.id,
            plan_id=plan.id,
            tz=zone,
            begins_on=date.fromordinal(start),
            first_day=date.fromordinal(first),
            anchor=date.fromordinal(cadence.anchor),
            day_of_month=cadence.day_of_month,
            version_ids=[Command.create(version) for version in versions],
        )

    def _subscription_zone(self):
        """Return the time zone of the customer, else of the company (a name)."""
        company = self.company_id or self.env.company
        return self.order_id.partner_id.tz or company._billing_zone()

    def _subscription_today(self, zone):
        return self.env["subscription.charge"].new({"tz": zone})._now()

    def _subscription_cadence(self, plan, first):
        """Return the periods of a plan on this line (``engine.cadence.Cadence``).

        :param int first: its first day
        """
        every, day = plan._length("interval"), self._subscription_day_of_month(plan)
        if not day or not every.months:
            return Cadence.on(first, every)
        return Cadence(first_billing_day(first, day), every, day)

    def _subscription_day_of_month(self, plan):
        """Return on which day of the month periods of a plan begin on this line, 0 for that of the start."""
        if plan.alignment == "day":
            return plan.day_of_month
        if plan.alignment == "start":
            return 0
        rules = self.order_id._billing_rules()[self.order_id]
        calendar = self.env["billing.calendar"].browse(rules["billing_calendar_id"].value or ())
        days = calendar._usable_days() if rules["billing_when"].value == "days" and calendar else None
        if not days or calendar.kind != "monthly":
            return 0
        return min(days.days_in)

    def _subscription_end_of_term(self, plan, first):
        """Return the last day of a plan's term on this line, where it ends with it; False where it has no end."""
        term = plan._length("term")
        if not term or plan.renewal != "end":
            return False
        return date.fromordinal(later(first, term)) - timedelta(days=1)
