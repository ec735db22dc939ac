from odoo import api, models
from odoo.fields import Domain
from odoo.tools.misc import formatLang


class BillingMilestone(models.Model):
    """A cancelled backorder leaves the rest of a milestone unbilled: it says so, and a person is asked."""

    _inherit = "billing.milestone"

    @api.model
    def _trigger_gone_domain(self):
        # OVERRIDE: nothing ships the rest of its goods.
        unshipped = Domain("line_id.billing_unshipped_quantity", "!=", 0)
        priced = Domain("attained_percent", "<", 100) & Domain(
            "allocation_ids", "any", unshipped & Domain("amount", "!=", 0)
        )
        # What is given away has no part in the percentage.
        free = Domain("allocation_ids", "any", unshipped & Domain("line_id.price_subtotal", "=", 0))
        running = Domain("order_id.state", "=", "sale") & Domain("due_on", "=", "delivery")
        return super()._trigger_gone_domain() | running & (priced | free)

    def _trigger_gone_reason(self):
        # OVERRIDE: names what will not be shipped.
        lines = self.sudo().allocation_ids.line_id.filtered("billing_unshipped_quantity")
        if self.due_on != "delivery" or not lines:
            return super()._trigger_gone_reason()
        reason = " ".join(line._billing_describe_unshipped(self.env) for line in lines)
        remedy = self.env._(
            "Lower the ordered quantity to what was shipped, or make a new transfer for the rest. "
            "What is planned for it stays unbilled until then."
        )
        return reason, remedy

    def _goods_not_billable(self):
        """Return a sentence about goods that were shipped beyond what is ordered; empty for none."""
        self.ensure_one()
        if self.due_on != "delivery":
            return ""
        lines = self.sudo().allocation_ids.line_id
        # Nothing is planned of what is not ordered at all.
        lines |= self.sudo().schedule_id.line_ids.filtered(lambda line: not line.product_uom_qty)
        beyond = lines.filtered(lambda line: line._billing_shipped_beyond())
        return " ".join(line._billing_describe_beyond(self.env) for line in beyond)

    def _obstacle(self):
        # OVERRIDE: says also that more was shipped than the plan bills.
        reason, remedy = super()._obstacle()
        if not reason and (beyond := self._goods_not_billable()):
            return beyond, self.env._("Raise the ordered quantity to bill it: the plan follows.")
        return reason, remedy


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _billing_shipped_beyond(self):
        """Return how much more was shipped of these goods than is ordered, in the unit of this line."""
        self.ensure_one()
        beyond = abs(self.qty_delivered) - abs(self.product_uom_qty)
        return beyond if self._billing_is_goods() and self.product_uom_id.compare(beyond, 0) > 0 else 0.0

    def _billing_describe_unshipped(self, env):
        """Return, in the language of ``env``, how much of this line will not be shipped."""
        self.ensure_one()
        return env._(
            "%(left)s of %(ordered)s %(unit)s of %(product)s will not be shipped: no transfer is open for them.",
            **self._billing_told(self.billing_unshipped_quantity, env),
        )

    def _billing_describe_beyond(self, env):
        """Return, in the language of ``env``, how much more of this line was shipped than the plan bills."""
        self.ensure_one()
        return env._(
            "%(left)s %(unit)s of %(product)s were shipped beyond the %(ordered)s that are ordered: the plan does not "
            "bill them.",
            **self._billing_told(self._billing_shipped_beyond(), env),
        )

    def _billing_told(self, quantity, env):
        ordered, left = (
            formatLang(env, number, dp="Product Unit").rstrip("0").rstrip(".,")
            for number in (self.product_uom_qty, quantity)
        )
        product = self.with_context(lang=env.lang).product_id.display_name
        return {
            "left": left,
            "ordered": ordered,
            "unit": self.product_uom_id.with_context(lang=env.lang).name,
            "product": product,
        }
