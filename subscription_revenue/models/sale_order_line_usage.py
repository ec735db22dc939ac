from odoo import models

from ..loading import USED


class SaleOrderLine(models.Model):
    """A line that is told by usage promises what its metering point measures: it earns that, and has no price."""

    _inherit = "sale.order.line"

    def _revenue_is_metered(self):
        """Return whether usage tells what this line earns, or will once its order is confirmed."""
        self.ensure_one()
        if self.subscription_kind not in USED:
            return False
        charged = bool(self._origin.sudo().subscription_charge_ids)
        return charged or (self._is_subscription() and not self._billing_has_other_source())

    def _revenue_has_own_terms(self):
        # OVERRIDE: what is used changes by itself.
        return super()._revenue_has_own_terms() or self._revenue_is_metered()

    def _revenue_promises(self, date):
        # OVERRIDE: usage is promised by itself, whatever is grouped.
        metered = self.filtered(lambda line: line._revenue_is_metered())
        promises = super(SaleOrderLine, self - metered)._revenue_promises(date)
        for line in metered:
            promises += super(SaleOrderLine, line)._revenue_promises(date)
        return promises

    def _group_promises(self, version, date):
        # OVERRIDE: usage has no parts and no price to share out.
        if not any(line._revenue_is_metered() for line in self):
            return super()._group_promises(version, date)
        if version.method == "split":
            policy = version.component_ids[:1].policy_id
            version = policy._version_on(date) or policy.version_ids.sorted("date_from")[:1]
        return [self._promise(version, date, f"L{min(self.ids)}", "", 0.0, {"ssp_kind": False})]

    def _promise(self, version, date_made, key, name, price, selling):
        # OVERRIDE: what is used is earned as it is, unless the policy says that it is as it is invoiced.
        values = super()._promise(version, date_made, key, name, price, selling)
        if not any(line._revenue_is_metered() for line in self) or values["measure"] == "as_invoiced":
            return values
        nothing = dict.fromkeys(("trigger", "date_start", "date_end", "duration_months", "monthly"), False)
        return {**values, **nothing, "measure": "usage", "quantity": 0.0, "unit_price": 0.0}

    def _revenue_metered_charges(self):
        """Return the charges of these lines that usage tells, the one before first (``subscription.charge``)."""
        return (
            self.sudo()
            .subscription_charge_ids.browse()
            .union(*(line._revenue_charges() for line in self if line.subscription_kind in USED))
        )
