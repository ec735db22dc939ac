from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_amount

from ..industries import INDUSTRIES

NAMES = [
    ("construction", "Construction"),
    ("engineering", "Engineering"),
    ("software", "Software"),
    ("agency", "Agency"),
    ("equipment", "Equipment"),
]


class BillingIndustryWizard(models.TransientModel):
    """Choose how an industry bills, see what that sets, and set it."""

    _name = "billing.industry.wizard"
    _description = "Bill as in Your Industry"

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    industry = fields.Selection(NAMES, required=True, default="construction", help="What your firm does.")
    with_settings = fields.Boolean(
        "Company Settings",
        default=lambda self: self._is_unused(),
        help="Set the company's billing settings as well: what happens to invoices, and on a change order.",
    )
    with_samples = fields.Boolean(
        "Sample Products",
        default=True,
        help="Make sample products with their category, and the rule that gives a quotation of them the first plan.",
    )
    preview = fields.Html(
        compute="_compute_preview",
        sanitize=False,
        string="What It Sets",
        help="The plans, products and settings that “Set Up” makes.",
    )

    @api.model
    def _is_unused(self):
        """Return whether no order of the company has a plan yet, so that its settings are still to be made."""
        return not self.env["billing.schedule"].sudo().search_count([("company_id", "=", self.env.company.id)], limit=1)

    @api.depends("industry", "with_settings", "with_samples")
    def _compute_preview(self):
        for wizard in self:
            industry = INDUSTRIES.get(wizard.industry)
            wizard.preview = wizard._describe(industry) if industry else False

    def _describe(self, industry):
        blocks = [
            (self.env._(plan.name), self.env._(plan.note), [self._describe_step(plan, step) for step in plan.steps])
            for plan in industry.plans
        ]
        if self.with_samples:
            currency = self.company_id.currency_id
            rows = [
                f"{self.env._(row.name)} · {format_amount(self.env, row.price, currency)}" for row in industry.samples
            ]
            blocks.append((self.env._("Sample products"), self.env._(industry.category), rows))
        if self.with_settings:
            blocks.append((self.env._("Settings"), self.company_id.name, self._describe_settings(industry)))
        return Markup("").join(
            Markup(
                "<div class='mb-3'><strong>{}</strong> <span class='text-muted'>{}</span><ul class='mb-0'>{}</ul></div>"
            ).format(title, note, Markup("").join(Markup("<li>{}</li>").format(row) for row in rows))
            for title, note, rows in blocks
        )

    def _describe_step(self, plan, step):
        """Return one milestone of a plan in words: “Deposit · 10 % · On order”."""
        rows, names = self.env["billing.schedule.template.milestone"], {row.key: row.name for row in plan.steps}
        start = rows.new({"name": self.env._(names[step.after])}) if step.after else rows
        template = rows.new(
            {
                "due_on": step.due_on,
                "amount_type": "balance" if step.percent is None else "percent",
                "percent": step.percent or 0.0,
                "offset_number": step.number,
                "offset_unit": step.unit,
                "offset_from_id": start.id,
            }
        )
        return f"{self.env._(step.name)} · {template.amount_text} · {template.when_text}"

    def _describe_settings(self, industry):
        company = self.env["res.company"]
        rows = []
        for name, value in industry.settings.items():
            field = company.fields_get([name], ["string", "selection"])[name]
            rows.append(f"{field['string']}: {dict(field['selection'])[value]}")
        return rows

    def action_set_up(self):
        """Make what is shown, and go back to the set-up.

        :return: a window action
        :raises AccessError: for anybody but billing managers and administrators who work in the company.
        """
        self.ensure_one()
        self.check_access("write")
        self.env["billing.industry"].set_up(
            self.industry, company=self.company_id.id, settings=self.with_settings, samples=self.with_samples
        )
        return self.env["ir.actions.act_window"]._for_xml_id("milestone_billing.action_billing_setup")
