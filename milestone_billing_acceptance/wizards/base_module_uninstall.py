from odoo import api, models
from odoo.addons.milestone_billing.wizards.base_module_uninstall import NAMED_ORDERS

from ..uninstall import WAITING


class BaseModuleUninstall(models.TransientModel):
    """A warning, before acceptance is removed, about milestones that wait for their customers."""

    _inherit = "base.module.uninstall"

    @api.depends("module_ids")
    def _compute_billing_warning(self):
        result = super()._compute_billing_warning()
        for wizard in self.filtered(lambda row: not row.billing_warning):
            if "milestone_billing_acceptance" in wizard._get_modules().mapped("name"):
                wizard.billing_warning = wizard._acceptance_warning()
        return result

    def _acceptance_warning(self):
        """Return which orders have milestones that are not accepted, and what becomes of them; False for none."""
        orders = self.env["billing.milestone"].search(WAITING).order_id.sorted("name")
        if not orders:
            return False
        names = ", ".join(orders[:NAMED_ORDERS].mapped("name")) + (" …" if len(orders) > NAMED_ORDERS else "")
        return self.env._(
            "Customers rejected, or have not accepted, milestones of %(count)s orders (%(names)s). They are attained "
            "by hand from then on. What customers were asked and answered is deleted.",
            count=len(orders),
            names=names,
        )
