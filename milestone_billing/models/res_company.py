from odoo import fields, models

from .billing_schedule import CHANGE_RULES, GROUPINGS, INVOICE_DATES, INVOICE_POLICIES


class ResCompany(models.Model):
    _inherit = "res.company"

    billing_invoice_policy = fields.Selection(
        INVOICE_POLICIES,
        default="post",
        required=True,
        string="Milestone Invoices",
        help="What happens to the invoice of a milestone that is due: left in draft, posted, or posted and sent.",
    )
    billing_grouping = fields.Selection(
        GROUPINGS,
        default="milestone",
        required=True,
        string="Milestone Invoice Grouping",
        help="What goes on one invoice, of what is due at the same time.",
    )
    billing_invoice_date = fields.Selection(
        INVOICE_DATES,
        default="today",
        required=True,
        string="Milestone Invoice Date",
        help="The date of an invoice whose milestone was attained earlier. A locked date moves to the next open day.",
    )
    billing_change_rule = fields.Selection(
        CHANGE_RULES,
        default="pro_rata",
        required=True,
        string="Change Orders Go To",
        help="Where the difference goes when the order changes after it was confirmed. What is billed stays.",
    )
    billing_notify_partner_ids = fields.Many2many(
        "res.partner",
        "res_company_billing_notify_rel",
        string="Notify of Milestones",
        help="Contacts told by mail of every milestone attained and invoiced, beside the followers of the order.",
    )
    billing_manager_id = fields.Many2one(
        "res.users",
        string="Billing Responsible",
        help="Receives an activity for each milestone that cannot be billed without a person.",
    )
