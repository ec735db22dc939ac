from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

from .billing_run_invoice import KEPT, MADE

STATES = [("running", "Billing"), ("done", "Done")]
#: Who may bill.
RUN_GROUPS = ("account.group_account_invoice", "sales_team.group_sale_manager")


class BillingRun(models.Model):
    """What a company billed on a day, who began it and when; a row for each invoice, and for what was not billed."""

    _name = "billing.run"
    _description = "Invoice Run"
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    day = fields.Date(
        required=True, readonly=True, index=True, help="What was due by this day, by the customers' rules, is billed."
    )
    key = fields.Char(required=True, readonly=True, help="Unique in the company: the same run is begun once.")
    user_id = fields.Many2one("res.users", "Begun by", readonly=True, help="Who began the run.")
    create_date = fields.Datetime("Begun on", readonly=True, help="When it was begun.")
    finished_on = fields.Datetime(readonly=True, help="When its last invoice was made.")
    state = fields.Selection(STATES, required=True, default="running", readonly=True, index=True, help="How far it is.")
    invoice_ids = fields.One2many(
        "billing.run.invoice", "run_id", "Invoices", readonly=True, help="What is billed, and what is not and why."
    )
    billed_count = fields.Integer("Billed", compute="_compute_counts", help="How many invoices were made.")
    open_count = fields.Integer("To Bill", compute="_compute_counts", help="How many invoices are still to be made.")
    kept_count = fields.Integer(
        "Kept Back", compute="_compute_counts", help="What is blocked, failed, not posted or not sent, and says why."
    )
    progress = fields.Float(compute="_compute_counts", help="How much of what is to bill is done, in percent.")
    amounts_text = fields.Char(
        "Amounts", compute="_compute_counts", help="What was billed, with taxes, in each currency."
    )

    _key_unique = models.UniqueIndex("(company_id, key)", "This run was begun already.")
    _running_idx = models.Index("(id) WHERE state = 'running'")

    @api.depends("day")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for run in self:
            run.display_name = self.env._("Billing Day %s", format_date(self.env, run.day) if run.day else "")

    @api.depends("invoice_ids.state", "invoice_ids.amount_total")
    def _compute_counts(self):
        for run in self:
            states = Counter(run.invoice_ids.mapped("state"))
            run.billed_count, run.open_count = sum(states[state] for state in MADE), states["to_bill"]
            run.kept_count = sum(states[state] for state in KEPT)
            done = len(run.invoice_ids) - run.open_count
            run.progress = 100 * done // len(run.invoice_ids) if run.invoice_ids else 100
            billed = run.invoice_ids.filtered(lambda row: row.state in MADE)
            totals = billed._totals()
            run.amounts_text = " · ".join(currency.format(amount) for currency, (_untaxed, amount) in totals.items())

    @api.model
    def _check_may_bill(self):
        """Let users pass who may bill.

        :raises AccessError: for anybody else
        """
        if not (self.env.su or any(self.env.user.has_group(group) for group in RUN_GROUPS)):
            raise AccessError(self.env._("Billing is for users of Invoicing and for sales managers. Ask one of them."))

    @api.model
    def _wake(self):
        """Have runs go on right after this transaction is committed (once, however often it is asked)."""
        precommit = self.env.cr.precommit
        if not precommit.data.get("billing_base.woken"):
            precommit.data["billing_base.woken"] = True
            cron = self.env["ir.model.data"]._xmlid_to_res_id("billing_base.ir_cron_bill")
            precommit.add(self.env["ir.cron"].sudo().browse(cron)._trigger)

    def action_view_invoices(self):
        """Open the invoices that this run made.

        :return: a window action
        :raises AccessError: for who may not read the run
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type")
        return dict(action, domain=[("id", "in", self.invoice_ids.move_id.ids)], context={"create": False})
