from odoo import fields, models


class RevenueModification(models.Model):
    """A change of scope or price that the parties agreed (ASC 606-10-25-10)."""

    _name = "revenue.modification"
    _description = "Contract Modification"
    _check_company_auto = True
    _order = "contract_id, date, id"

    contract_id = fields.Many2one("revenue.contract", required=True, index=True, check_company=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    name = fields.Char(required=True)
    date = fields.Date(required=True)
    kind = fields.Selection([("modify", "Modification"), ("terminate", "Termination")], required=True, default="modify")
    state = fields.Selection(
        [("proposed", "Proposed"), ("applied", "Applied"), ("rejected", "Rejected")], required=True, default="proposed"
    )
    treatment = fields.Selection(
        [
            ("auto", "As the Standard Decides"),
            ("separate", "Separate Contract"),
            ("prospective", "Prospective"),
            ("catch_up", "Cumulative Catch-Up"),
        ],
        required=True,
        default="auto",
    )
    fixed_delta = fields.Monetary(string="Price Change")
    refund = fields.Monetary(help="What is given back, off the price of what was delivered.")
    reason = fields.Char()
    line_ids = fields.One2many("revenue.modification.line", "modification_id", string="Changes")


class RevenueModificationLine(models.Model):
    """What a modification does to one obligation; empty terms stay as they are."""

    _name = "revenue.modification.line"
    _description = "Change of an Obligation"
    _check_company_auto = True

    modification_id = fields.Many2one("revenue.modification", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="modification_id.company_id", store=True)
    currency_id = fields.Many2one(related="modification_id.currency_id")
    obligation_id = fields.Many2one("revenue.obligation", required=True, index=True, check_company=True)
    action = fields.Selection([("add", "Added"), ("change", "Changed"), ("remove", "Removed")], required=True)
    terms = fields.Json(help="New terms: price, ssp, quantity, end, total_cost.")
