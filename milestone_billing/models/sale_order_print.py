from collections import Counter
from fractions import Fraction

from odoo import models
from odoo.addons.billing_base.engine.units import from_units, to_fraction, to_units
from odoo.tools import SQL, float_compare, format_date
from odoo.tools.misc import formatLang

from ..engine.split import largest_remainder, part_of, round_half_away


class SaleOrder(models.Model):
    """The billing plan as the customer reads it, on the portal and on paper. Nothing internal is in it."""

    _inherit = "sale.order"

    def _billing_plans(self, limit=None):
        """Return the plans of this order, in its customer's words and its currency, untaxed.

        Read with all rights: whoever may read the order may read its plan.

        :param int limit: how many milestones of each schedule to return at most: those around the first that is not
            billed yet. None returns all.
        :return: ``{"plans", "amount", "taxed", "attained", "invoiced", "paid", "separate"}``: ``plans`` has a
            dictionary per schedule shown to him, ``{"name", "rows", "left_out"}`` and its own amounts: its rows (see
            ``_plan_row``) and words for how many are left out, or ""; then the totals of all, and what of the order
            none of them covers; ``taxed`` is what he will pay, taxes included
        """
        self.ensure_one()
        order, currency = self.sudo(), self.currency_id
        # A plan that is wrong is nobody's yet: it is mended before the quotation is sent.
        shown = order.billing_schedule_ids.filtered(lambda row: row.show_to_customer and not self._billing_fault())
        money = self.env["billing.milestone"]._posted_money(SQL("milestone.schedule_id = ANY(%s)", shown.ids))
        shown = shown.sorted(lambda schedule: (schedule.sequence, schedule.id))
        plans = [schedule._plan_of_customer(money, limit) for schedule in shown if schedule.milestone_ids]
        names = ("amount", "attained", "invoiced", "paid")
        totals = {name: currency.round(sum(plan[name] for plan in plans)) for name in names}
        totals["taxed"] = currency.round(sum(plan["taxed"] for plan in plans))
        separate = currency.round(order.amount_untaxed - totals["amount"])
        return {"plans": plans, "separate": separate if plans else 0.0, **totals}


class BillingSchedule(models.Model):
    _inherit = "billing.schedule"

    def _plan_of_customer(self, money, limit=None):
        """Return this schedule as ``sale.order._billing_plans`` has it.

        :param dict money: what ``_posted_money`` returned, by milestone
        :param int limit: how many milestones to return at most, None for all
        """
        self.ensure_one()
        milestones = self.milestone_ids.sorted(lambda milestone: (milestone.sequence, milestone.id))
        rows = milestones._around_now(limit)[0] if limit else milestones
        mine = [money.get(milestone.id, (0.0, 0.0)) for milestone in milestones]
        percents, taxed = milestones._shown_percents(), self._taxed_amounts()
        return {
            "name": self.name,
            "rows": [
                dict(
                    milestone._plan_row(percents[milestone.id], *money.get(milestone.id, (0.0, 0.0))),
                    taxed=taxed.get(milestone.id, 0.0),
                )
                for milestone in rows
            ],
            "taxed": self.currency_id.round(sum(taxed.values())),
            "left_out": self._left_out_text(len(rows), len(milestones)),
            "amount": self.currency_id.round(sum(milestones.mapped("amount"))),
            "attained": self.currency_id.round(sum(milestones.mapped("due_amount"))),
            "invoiced": self.currency_id.round(sum(invoiced for invoiced, _paid in mine)),
            "paid": self.currency_id.round(sum(paid for _invoiced, paid in mine)),
        }

    def _taxed_amounts(self):
        """Return what the customer pays for each milestone, taxes included, so that all come to what the lines do.

        :return: ``{milestone id: amount in the order's currency}``
        """
        rounding, totals = self.currency_id.rounding, Counter()
        for line, shares in self.milestone_ids.allocation_ids.grouped("line_id").items():
            net, total = (to_units(amount, rounding) for amount in (line.price_subtotal, line.price_total))
            start = 0
            for share in shares.sorted(lambda row: (row.milestone_id.sequence, row.milestone_id.id)):
                units = to_units(share.amount, rounding)
                totals[share.milestone_id.id] += part_of(total, start, units, net) if net else 0
                start += units
        return {key: from_units(units, rounding) for key, units in totals.items()}

    def _left_out_text(self, shown, count):
        if shown == count:
            return ""
        return self.env._(
            "%(shown)s of %(count)s milestones are shown: those around now.",
            shown=shown,
            count=formatLang(self.env, count, digits=0),
        )


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    def _plan_row(self, percent, invoiced, paid):
        """Return what the customer reads of this milestone.

        :param str percent: of the lines the plan covers, as ``_shown_percents`` has it
        :param float invoiced: what posted invoices, less credit notes, bill of it
        :param float paid: the paid part of that
        :return: ``{"name", "when", "percent", "amount", "invoiced", "paid", "state", "label", "icon",
            "invoices"}``; ``when`` a text, ``percent`` one too, ``invoices`` the posted ones
        """
        self.ensure_one()
        lines = self.invoice_line_ids.filtered(lambda line: line.parent_state == "posted")
        state, label, icon = self._customer_state(invoiced, paid)
        return {
            "name": self.name,
            "when": self._customer_when(),
            "percent": percent,
            "amount": self.amount,
            "invoiced": invoiced,
            "paid": paid,
            "state": state,
            "label": label,
            "icon": icon,
            "invoices": lines.move_id.sorted("id"),
        }

    def _shown_percents(self):
        """Return the percentages of these milestones of one plan as texts, which add up as they are shown.

        :return: ``{milestone id: text}``
        """
        hundredths = [to_fraction(milestone._plan_percent()) * 10_000 for milestone in self]
        shown = largest_remainder(round_half_away(sum(hundredths, Fraction())), hundredths)
        return {
            milestone.id: milestone._short_percent(units / 100.0) for milestone, units in zip(self, shown, strict=True)
        }

    def _plan_percent(self):
        """Return the percent of the plan that this milestone bills: the same number on quotation, portal and invoices.

        What was agreed where its amount still is that, else what its amount is of all lines that the plan covers.
        """
        self.ensure_one()
        if self.amount_type == "percent" and not self.line_ids and self._follows_definition():
            return self.percent
        total = self.schedule_id.amount_lines
        return 100.0 * self.amount / total if total else 0.0

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
        planned = self.env._("Takes longer than planned") if self._is_late() else self.env._("Planned")
        return "planned", planned, "fa-clock-o"

    def _customer_when(self):
        """Return when this milestone is due as a text: its day where one is known, else what it waits for."""
        self.ensure_one()
        day = self.attained_date if self._is_attained() else self.planned_date
        if day:
            shown = format_date(self.env, day)
            return self.env._("Was planned for %s", shown) if self._is_late() else shown
        if self.due_on == "offset":
            return self._offset_text()
        return {
            "confirmation": self.env._("On order"),
            "delivery": self.env._("On delivery"),
            "manual": self.env._("As agreed"),
        }.get(self.due_on, self.env._("On completion"))

    def _offset_text(self):
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
