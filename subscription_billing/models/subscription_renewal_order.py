from odoo import api, fields, models
from odoo.exceptions import UserError

from .subscription_plan import TERMS

#: What a quotation line that renews a charge keeps, and what of it stays once it is accepted.
KEPT = {"product_id", "product_uom_id", "subscription_plan_id", "subscription_start", "subscription_end"}
ACCEPTED = {"price_unit", "discount", "product_uom_qty"}


class SaleOrder(models.Model):
    """Orders that renew subscriptions: what is accepted renews them; what is cancelled does not."""

    _inherit = "sale.order"

    def _told_acceptance(self):
        """Return which quotation was accepted, and by whom where the customer signed it."""
        self.ensure_one()
        if not self.signed_by:
            return self.name
        return self._billing_for_history().env._("%(order)s, signed by %(who)s", order=self.name, who=self.signed_by)

    def _action_cancel(self):
        # OVERRIDE: a renewal is withdrawn while nothing of it is billed; what is cancelled is renewed by no quotation.
        lines = self.sudo().order_line
        lines.filtered(lambda line: line.state == "sale")._subscription_withdraw()
        charges = lines._subscription_running()
        result = super()._action_cancel()
        charges._take_back_quotations()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_renewed(self):
        for order in self:
            if self.env["subscription.term"].sudo().search([("line_id", "in", order.order_line.ids)], limit=1):
                raise UserError(
                    self.env._("%s renewed a subscription, which stays on record: leave it cancelled.", order.name)
                )


class SaleOrderLine(models.Model):
    """A line that renews a charge bills nothing itself: what it says holds for the charge, on its own order."""

    _inherit = "sale.order.line"

    subscription_term_id = fields.Many2one(
        "subscription.term",
        "Renews After",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The term after which it renews a subscription, once its order is confirmed.",
    )

    #: Said when the quotation is made.
    _kept_fields = frozenset({"subscription_term_id"})

    # === NOTHING TO INVOICE === #

    def _subscription_renewing(self):
        return self.filtered("subscription_term_id")

    def _billing_has_other_source(self):
        return super()._billing_has_other_source() or bool(self.subscription_term_id)

    def _subscription_others(self):
        # OVERRIDE: the price of a renewal is that of the charge, whatever the price list says.
        return super()._subscription_others() - self._subscription_renewing()

    @api.depends("subscription_term_id")
    def _compute_qty_to_invoice(self):
        renewing = self._subscription_renewing()
        renewing.qty_to_invoice = 0.0
        return super(SaleOrderLine, self - renewing)._compute_qty_to_invoice()

    @api.depends("subscription_term_id")
    def _compute_invoice_status(self):
        renewing = self._subscription_renewing()
        renewing.invoice_status = "no"
        return super(SaleOrderLine, self - renewing)._compute_invoice_status()

    @api.depends("subscription_term_id")
    def _compute_untaxed_amount_to_invoice(self):
        renewing = self._subscription_renewing()
        renewing.untaxed_amount_to_invoice = 0.0
        return super(SaleOrderLine, self - renewing)._compute_untaxed_amount_to_invoice()

    @api.depends("subscription_term_id")
    def _compute_amount_to_invoice(self):
        renewing = self._subscription_renewing()
        renewing.amount_to_invoice = 0.0
        return super(SaleOrderLine, self - renewing)._compute_amount_to_invoice()

    # === WHAT IT SAYS === #

    @api.constrains("subscription_plan_id", "product_id")
    def _check_subscription_plan(self):
        # OVERRIDE: a renewal was a subscription before.
        return super(SaleOrderLine, self - self._subscription_renewing())._check_subscription_plan()

    def write(self, vals):
        self._check_renewal_kept(vals)
        return super().write(vals)

    def _check_renewal_kept(self, vals):
        """Refuse that a line says something else than what it renews, or than what was accepted.

        :raises UserError: naming the line and what to do
        """
        if self.env.su or not vals.keys() & (KEPT | ACCEPTED):
            return
        for line in self._subscription_renewing():
            names = KEPT | ACCEPTED if line.state == "sale" else KEPT
            if line._changed_fields(vals, names):
                raise UserError(
                    self.env._(
                        "%(line)s renews %(name)s: price, quantity and discount change until it is accepted, then in "
                        "the subscription; the rest stays.",
                        line=line.display_name,
                        name=line.sudo().subscription_term_id.charge_id.display_name,
                    )
                )

    def _subscription_values(self):
        # OVERRIDE: what a quotation comes to that renews a charge is told by the terms of the charge.
        charge = self.sudo().subscription_term_id.charge_id
        if not charge:
            return super()._subscription_values()
        first, last = charge._term_days(self.subscription_term_id.number + 1)
        agreed = {
            "kind": "agreed",
            "day": first,
            "price_unit": self.price_unit,
            "discount": self.discount,
            "quantity": self.product_uom_qty,
            "last_day": last,
        }
        return {
            **{name: charge[name] for name in (*TERMS, "tz", "anchor", "day_of_month")},
            "line_id": self.id,
            "plan_id": charge.plan_id.id,
            "begins_on": first,
            "first_day": first,
            "version_ids": [fields.Command.create(agreed)],
        }

    # === ACCEPTED, AND WITHDRAWN === #

    def _subscription_start_charges(self):
        # OVERRIDE: a line that renews a charge starts none.
        renewing = self._subscription_renewing()
        for line in renewing:
            line.subscription_term_id.charge_id._renew_by_line(line)
        return super(SaleOrderLine, self - renewing)._subscription_start_charges()

    def _subscription_withdraw(self):
        """End the charges that these lines renewed with the term before.

        :raises UserError: when something of the renewal is billed
        """
        for term in self.env["subscription.term"].search([("line_id", "in", self.ids)]):
            charge, before = term.charge_id, term.line_id.subscription_term_id
            billed = charge.invoice_line_ids.filtered(
                lambda line, first=term.first_day: line.parent_state != "cancel" and line.subscription_to >= first
            )
            if billed:
                raise UserError(
                    self.env._(
                        "%(name)s is billed by this renewal already: end the subscription instead.",
                        name=charge.display_name,
                    )
                )
            if charge.state == "running" and not (charge.last_day and charge.last_day <= before.last_day):
                charge._end_after(before.last_day, term.line_id.order_id.name)
