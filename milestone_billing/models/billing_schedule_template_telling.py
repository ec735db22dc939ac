from odoo import api, fields, models


class BillingSchedule(models.Model):
    """What the customer sees and hears of a plan."""

    _inherit = "billing.schedule"

    show_to_customer = fields.Boolean(
        "Shown to the Customer",
        compute="_compute_customer_settings",
        store=True,
        readonly=False,
        precompute=True,
        help="The plan is on the printed quotation and order and on the customer's portal page, and invoices say what "
        "remains of it. Otherwise he reads of its milestones on the lines of his invoices only.",
    )
    notify_customer = fields.Boolean(
        "Tell the Customer",
        compute="_compute_customer_settings",
        store=True,
        readonly=False,
        precompute=True,
        help="The customer of the order gets a mail, in his language, when a milestone is attained. "
        "Invoices are sent by “Post and send”, with or without this.",
    )

    @api.depends("template_id")
    def _compute_customer_settings(self):
        for schedule in self:
            template = schedule.template_id
            schedule.show_to_customer = template.show_to_customer if template else True
            schedule.notify_customer = template.notify_customer


class BillingScheduleTemplate(models.Model):
    _inherit = "billing.schedule.template"

    show_to_customer = fields.Boolean(
        "Shown to the Customer",
        default=True,
        help="Schedules of this template are on the printed order, the portal and invoices.",
    )
    notify_customer = fields.Boolean(
        "Tell the Customer", help="Schedules of this template tell the customer by mail when a milestone is attained."
    )
