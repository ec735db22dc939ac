from odoo import fields, models

from .billing_schedule import ADVANCE_POLICIES, CHANGE_RULES, GROUPINGS, INVOICE_DATES, INVOICE_POLICIES

#: What moving a task to a closing stage does, where a billing milestone waits for the task.
CLOSING_POLICIES = [("ask", "Ask"), ("always", "Mark it done"), ("never", "Leave it open, as Odoo does")]


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
        string="On a Change Order",
        help="Where the difference goes when the order changes after it was confirmed. What is billed stays. "
        "When percentages are kept, every milestone has its percentage of the new total: what is billed "
        "too little or too much by now is made good with the next milestone.",
    )
    billing_advance_policy = fields.Selection(
        ADVANCE_POLICIES,
        default="next",
        required=True,
        string="Down Payments Come Off",
        help="Which invoices of a schedule a posted down payment comes off. What does not fit waits for the next.",
    )
    billing_closing_policy = fields.Selection(
        CLOSING_POLICIES,
        default="ask",
        required=True,
        string="Task Moved to a Closing Stage",
        help="What moving a task to a stage for done tasks does, when a billing milestone waits for it. Ask: who drags "
        "its card on the board says whether it is done. Other systems are never asked.",
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
