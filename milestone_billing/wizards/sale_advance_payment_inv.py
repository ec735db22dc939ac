from odoo import models

from ..models.sale_order_credit import BY_BUTTON


class SaleAdvancePaymentInv(models.TransientModel):
    _inherit = "sale.advance.payment.inv"

    def _create_invoices(self, sale_orders):
        # OVERRIDE: a person asks for the invoices, who sees the credit notes beside them; an online payment does not.
        return super()._create_invoices(sale_orders._flagged(BY_BUTTON)).with_env(self.env)
