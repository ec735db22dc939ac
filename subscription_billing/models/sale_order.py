from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, float_compare


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

    @api.constrains("currency_id")
    def _check_subscription_currency(self):
        """Refuse another currency, such as that of another price list, once subscriptions were agreed in one."""
        # Read past what is not written yet: the database has the currency that was agreed.
        query = SQL("SELECT order_id, currency_id FROM subscription_charge WHERE order_id = ANY(%s)", self.ids)
        self.env.cr.execute(query)
        agreed = dict(self.env.cr.fetchall())
        for order in self:
            currency = self.env["res.currency"].browse(agreed.get(order.id) or ())
            if currency and currency != order.currency_id:
                raise ValidationError(
                    self.env._(
                        "%(order)s has subscriptions in %(before)s, which stay in it: choose a price list in "
                        "%(before)s. Sell what is to be in %(currency)s on another order.",
                        order=order.name,
                        before=currency.name,
                        currency=order.currency_id.name,
                    )
                )

    @api.constrains("partner_id", "partner_invoice_id")
    def _check_subscription_customer(self):
        """Refuse that a running order is invoiced to another customer while something of it may be given back."""
        for order in self:
            charges = order.sudo().order_line._subscription_running()
            if charges._would_credit_another():
                raise ValidationError(
                    self.env._(
                        "Subscriptions of %(order)s are invoiced to %(before)s, and %(customer)s would get back what "
                        "they change of that. Keep the invoice address; “Transfer to another customer” in the "
                        "subscription has %(customer)s go on with it.",
                        order=order.name,
                        before=", ".join(charges._billed_customers().mapped("display_name")),
                        customer=order.partner_invoice_id.display_name,
                    )
                )

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

    def _get_invoiceable_lines(self, final=False):
        # OVERRIDE: a down payment comes off what it was paid for, not off subscriptions while that is to come.
        lines = super()._get_invoiceable_lines(final)
        advances = lines.filtered(lambda line: line.is_downpayment and not line.display_type)
        if not (advances and final and self._subscription_advances_wait(lines - advances)):
            return lines
        return lines.filtered(lambda line: not line.is_downpayment)

    def _subscription_advances_wait(self, lines):
        """Return whether down payments wait for lines without subscriptions, of which none is to be invoiced now.

        :param lines: ``sale.order.line``, what is invoiced now
        """
        charged = self.sudo().order_line._subscription_running().line_id
        once = self.order_line.filtered(lambda line: not (line.is_downpayment or line._billing_has_other_source()))
        if not charged or once & lines:
            return False
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return any(float_compare(line.product_uom_qty, line.qty_invoiced, digits) > 0 for line in once)

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
