from odoo import api, models


class AccountMoveSend(models.AbstractModel):
    """The signed page goes with the invoice, where the company wants that."""

    _inherit = "account.move.send"

    @api.model
    def _get_invoice_extra_attachments(self, move):
        # OVERRIDE: add the signed pages of what the invoice bills.
        files = super()._get_invoice_extra_attachments(move)
        if not move.company_id.sudo().billing_acceptance_on_invoice or move.move_type != "out_invoice":
            return files
        acceptances = move.sudo().invoice_line_ids.billing_milestone_id.acceptance_ids
        signed = acceptances.filtered(lambda row: row.state in ("accepted", "partial") and row.pdf_id)
        return files | signed.pdf_id.sudo(files.env.su)
