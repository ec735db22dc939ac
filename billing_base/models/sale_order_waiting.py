from markupsafe import Markup

from odoo import api, models

from .billing_run_telling import ACTIVITY_PAID


class SaleOrder(models.Model):
    """What is paid online of orders on hold: told, and invoiced once they are on hold no longer."""

    _inherit = "sale.order"

    @api.model
    def _billing_kept_back(self, domain):
        paid = self.env["payment.transaction"].sudo().search([("billing_waits", "=", True)]).sale_order_ids
        return super()._billing_kept_back(domain) | paid.filtered_domain(domain).with_env(self.env)

    def _billing_go_on(self):
        # OVERRIDE: what is paid online, and waits for a hold, is invoiced once there is none.
        result = super()._billing_go_on()
        waiting = self.env["payment.transaction"].sudo()
        if self.ids:
            waiting = waiting.search([("billing_waits", "=", True), ("sale_order_ids", "in", self.ids)])
        for transaction in waiting:
            if not any(order._billing_active_holds() for order in transaction.sale_order_ids):
                self.env["billing.run"].sudo()._safely(transaction._billing_invoice_paid)
        return result

    def _billing_tell_paid(self, transaction):
        """Tell the person responsible that this order on hold was paid online, and its invoice waits.

        :param transaction: ``payment.transaction``
        """
        self.ensure_one()
        person = self._billing_person_asked(self.env["billing.run.invoice"])
        env = self.with_context(lang=person.lang or self.env.lang).env
        amount = transaction.currency_id.with_env(env).format(transaction.amount)
        note = env._("The invoice is made once the hold ends or is released.")
        self.activity_schedule(
            ACTIVITY_PAID,
            user_id=person.id,
            summary=env._("%s was paid online while the order is on hold.", amount),
            note=Markup("<p>%s</p>") % note,
        )
