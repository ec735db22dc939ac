from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """Confirmation starts subscriptions, cancelling stops them."""

    _inherit = "sale.order"

    subscription_count = fields.Integer(
        "Subscriptions", compute="_compute_subscription_count", help="How many of its lines are subscriptions."
    )

    @api.depends("order_line.subscription_charge_ids.state")
    def _compute_subscription_count(self):
        for order in self:
            order.subscription_count = len(order.order_line._subscription_running())

    def action_view_subscriptions(self):
        """Open the subscriptions of this order.

        :return: a window action
        :raises AccessError: for who may not read the order
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("subscription_billing.action_subscription_charge")
        return dict(action, domain=[("order_id", "=", self.id)], context={"create": False})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_charged(self):
        for order in self:
            if order.sudo().order_line.subscription_charge_ids:
                raise UserError(
                    self.env._("%s has subscriptions, which stay on record: leave it cancelled.", order.name)
                )

    def _action_confirm(self):
        result = super()._action_confirm()
        self.sudo().order_line._subscription_start_charges()
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        self.sudo().order_line._subscription_running().state = "cancelled"
        return result

    def _create_invoices(self, grouped=False, final=False, date=None):
        # OVERRIDE: what became due with the day is due to be invoiced.
        self.order_line._subscription_refresh()
        return super()._create_invoices(grouped=grouped, final=final, date=date)


class BillingRun(models.Model):
    _inherit = "billing.run"

    @api.model
    def _begin_automatic_of(self, company):
        # OVERRIDE: Odoo's own status of orders follows the day.
        self.env["subscription.charge"]._refresh_lines(company)
        return super()._begin_automatic_of(company)
