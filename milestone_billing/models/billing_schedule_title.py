from odoo import api, fields, models

#: What a template says of a milestone; a plan in which one of them is another is not the template's any more.
DEFINITION = (
    *("name", "sequence", "due_on", "date", "offset_number", "offset_unit", "amount_type", "percent", "amount_fixed"),
    *("line_ids", "task_pattern", "payment_term_id", "description"),
)


class BillingSchedule(models.Model):
    """The name of a plan as people read it: one that is not as its template any more says so."""

    _inherit = "billing.schedule"

    is_edited = fields.Boolean(
        "Edited",
        compute="_compute_is_edited",
        store=True,
        help="Its milestones are not those of its template any more: somebody edited them, or a change order did.",
    )
    title = fields.Char(
        "Schedule",
        compute="_compute_title",
        help="Its name; “edited” where it bears that of a template, and its milestones are not those of the template "
        "any more.",
    )

    @api.depends("template_id", "milestone_ids", *(f"milestone_ids.{name}" for name in DEFINITION))
    def _compute_is_edited(self):
        for schedule in self:
            planned = schedule.template_id and schedule.milestone_ids
            schedule.is_edited = bool(planned) and not schedule._is_as_template()

    def _is_as_template(self):
        """Return whether the milestones of this schedule are those that its template gives it now."""
        self.ensure_one()
        wanted = self.template_id.milestone_ids._prepare_milestones(self)
        milestones = self.milestone_ids.sorted(
            lambda milestone: (milestone.sequence, milestone._origin.id or float("inf"))
        )
        if len(wanted) != len(milestones):
            return False
        for milestone, (row, values) in zip(milestones, wanted.items(), strict=True):
            # Which lines words and categories find follows the order.
            ignored = {"schedule_id", "line_ids"} if row._takes_some() else {"schedule_id"}
            given = {name: value for name, value in values.items() if name not in ignored}
            if not milestone._is_as_prepared(given):
                return False
        return True

    @api.depends("name", "is_edited", "template_id.name")
    @api.depends_context("lang")
    def _compute_title(self):
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        for schedule in self:
            template = schedule.template_id.sudo()
            names = {template.with_context(lang=code).name for code in languages} if schedule.is_edited else ()
            edited = schedule.name in names
            schedule.title = self.env._("%s (edited)", schedule.name) if edited else schedule.name
