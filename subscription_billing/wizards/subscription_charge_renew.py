from odoo import api, fields, models


class SubscriptionChargeRenew(models.TransientModel):
    """Renew a subscription for one more term, by hand."""

    _name = "subscription.charge.renew"
    _description = "Renew a Subscription"

    charge_id = fields.Many2one("subscription.charge", required=True, readonly=True, help="What is renewed.")
    number = fields.Integer("Term", required=True, readonly=True, help="The number of the term that is made.")
    first_day = fields.Date("From", compute="_compute_days", help="Its first day.")
    last_day = fields.Date("Until", compute="_compute_days", help="Its last day.")
    uplift_percent = fields.Float(
        "Uplift (%)", digits=(16, 4), help="By how much the price rises on its first day, of the price as it was set."
    )
    note = fields.Char("Why", help="Why it is renewed so.")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        charge = self.env["subscription.charge"].browse(self.env.context.get("active_id", ()))
        if self.env.context.get("active_model") == charge._name and charge:
            charge.check_access("read")
            # The number is kept from when it was opened: pressed beside the clock, it is renewed once.
            values.update(charge_id=charge.id, number=charge.term_number + 1, uplift_percent=charge.uplift_percent)
        return values

    @api.model_create_multi
    def create(self, vals_list):
        # OVERRIDE: what is worked out of a subscription is worked out with all rights.
        dialogs = super().create(vals_list)
        dialogs.charge_id.sudo(False).check_access("read")
        return dialogs

    def write(self, vals):
        # OVERRIDE: as when it is made.
        done = super().write(vals)
        self.charge_id.sudo(False).check_access("read")
        return done

    @api.depends("charge_id", "number")
    def _compute_days(self):
        for dialog in self:
            charge = dialog.charge_id
            charge.check_access("read")
            has_term = charge.term_count and dialog.number > 0
            dialog.first_day, dialog.last_day = charge._term_days(dialog.number) if has_term else (False, False)

    def action_renew(self):
        """Renew it.

        :return: an action that closes the dialog
        :raises AccessError: for who neither manages sales nor invoices
        :raises UserError: when it cannot be renewed, saying why
        """
        self.ensure_one()
        self.charge_id.renew(self.number, self.uplift_percent, self.note or "")
        return {"type": "ir.actions.act_window_close"}
