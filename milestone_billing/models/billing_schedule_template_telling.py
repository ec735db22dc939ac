from odoo import api, fields, models


class BillingSchedule(models.Model):
    _inherit = "billing.schedule"

    notify_customer = fields.Boolean(
        "Tell the Customer",
        compute="_compute_notify_customer",
        store=True,
        readonly=False,
        precompute=True,
        help="The customer of the order gets a mail, in his language, when a milestone is attained. "
        "Invoices are sent by “Post and send”, with or without this.",
    )

    @api.depends("template_id")
    def _compute_notify_customer(self):
        for schedule in self:
            schedule.notify_customer = schedule.notify_customer or schedule.template_id.notify_customer


class BillingScheduleTemplate(models.Model):
    _inherit = "billing.schedule.template"

    notify_customer = fields.Boolean(
        "Tell the Customer", help="Schedules of this template tell the customer by mail when a milestone is attained."
    )
