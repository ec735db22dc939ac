from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import to_units
from odoo.exceptions import UserError


class BillingSchedule(models.Model):
    """Faults of a plan: it bills more than its lines, or less than nothing. Its quotation cannot be confirmed.

    A share has the sign of its line: positive of a charge, negative of a discount. A milestone thus credits only
    where its lines do.
    """

    _inherit = "billing.schedule"

    plan_fault = fields.Text(
        compute="_compute_plan_fault",
        compute_sudo=True,
        help="Why the quotation can neither be sent, printed, signed nor confirmed with this plan.",
    )

    @api.depends("milestone_ids.allocation_ids.amount", "milestone_ids.amount", "line_ids.price_subtotal")
    def _compute_plan_fault(self):
        for schedule in self:
            schedule.plan_fault = "\n".join(schedule._plan_faults()) or False

    def _plan_faults(self):
        """Return what is wrong with the plan and how to mend it: a list of texts, empty when all is well."""
        self.ensure_one()
        faults = [
            self.env._(
                "Milestone %(milestone)s comes to %(amount)s: it would credit what nobody billed. "
                "The milestones before it bill too much; lower one of them.",
                milestone=milestone.name,
                amount=self.currency_id.format(milestone.amount),
            )
            for milestone in self.milestone_ids
            if milestone._is_on_wrong_side()
        ]
        planned, lines = (
            sum(self._plan_units(rows)) for rows in (self.milestone_ids.mapped("amount"), self._line_amounts())
        )
        if not faults and (planned - lines) * (1 if lines > 0 else -1) > 0:
            faults.append(
                self.env._(
                    "The milestones total %(planned)s, more than the %(lines)s of the lines they cover. "
                    "Lower one of them.",
                    planned=self.currency_id.format(self.amount_planned),
                    lines=self.currency_id.format(self.amount_lines),
                )
            )
        return faults or self._line_faults()

    def _line_faults(self):
        """Return, as texts, which lines the plan bills beyond what they come to, though the sum is right."""
        faults = []
        for line in self.line_ids:
            [amount] = self._plan_units([line.price_subtotal])
            planned = sum(self._plan_units(line.billing_allocation_ids.mapped("amount")))
            if (planned - amount) * (1 if amount > 0 else -1) > 0:
                faults.append(
                    self.env._(
                        "The milestones bill %(planned)s of the line %(line)s, which comes to %(amount)s. "
                        "Lower one of those that cover it.",
                        planned=self.currency_id.format(sum(line.billing_allocation_ids.mapped("amount"))),
                        line=(line.name or "").split("\n")[0],
                        amount=self.currency_id.format(line.price_subtotal),
                    )
                )
        return faults

    def _line_amounts(self):
        return self.line_ids.mapped("price_subtotal")

    def _plan_units(self, amounts):
        """Return these amounts as whole units of the order's currency."""
        rounding = self.currency_id.rounding or 0.01
        return [to_units(amount, rounding) for amount in amounts]


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    def _is_on_wrong_side(self):
        """Return whether this milestone credits lines that are to be paid, or charges lines that are discounts."""
        self.ensure_one()
        shares = self.sudo().allocation_ids
        zero = self.currency_id.is_zero
        return any(row.amount * row.line_id.price_subtotal < 0 and not zero(row.amount) for row in shares)


class SaleOrder(models.Model):
    """A quotation whose plan is wrong is neither sent, nor printed, signed, paid or confirmed."""

    _inherit = "sale.order"

    billing_plan_fault = fields.Text(
        compute="_compute_billing_plan_fault",
        compute_sudo=True,
        help="Why the quotation can neither be sent, printed, signed nor confirmed with its billing schedule.",
    )

    @api.depends("billing_schedule_ids.plan_fault")
    def _compute_billing_plan_fault(self):
        for order in self:
            order.billing_plan_fault = "\n".join(order.billing_schedule_ids.filtered("plan_fault").mapped("plan_fault"))

    def _billing_fault(self):
        """Return what is wrong with the plan of this order while it is a quotation, with the order's name, or ""."""
        self.ensure_one()
        fault = self.state in ("draft", "sent") and self.sudo().billing_plan_fault
        if not fault:
            return ""
        return self.env._("The billing schedule of %(order)s is wrong. %(fault)s", order=self.name, fault=fault)

    def _billing_check_plans(self):
        """Refuse what would show the customer a plan that is wrong.

        :raises UserError: naming the milestone and the remedy.
        """
        faults = [fault for order in self if (fault := order._billing_fault())]
        if faults:
            raise UserError("\n".join(faults))

    def action_quotation_send(self):
        """Open the mail of the quotation, unless its plan is wrong.

        :raises UserError: naming the milestone and the remedy.
        """
        self._billing_check_plans()
        return super().action_quotation_send()

    def action_quotation_sent(self):
        """Mark the quotation as sent, unless its plan is wrong.

        :raises UserError: naming the milestone and the remedy.
        """
        self._billing_check_plans()
        return super().action_quotation_sent()

    def _confirmation_error_message(self):
        return super()._confirmation_error_message() or self._billing_fault()

    def _has_to_be_signed(self):
        return super()._has_to_be_signed() and not self._billing_fault()

    def _has_to_be_paid(self):
        return super()._has_to_be_paid() and not self._billing_fault()


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        # OVERRIDE: what is printed of a quotation goes to the customer, whoever prints it.
        report = self._get_report(report_ref)
        if report.model == "sale.order" and res_ids:
            self.env["sale.order"].browse(res_ids)._billing_check_plans()
        return super()._render_qweb_pdf(report_ref, res_ids=res_ids, data=data)
