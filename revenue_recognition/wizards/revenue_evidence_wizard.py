from uuid import uuid4

from odoo import api, fields, models
from odoo.tools import format_date

from ..models.evidence_kinds import KINDS


class RevenueEvidenceWizard(models.TransientModel):
    """Record a fact by hand."""

    _name = "revenue.evidence.wizard"
    _description = "Record Evidence"

    contract_id = fields.Many2one("revenue.contract", required=True)
    obligation_id = fields.Many2one(
        "revenue.obligation",
        required=True,
        domain="[('contract_id', '=', contract_id)]",
        compute="_compute_obligation",
        store=True,
        readonly=False,
        precompute=True,
    )
    measure = fields.Selection(related="obligation_id.measure")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    kind = fields.Selection(
        [(kind.key, kind.label) for kind in KINDS.values()],
        required=True,
        compute="_compute_kind",
        store=True,
        readonly=False,
        precompute=True,
        help="What was seen; it says what the value means.",
    )
    fits = fields.Boolean(compute="_compute_meaning")
    valued = fields.Boolean(compute="_compute_meaning")
    meaning = fields.Char(compute="_compute_meaning")
    last = fields.Char(string="Before", compute="_compute_last", help="What was recorded of this kind until now.")
    date = fields.Date(required=True, default=lambda self: self.env.company._revenue_today(), help="When it happened.")
    late = fields.Boolean(compute="_compute_late")
    value = fields.Float(digits=0)
    source = fields.Char(help="A certificate, a mail, a person.")
    note = fields.Text()

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        active = self.env[self.env.context.get("active_model") or "base"].browse(self.env.context.get("active_id"))
        if active._name == "revenue.contract":
            values.setdefault("contract_id", active.id)
        if active._name == "revenue.obligation":
            values.setdefault("contract_id", active.contract_id.id)
            values.setdefault("obligation_id", active.id)
        return values

    # === COMPUTE METHODS === #

    @api.depends("contract_id")
    def _compute_obligation(self):
        for wizard in self:
            obligations = wizard.contract_id.obligation_ids
            if wizard.obligation_id not in obligations:
                takes = obligations.filtered(_takes_evidence)
                wizard.obligation_id = takes if len(takes) == 1 else False

    @api.depends("obligation_id")
    def _compute_kind(self):
        for wizard in self:
            obligation = wizard.obligation_id
            fitting = [kind.key for kind in KINDS.values() if kind.suits(obligation.measure, obligation.trigger)]
            if wizard.kind not in fitting:
                wizard.kind = fitting[0] if fitting else False

    @api.depends("obligation_id", "kind")
    def _compute_meaning(self):
        meanings = self._meanings()
        for wizard in self:
            kind, obligation = KINDS.get(wizard.kind), wizard.obligation_id
            wizard.fits = not kind or not obligation or kind.suits(obligation.measure, obligation.trigger)
            wizard.valued = bool(kind) and not kind.valueless
            wizard.meaning = meanings.get(wizard.kind, "")

    @api.depends("obligation_id", "kind")
    def _compute_last(self):
        for wizard in self:
            rows = self.env["revenue.evidence"].search(
                [("obligation_id", "=", wizard.obligation_id.id), ("kind", "=", wizard.kind)], limit=1
            )
            wizard.last = f"{rows.value:g}, {format_date(self.env, rows.date)}" if rows else ""

    @api.depends("date", "contract_id")
    def _compute_late(self):
        for wizard in self:
            locked = wizard.contract_id.company_id.revenue_lock_date
            wizard.late = bool(locked and wizard.date and wizard.date <= locked)

    # === ACTIONS === #

    def action_record(self):
        """Record the fact.

        :return: an action that closes the dialog
        :raises ValidationError: when it cannot be
        """
        self.ensure_one()
        values = {name: self[name] for name in ("date", "kind", "note")}
        self.env["revenue.evidence"].create(
            {
                **values,
                "key": f"hand/{uuid4()}",
                "obligation_id": self.obligation_id.id,
                "value": (self.value or False) if KINDS[self.kind].default else self.value,
                "source": self.source or self.env._("By hand"),
            }
        )
        return {"type": "ir.actions.act_window_close"}

    # === WORDS === #

    @api.model
    def _meanings(self):
        """Return what the value of each kind means."""
        return {
            "progress": self.env._("How much of the whole is done by then, from 0 to 1: 0.25 is 25 %."),
            "usage": self.env._("What was used since the last time, as an amount in the contract's currency."),
            "units": self.env._("How many units were delivered since the last time; below zero when taken back."),
            "satisfy": self.env._("The share the customer accepted, from 0 to 1; 1 is all of it."),
            "start": self.env._("The service, or the licence, begins on this date. There is no value."),
            "estimate_cost": self.env._(
                "All cost expected by completion, what is incurred included, what is wasted not."
            ),
            "estimate_hours": self.env._("All hours expected by completion, those worked included."),
            "estimate_unit_price": self.env._("The price now expected for every unit, rebates taken off."),
            "estimate_returns": self.env._("The share of delivered units expected back, from 0 to 1: 0.03 is 3 %."),
        }


def _takes_evidence(obligation):
    return any(kind.suits(obligation.measure, obligation.trigger) for kind in KINDS.values())
