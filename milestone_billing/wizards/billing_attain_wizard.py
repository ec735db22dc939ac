from odoo import api, fields, models
from odoo.exceptions import UserError


class BillingAttainWizard(models.TransientModel):
    """Attain milestones on another day than today, or in part."""

    _name = "billing.attain.wizard"
    _description = "Attain Milestones"

    milestone_ids = fields.Many2many("billing.milestone", string="Milestones", required=True)
    date = fields.Date(
        "Attained On",
        required=True,
        compute="_compute_date",
        store=True,
        readonly=False,
        precompute=True,
        help="The day on which it was reached; it may lie in the past.",
    )
    percent = fields.Float(
        "Attained (cumulative %)",
        digits=(16, 6),
        required=True,
        default=100.0,
        help="Cumulative: attaining 40 and then 100 bills the difference.",
    )
    note = fields.Char(help="Kept with the attainment, for whoever looks it up.")
    attained_percent = fields.Float(
        "Attained so Far",
        digits=(16, 6),
        compute="_compute_attained_percent",
        help="Cumulative: what was attained before.",
    )
    effect = fields.Text(compute="_compute_effect", string="What will happen")
    warning = fields.Char(compute="_compute_warning", help="What makes the day look like a slip of the pen.")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "milestone_ids" in fields and self.env.context.get("active_model") == "billing.milestone":
            values.setdefault("milestone_ids", [(6, 0, self.env.context.get("active_ids", []))])
        return values

    @api.depends("milestone_ids.attained_percent")
    def _compute_attained_percent(self):
        for wizard in self:
            wizard.attained_percent = max(wizard.milestone_ids.mapped("attained_percent"), default=0.0)

    @api.depends("milestone_ids")
    def _compute_date(self):
        for wizard in self:
            wizard.date = wizard.date or min(
                (milestone._today() for milestone in wizard.milestone_ids.sudo()),
                default=self.env.company._billing_today(),
            )

    @api.depends("milestone_ids", "date")
    def _compute_warning(self):
        for wizard in self:
            texts = [row.sudo()._far_day_warning(wizard.date) for row in wizard.milestone_ids._origin]
            wizard.warning = next(filter(None, texts), False)

    @api.depends("milestone_ids", "percent", "date")
    def _compute_effect(self):
        for wizard in self:
            milestones = wizard.milestone_ids._origin
            milestones.check_access("read")
            day = wizard.date or self.env.company._billing_today()
            refusals = [refusal for row in milestones if (refusal := row._attain_refusal(wizard.percent, day))]
            wizard.effect = refusals[0] if refusals else milestones._describe_attaining(wizard.percent)

    def action_attain(self):
        """Attain the milestones to the percentage, on the day.

        :return: an action that closes the dialog
        :raises AccessError: without the right to attain them.
        :raises UserError: naming the milestone that cannot be attained so, and why; then none is.
        """
        self.ensure_one()
        self.milestone_ids._check_may_attain()
        for milestone in self.milestone_ids:
            refusal = milestone._attain_refusal(self.percent, self.date)
            if refusal:
                raise UserError(refusal)
        self.milestone_ids._attain(self.percent, self.date, "manual", self.note)
        return {"type": "ir.actions.act_window_close"}
