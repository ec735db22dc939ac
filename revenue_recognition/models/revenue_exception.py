from odoo import fields, models


class RevenueException(models.Model):
    """Something that has to be seen to before a contract's revenue can be right: the worklist."""

    _name = "revenue.exception"
    _description = "Revenue Exception"
    _check_company_auto = True
    _order = "blocking desc, id"
    _rec_name = "message"

    company_id = fields.Many2one("res.company", required=True, index=True)
    contract_id = fields.Many2one("revenue.contract", index=True, ondelete="cascade")
    obligation_id = fields.Many2one("revenue.obligation", index=True, ondelete="cascade")
    order_id = fields.Many2one("sale.order", index=True, ondelete="cascade")
    close_id = fields.Many2one(
        "revenue.close", index=True, ondelete="cascade", help="Empty for what concerns no close."
    )
    kind = fields.Char(required=True)
    message = fields.Char(required=True)
    blocking = fields.Boolean(help="The contract is left out of a close until this is seen to.")
