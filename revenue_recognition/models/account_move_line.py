from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    revenue_contract_id = fields.Many2one(
        "revenue.contract",
        compute="_compute_revenue_contract_id",
        store=True,
        readonly=True,
        index="btree_not_null",
        help="The revenue contract that this line of an invoice belongs to.",
    )

    revenue_posting_id = fields.Many2one(
        "revenue.posting",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="What of the revenue subledger this journal item sums.",
    )

    def _auto_init(self):
        # The column comes empty: no journal item of before belongs to a contract.
        if not column_exists(self.env.cr, self._table, "revenue_contract_id"):
            create_column(self.env.cr, self._table, "revenue_contract_id", "int4")
        return super()._auto_init()

    @api.depends("sale_line_ids.revenue_contract_id")
    def _compute_revenue_contract_id(self):
        for line in self:
            line.revenue_contract_id = line.sudo().sale_line_ids.revenue_contract_id[:1]

    def _compute_account_id(self):
        result = super()._compute_account_id()
        for line in self:
            contract = line._routed_contract()
            if contract:
                line.account_id = contract.liability_account_id
        return result

    def _routed_contract(self):
        """Return the contract whose contract liability takes this invoice line, or none."""
        contract = self.env["revenue.contract"].sudo()
        if self.display_type == "product" and self.move_id.is_sale_document(include_receipts=True):
            contract = self.sudo().sale_line_ids.revenue_contract_id[:1]
        return contract if contract.liability_account_id else contract.browse()

    def _unrouted_account(self):
        """Return the income account that this invoice line would have without a contract; or none."""
        income = self.env["account.account"]
        if self.product_id:
            template = self.product_id.product_tmpl_id.with_company(self.company_id)
            income = template.get_product_accounts(fiscal_pos=self.move_id.fiscal_position_id)["income"]
        # A line without a product, such as a down payment, is of what the contract promises.
        lines = self.sudo().sale_line_ids
        obligations = lines.revenue_obligation_ids or lines.revenue_contract_id.obligation_ids
        return income or obligations.revenue_account_id[:1]

    def _prepare_analytic_lines(self):
        """Leave contract liability out: analytic income is what is earned, and comes with the close."""
        contract = self.sudo().revenue_contract_id
        if contract and self.account_id == contract.liability_account_id:
            return []
        return super()._prepare_analytic_lines()
