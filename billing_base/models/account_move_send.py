from odoo import api, models


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _hook_if_errors(self, moves_data, allow_raising=True):
        # OVERRIDE: Odoo tells who had it sent, which of a run is the clock.
        result = super()._hook_if_errors(moves_data, allow_raising=allow_raising)
        for move, data in moves_data.items():
            if not data["error"].get("retry"):
                move._billing_sending_failed(self._format_error_text(data["error"]))
        return result
