from odoo import models
from odoo.tools import float_compare, format_date
from odoo.tools.misc import formatLang


class SaleOrder(models.Model):
    """The billing plan as the customer reads it, on the portal and on paper. Nothing internal is in it."""

    _inherit = "sale.order"

    def _billing_plans(self):
        """Return the plans of this order, in its customer's words and its currency, untaxed.

        Read with all rights: whoever may read the order may read its plan.

        :return: ``{"plans": [{"name", "rows", "amount", "invoiced", "paid"}], "amount", "invoiced", "paid",
            "separate"}``: a dictionary per schedule shown to him with its rows (see ``_plan_row``), the totals of all,
            and what of the order none of them covers
        """
        self.ensure_one()
        order, currency = self.sudo(), self.currency_id
        plans = []
        shown = order.billing_schedule_ids.filtered("show_to_customer")
        for schedule in shown.sorted(lambda schedule: (schedule.sequence, schedule.id)):
            total = schedule.amount_lines
            milestones = schedule.milestone_ids.sorted(lambda milestone: (milestone.sequence, milestone.id))
            rows = [milestone._plan_row(total) for milestone in milestones]
            if rows:
                sums = {name: currency.round(sum(row[name] for row in rows)) for name in ("amount", "invoiced", "paid")}
                plans.append({"name": schedule.name, "rows": rows, **sums})
        totals = {name: currency.round(sum(plan[name] for plan in plans)) for name in ("amount", "invoiced", "paid")}
        separate = currency.round(order.amount_untaxed - totals["amount"])
        return {"plans": plans, "separate": separate if plans else 0.0, **totals}


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    def _plan_row(self, total):
        """Return what the customer reads of this milestone.

        :param float total: the untaxed total of the lines the plan covers, of which the percentage is given
        :return: ``{"name", "when", "percent", "amount", "invoiced", "paid", "state", "label", "icon",
            "invoices"}``; ``when`` a text, ``percent`` one too, ``invoices`` the posted ones
        """
        self.ensure_one()
        lines = self.invoice_line_ids.filtered(lambda line: line.parent_state == "posted")
        invoiced = sum(line._billing_order_amount(self.currency_id) * -line.move_id.direction_sign for line in lines)
        paid = self._paid_amount() if lines else 0.0
        state, label, icon = self._customer_state(self.currency_id.round(invoiced), paid)
        return {
            "name": self.name,
            "when": self._customer_when(),
            "percent": self._short_percent(100.0 * self.amount / total if total else 0.0),
            "amount": self.amount,
            "invoiced": self.currency_id.round(invoiced),
            "paid": paid,
            "state": state,
            "label": label,
            "icon": icon,
            "invoices": lines.move_id.sorted("id"),
        }

    def _short_percent(self, percent):
        """Return ``percent`` in the language's digits, at most two decimals and no needless zeros."""
        digits = next((count for count in (0, 1) if not float_compare(percent, round(percent, count), 2)), 2)
        return formatLang(self.env, percent, digits=digits)

    def _customer_state(self, invoiced, paid):
        """Return where this milestone stands for the customer: ``(key, word, icon)``. Why it waits is not for him.

        :param float invoiced: what posted invoices, less credit notes, bill of it
        :param float paid: the paid part of it
        """
        self.ensure_one()
        same = self.currency_id.compare_amounts
        if self.order_id.state == "cancel" and not invoiced:
            return "cancelled", self.env._("Cancelled"), "fa-ban"
        if invoiced and same(abs(invoiced), abs(self.amount)) >= 0:
            if same(abs(paid), abs(invoiced)) >= 0:
                return "paid", self.env._("Paid"), "fa-check-circle"
            return "invoiced", self.env._("Invoiced"), "fa-file-text-o"
        if self._is_attained():
            return "done", self.env._("Done"), "fa-check"
        if self.attained_percent > 0:
            share = self._short_percent(self.attained_percent)
            return "progress", self.env._("In progress, %s %% done", share), "fa-adjust"
        return "planned", self.env._("Planned"), "fa-clock-o"

    def _customer_when(self):
        """Return when this milestone is due as a text: its day where one is known, else what it waits for."""
        self.ensure_one()
        day = self.attained_date if self._is_attained() else self.planned_date
        if day:
            return format_date(self.env, day)
        if self.due_on == "offset":
            return self._offset_words()
        return {
            "confirmation": self.env._("On order"),
            "delivery": self.env._("On delivery"),
        }.get(self.due_on, self.env._("On completion"))

    def _offset_words(self):
        """Return “30 days after the order”, or after another milestone."""
        base = self.env._("the order")
        if self.offset_from == "milestone" and self.offset_milestone_id:
            base = self.offset_milestone_id.name
        return self._time_after(base) if self.offset_number else self.env._("With %s", base)

    def _summary(self, name, amount, total, planned):
        """Return a row of an invoice's summary: ``amount`` of this invoice, ``total`` with all before, ``planned``."""
        currency = self.currency_id
        return {
            "name": name,
            "amount": currency.round(amount),
            "percent": self._short_percent(100.0 * amount / planned if planned else 100.0),
            "total": currency.round(total),
            "total_percent": self._short_percent(100.0 * total / planned if planned else 100.0),
            "planned": currency.round(planned),
        }
