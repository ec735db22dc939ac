from odoo import api, models
from odoo.addons.billing_base.engine.due import Answer, Due
from odoo.addons.billing_base.engine.units import to_units
from odoo.tools import SQL

from .sale_order_run import LACKING

#: The states of attainments of which something may be due.
OPEN = ("pending", "run", "blocked", "failed")


class BillingSourceMilestone(models.AbstractModel):
    """Milestones as a source of an invoice run: what is attained of them and not billed, share by share.

    The lines are those that *Create Invoice* makes. What of milestones is held back is left out; credit notes, and what
    only a person can settle, are the queue's.
    """

    _name = "billing.source.milestone"
    _inherit = "billing.source"
    _description = "Milestones Attained"

    _by_itself = True

    @api.model
    def _find_orders(self, company, day, customers):
        self.env["billing.attainment"].flush_model(["state", "order_id", "company_id"])
        self.env["sale.order"].flush_model(["state", "partner_invoice_id"])
        query = SQL(
            """
            SELECT DISTINCT event.order_id
              FROM billing_attainment event
              JOIN sale_order orders ON orders.id = event.order_id AND orders.state = 'sale'
              JOIN res_partner address ON address.id = orders.partner_invoice_id
             WHERE event.state IN ('pending', 'run', 'failed') AND event.company_id = %s %s
            """,
            company.id,
            self._of_customers(customers),
        )
        return {order for [order] in self.env.execute_query(query)}

    @api.model
    def _due(self, orders, day):
        running = orders.filtered(lambda order: order.state == "sale" and order.billing_schedule_ids)
        rules, found = running._billing_rules(), {}
        running = running.with_company(running.company_id)
        shares = running.order_line.filtered("billing_schedule_id")._billing_open_shares()
        for order in running:
            dues = self._due_of(order, shares, order._billing_is_left_to_run(rules[order]))
            found[order] = Answer(tuple(due for due in dues if due.since <= day))
        return found

    @api.model
    def _due_of(self, order, shares, by_itself):
        """Return what is due of one order: a list of ``engine.Due``.

        :param shares: what is open of each of its lines, as ``_billing_open_shares`` returns it
        """
        return [
            self._one_due(order, share, values, part, by_itself)
            for line in order.order_line
            for share, amount in shares.get(line, ())
            for values, part in share._prepare_invoice_lines(amount)
        ]

    @api.model
    def _one_due(self, order, share, values, amount, by_itself):
        milestone = share.milestone_id
        terms = milestone._payment_term()
        return Due(
            order=order.id,
            line=share.line_id.id,
            key=values["billing_key"],
            amount=to_units(amount, order.currency_id.rounding),
            text=values["name"] or "",
            since=milestone._due_since(),
            values=values,
            source=self._name,
            terms=terms.id if terms != order.payment_term_id else 0,
            by_itself=by_itself,
        )

    @api.model
    def _kept_back(self, keys, why):
        # What the rules keep back, the queue says and asks for.
        if why["name"] in (*LACKING, "waits_for_day"):
            return
        shares = self.env["billing.milestone.allocation"].sudo().browse(int(key.partition("/")[0]) for key in keys)
        for milestone in shares.exists().milestone_id:
            milestone.attainment_ids.filtered(lambda row: row.state == "run")._fail_for(why)

    @api.model
    def _asks_to_mend(self, why):
        return True

    @api.model
    def _heading(self):
        return self.env._("Milestones")

    @api.model
    def _find_billed(self, lines):
        return {line: line.billing_milestone_id for line in lines if line.billing_milestone_id}


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    def _due_since(self):
        """Return the day (date) since which something of this milestone is due: the first that is not billed yet."""
        self.ensure_one()
        days = self.attainment_ids.filtered(lambda row: row.state in OPEN and row.percent).mapped("date")
        return min(days, default=self.attained_date or self._today())


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _billing_has_other_source(self):
        return super()._billing_has_other_source() or bool(self.billing_schedule_id)


class BillingDraft(models.AbstractModel):
    _inherit = "billing.draft"

    @api.model
    def _split_names(self):
        return dict(super()._split_names(), apart=self.env._("Project or milestone"))
