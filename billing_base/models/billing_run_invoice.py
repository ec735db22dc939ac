from odoo import api, fields, models

STATES = [
    ("to_bill", "To Bill"),
    ("excluded", "Excluded"),
    ("blocked", "Blocked"),
    ("billed", "Billed"),
    ("unposted", "Not Posted"),
    ("unsent", "Not Sent"),
    ("failed", "Failed"),
    ("nothing", "Nothing Left"),
]
#: The states of a row whose invoice is made, and of one that says what it is kept back by.
MADE = ("billed", "unposted", "unsent")
KEPT = ("blocked", "failed", "unposted", "unsent")


class BillingRunInvoice(models.Model):
    """One invoice of a run: what is to stand on it, and what came of it."""

    _name = "billing.run.invoice"
    _description = "Invoice of a Run"
    _inherit = ["billing.draft"]
    _order = "run_id desc, id"

    run_id = fields.Many2one("billing.run", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="run_id.company_id", store=True, index=True, precompute=True)
    day = fields.Date("Due By", required=True, readonly=True, help="What was due by this day is on it.")
    state = fields.Selection(
        STATES, required=True, default="to_bill", readonly=True, index=True, help="What came of it until now."
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", readonly=True, index="btree_not_null", ondelete="set null", help="The invoice made."
    )

    _to_bill_idx = models.Index("(run_id, id) WHERE state = 'to_bill'")

    def _compute_display_name(self):
        for row in self:
            row.display_name = row.move_id.display_name or row.partner_id.display_name

    # === STATE === #

    @api.model
    def _values(self, draft, day):
        """Return the values of the row of a draft (``engine.Draft``) of what is due by ``day``."""
        kept = "blocked" if draft.dues else "failed"
        return {**self._draft_values(draft), "day": day, "state": kept if draft.why else "to_bill"}

    def _set_state(self, state, why=None, **vals):
        """Move these rows to ``state``, with what keeps them there (facts, None for nothing)."""
        kept = self.filtered(lambda row: row.state in KEPT)
        if self:
            self.sudo().write({"state": state, "why": why or False, **vals})
        if kept and state in ("billed", "nothing"):
            kept.order_ids._billing_tell_kept_back()

    def _tell_kept_back(self):
        """Tell the sources which of what is due these rows keep back, and why."""
        for row in self.filtered(lambda row: row.state in ("blocked", "failed")):
            for source in self.env["billing.source"]._sources():
                keys = [due["key"] for due in row._own_contents() if due["source"] == source._name]
                if keys:
                    source._kept_back(keys, row.why)

    def _own_contents(self):
        """Return the lines that this row is made of (facts) of the orders that are still on it."""
        self.ensure_one()
        orders = set(self.order_ids.ids)
        return [due for due in self.contents or () if due["order"] in orders]

    def action_retry(self):
        """Try again to bill, post or send what is kept back or excluded of these; it is done in a moment.

        :return: True
        :raises AccessError: for who may not bill
        """
        self.env["billing.run"]._check_may_bill()
        self.check_access("read")
        self.filtered(lambda row: row.state in (*KEPT, "excluded"))._reopen()
        return True

    def _reopen(self):
        """Have these rows billed, dated today where their day is over."""
        rows = self.sudo()
        for company, some in rows.grouped("company_id").items():
            today = company._billing_today()
            for row in some:
                row._set_state("to_bill", day=max(row.day, today))
        rows.run_id.filtered(lambda run: run.state == "done").write({"state": "running", "finished_on": False})
        if rows:
            self.env["billing.run"]._wake()

    @api.model
    def _go_on(self, orders):
        """Have what is kept back of orders tried again: of each order the last row."""
        kept = [("order_ids", "in", orders.ids), ("state", "in", ("blocked", "failed"))]
        rows = self.search(kept) if orders.ids else self
        last = {key: row for row in rows.sorted("id") for key in row._order_parts() if key[0] in orders.ids}
        self.union(*last.values())._reopen()
