from odoo import api, models


class AccountTax(models.Model):
    _inherit = "account.tax"

    @api.model
    def _prepare_base_line_tax_repartition_grouping_key(
        self, base_line, base_line_grouping_key, tax_data, tax_rep_data
    ):
        # OVERRIDE: tax without an account of its own is booked to the account of its line. Of a contract that would be
        # contract liability, on which only what is promised may stand: the tax goes where it went without a contract.
        key = super()._prepare_base_line_tax_repartition_grouping_key(
            base_line, base_line_grouping_key, tax_data, tax_rep_data
        )
        line = base_line["record"]
        if isinstance(line, models.Model) and line._name == "account.move.line":
            liability = line._routed_contract().liability_account_id
            if liability and key["account_id"] == liability.id == base_line["account_id"].id:
                key["account_id"] = line._unrouted_account().id or key["account_id"]
        return key
