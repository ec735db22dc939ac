from dataclasses import replace

from odoo import api, fields, models
from odoo.addons.billing_base.engine.due import CAREFUL, Due
from odoo.addons.billing_base.engine.units import to_units

#: Why rules of billing keep a milestone back, the billing day apart; it goes on without anybody's retry. The hold is on
#: whom the invoice goes to, where that is not the customer of the order.
LACKING = ("no_calendar", "no_order_number", "no_file", "held")
#: How plans group milestones on invoices, the finest first.
FINEST = ("milestone", "order", "customer")


class BillingRules(models.AbstractModel):
    _inherit = "billing.rules"

    billing_one_invoice_per = fields.Selection(
        selection_add=[("project", "Project"), ("milestone", "Milestone")],
        ondelete={"project": "set null", "milestone": "set null"},
    )


class SaleOrder(models.Model):
    """Milestones by the customer's rules: left to the invoice run, on the billing day, with what else is due."""

    _inherit = "sale.order"

    def _billing_rule_levels(self):
        # OVERRIDE: the plan says what neither the order nor the customer does.
        levels = super()._billing_rule_levels()
        schedules = self.sudo().billing_schedule_ids
        if schedules:
            levels.insert(-1, ("schedule", schedules._billing_rule_values()))
        return levels

    def _billing_levels_told(self):
        return dict(super()._billing_levels_told(), schedule=self.env._("billing schedule"))

    def _billing_is_left_to_run(self, rules):
        """Return whether what is due of this order is left to the invoice run, to stand on one invoice with the rest.

        :param dict rules: of this order, as ``_billing_rules`` has them
        """
        self.ensure_one()
        return rules["billing_when"].value == "days" or rules["billing_automatic"].value == "yes"

    def _billing_set_apart(self, rules, dues):
        # OVERRIDE: a project, or a milestone, may have invoices of its own.
        apart = {"project": self._billing_project_of, "milestone": self._billing_milestone_of}
        find = apart.get(rules["billing_one_invoice_per"].value)
        return [replace(due, apart=find(due)) for due in dues] if find else dues

    def _billing_project_of(self, due):
        """Return the id of the project of what is due, a text; empty for none."""
        project = self.env["sale.order.line"].browse(due.line)._billing_project()
        return f"project {project.id}" if project else ""

    def _billing_milestone_of(self, due):
        """Return the id of the milestone of what is due, a text; empty for what is of none."""
        if due.source != "billing.source.milestone":
            return ""
        share = self.env["billing.milestone.allocation"].browse(int(due.key.partition("/")[0]))
        return f"milestone {share.milestone_id.id}"

    def _billing_person_asked(self, row):
        # OVERRIDE: of an order with a plan, who is asked about the plan.
        schedule = self.sudo().billing_schedule_ids[:1]
        return schedule._responsible() if schedule else super()._billing_person_asked(row)

    def _billing_settles_afterwards(self, draft):
        # OVERRIDE: down payments come off, and the last cents of taxes come on, once the invoice of a plan is there.
        planned = self.filtered("billing_schedule_ids")
        return super()._billing_settles_afterwards(draft) or any(
            order._billing_advances() or order._billing_may_leave_cents(draft) for order in planned
        )

    def _billing_may_leave_cents(self, draft):
        """Return whether an invoice may be the last of this order, and leave cents of its taxes, which are put on it.

        :param draft: ``engine.Draft``
        """
        self.ensure_one()
        if any(row.state in ("planned", "partial") for row in self.billing_milestone_ids):
            return False
        unit = self.currency_id.rounding
        taxes = sum(
            taxes for due, (_untaxed, taxes) in zip(draft.dues, draft.parts, strict=True) if due.order == self.id
        )
        billed = sum(
            -line.move_id.direction_sign * to_units(line.price_total - line.price_subtotal, unit)
            for line in self.sudo().order_line.invoice_lines
            if line.parent_state != "cancel"
        )
        # Of several taxes, one may lack the cent that another has too much.
        several = len(self.order_line.tax_ids.flatten_taxes_hierarchy()) > 1 and taxes
        return bool(several) or to_units(self.amount_tax, unit) != billed + taxes

    @api.model
    def _billing_kept_back(self, domain):
        rows = self.env["billing.attainment"].search(
            [("state", "in", ("run", "blocked")), ("order_id", "any", list(domain))]
        )
        return super()._billing_kept_back(domain) | rows.filtered(lambda row: row._is_kept_by_rule()).order_id

    def _billing_go_on(self):
        # OVERRIDE: the queue looks again at what a rule kept back, or left to the run.
        result = super()._billing_go_on()
        rows = self.sudo().billing_milestone_ids.attainment_ids.filtered(lambda row: row._is_kept_by_rule())
        rows._set_state("pending")
        if rows:
            rows._wake()
        return result


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _billing_project(self):
        """Return the project (``project.project``) that this line is billed with, where each has its own invoices."""
        self.ensure_one()
        return self.task_id.project_id or self.project_id or self.order_id.project_id


class BillingSchedule(models.Model):
    _inherit = "billing.schedule"

    def _billing_rule_values(self):
        """Return the rules that these plans of one order say: of several the most careful, and the finest.

        How milestones are grouped they say only where that is not what all plans of the company do: else a run, which
        bills all that is due of a customer, asks the company's rule.
        """
        values = {"billing_invoices": min(self.mapped("invoice_policy"), key=CAREFUL.index)}
        said = self.filtered(lambda schedule: schedule.grouping != schedule.company_id.billing_grouping)
        if said:
            values["billing_one_invoice_per"] = min(said.mapped("grouping"), key=FINEST.index)
        return values


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    billing_rules_text = fields.Text(related="order_id.billing_rules_text", groups="base.group_user")

    def _rule_why(self, rules):
        """Return what the rules of its order keep this milestone back by, as facts; None where the queue bills it.

        :param dict rules: of its order, as ``_billing_rules`` has them
        """
        self.ensure_one()
        order, today = self.order_id, self._today()
        due = Due(order.id, 0, "", 0, "", self._due_since())
        _ready, waits = order._billing_on_day(rules, today, today, [due])
        return order._billing_lacking(rules) or waits

    def _is_left_to_run(self):
        """Return whether what is due of this milestone is left to the invoice run."""
        self.ensure_one()
        return any(row.state == "run" for row in self.sudo().attainment_ids)

    def _leave_to_run(self):
        """Leave those of these milestones to the invoice run, or block them, of which the rules say so.

        :return: ``{milestone: (state of its attainments, facts or None)}``
        """
        rules, left = self.order_id._billing_rules(), {}
        for milestone in self:
            held = rules[milestone.order_id]
            why = milestone._rule_why(held)
            if why and why["name"] in LACKING:
                left[milestone] = "blocked", why
            elif milestone.order_id._billing_is_left_to_run(held):
                left[milestone] = "run", why
        if left:
            self.env["billing.run"]._wake()
        run = self.filtered(lambda milestone: left.get(milestone, ("",))[0] == "run")
        # What a run failed to bill of them before is tried again.
        self.env["billing.run.invoice"].sudo()._go_on(run.order_id)
        return left


class BillingAttainment(models.Model):
    _inherit = "billing.attainment"

    def _is_kept_by_rule(self):
        """Return whether a rule of billing keeps this attainment back, or it is left to the invoice run."""
        self.ensure_one()
        return self.state == "run" or self.state == "blocked" and (self.why or {}).get("name") in LACKING
