from odoo import fields, models
from odoo.addons.billing_base.engine.units import from_units


class SubscriptionCharge(models.Model):
    """The buttons of a subscription's form."""

    _inherit = "subscription.charge"

    invoice_count = fields.Integer(
        "Invoices", compute="_compute_invoice_count", help="How many invoices and credit notes bill something of it."
    )

    next_amount = fields.Monetary(
        compute="_compute_next_amount", help="What is to be billed of it next, below zero what is given back."
    )

    def _compute_next_amount(self):
        charges = self.sudo()
        stands = charges._stands()
        for charge in charges:
            opened = charge._coming(stands.get(charge, {}), 1) if charge.next_due else []
            charge.next_amount = from_units(sum(one.units for one in opened), charge.currency_id.rounding)

    def _compute_invoice_count(self):
        moves = {charge: charge._invoices() for charge in self}
        for charge in self:
            charge.invoice_count = len(moves[charge])

    def _invoices(self):
        """Return the invoices and credit notes of these charges that the user may read."""
        moves = self.sudo().invoice_line_ids.move_id.sudo(self.env.su)
        return moves._filtered_access("read")

    def action_view_invoices(self):
        """Open the invoices and credit notes of these subscriptions.

        :return: a window action
        :raises AccessError: for who may not read them
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type")
        domain = [("id", "in", self._invoices().ids)]
        return dict(action, domain=domain, context={"create": False}, name=self.env._("Invoices"))

    def action_view_order(self):
        """Open the order of this subscription.

        :return: a window action
        :raises AccessError: for who may not read it
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }
