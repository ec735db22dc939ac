from odoo import api, models
from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG
from odoo.exceptions import UserError

#: What a file on record is: its bytes, its name, and where it belongs.
FACTS = ("checksum", "name", "type", "url", "res_model", "res_id")


class IrAttachment(models.Model):
    """Files that a customer was shown, signed pages and scanned ones stay as they are."""

    _inherit = "ir.attachment"

    def write(self, vals):
        watched = vals.keys() & {*FACTS, "raw", "datas", "db_datas", "store_fname"}
        kept = self._on_record_for_acceptance() if watched else self.browse()
        before = {file.id: [file[name] for name in FACTS] for file in kept}
        result = super().write(vals)
        # Compared, for Odoo moves files between its stores by writing the same bytes.
        changed = kept.filtered(lambda file: [file[name] for name in FACTS] != before[file.id])
        changed._refuse_on_record()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_on_record_for_acceptance(self):
        self._on_record_for_acceptance()._refuse_on_record()

    def _on_record_for_acceptance(self):
        """Return which of these files a customer was shown, or are his answer (as superuser)."""
        files = self.sudo().browse(self.ids)
        if not files or self.env.context.get(MODULE_UNINSTALL_FLAG):
            return files.browse()
        asked = (
            self.env["billing.acceptance"]
            .sudo()
            .search(["|", ("pdf_id", "in", files.ids), "&", ("sent_on", "!=", False), ("file_ids", "in", files.ids)])
        )
        answers = self.env["billing.acceptance.answer"].sudo().search([("file_id", "in", files.ids)])
        sent = asked.filtered("sent_on").file_ids
        return files & (sent | asked.pdf_id | answers.file_id)

    def _refuse_on_record(self):
        if self:
            raise UserError(
                self.env._("%s belongs to what a customer was asked to accept, and stays on record.", self[0].name)
            )
