from odoo import api, fields, models

NAMED_ORDERS = 10


class BaseModuleUninstall(models.TransientModel):
    """A warning, before the addon is removed, about what becomes of orders whose plans go with it."""

    _inherit = "base.module.uninstall"

    billing_warning = fields.Text(
        compute="_compute_billing_warning",
        compute_sudo=True,
        help="The orders whose plans go with the app, and how the rest of them is billed then.",
    )

    @api.depends("module_ids")
    def _compute_billing_warning(self):
        for wizard in self:
            goes = "milestone_billing" in wizard._get_modules().mapped("name")
            wizard.billing_warning = goes and wizard._billing_warning()

    def _billing_warning(self):
        """Return what becomes of the confirmed orders with a plan, in words; False when there is none."""
        schedules = self.env["billing.schedule"].search([("order_id.state", "=", "sale")])
        if not schedules:
            return False
        running = schedules.filtered(lambda schedule: schedule.state == "running").order_id.sorted("name")
        names = ", ".join(running[:NAMED_ORDERS].mapped("name")) + (" …" if len(running) > NAMED_ORDERS else "")
        sentences = [
            self.env._("The billing plans of %s confirmed orders are deleted.", len(schedules.order_id)),
            self.env._(
                "Invoices stay. What is billed of a line in part becomes a line of its own on the order, so that "
                "“Create Invoice” bills exactly the rest; nothing is billed by itself any more."
            ),
        ]
        if running:
            sentences.insert(
                1, self.env._("Not fully billed yet: %(count)s (%(names)s).", count=len(running), names=names)
            )
        return " ".join(sentences)
