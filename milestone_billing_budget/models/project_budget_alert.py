from markupsafe import Markup

from odoo import api, fields, models

from .rights import check_may_see

CAUSES = [
    ("ahead", "Spending ahead of what is attained"),
    ("unplanned", "Unplanned work grows"),
    ("late", "Hours after billing"),
]
STATES = [("open", "Open"), ("dismissed", "Dismissed"), ("closed", "Closed")]


class ProjectBudgetAlert(models.Model):
    """What a project manager is told once for each cause and step; closed by itself once the cause is gone."""

    _name = "project.budget.alert"
    _description = "Budget Alert"
    _order = "id desc"
    _rec_name = "project_id"

    project_id = fields.Many2one("project.project", required=True, index=True, readonly=True, ondelete="cascade")
    milestone_id = fields.Many2one(
        "billing.milestone",
        "Billing Milestone",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Left empty, it is the project as a whole.",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    cause = fields.Selection(CAUSES, required=True, readonly=True, help="What has to be looked at.")
    step = fields.Integer(required=True, readonly=True, help="How many thresholds are passed.")
    facts = fields.Json(readonly=True, export_string_translation=False)
    text = fields.Char("What Is the Matter", compute="_compute_text", help="In the reader's language.")
    state = fields.Selection(
        STATES,
        required=True,
        default="open",
        readonly=True,
        help="Closed by itself once its cause is gone. What is dismissed is told again from the next step on.",
    )
    create_date = fields.Datetime("Since", readonly=True, help="When it was found.")
    closed_on = fields.Datetime(readonly=True, help="When its cause was gone, or somebody dismissed it.")
    closed_by_id = fields.Many2one("res.users", "Dismissed By", readonly=True, help="Who dismissed it.")

    _once = models.UniqueIndex(
        "(project_id, COALESCE(milestone_id, 0), cause) WHERE state != 'closed'",
        "This is told already.",
    )

    @api.depends("cause", "facts")
    @api.depends_context("lang")
    def _compute_text(self):
        for alert in self:
            alert.text = alert._sentence()

    def _sentence(self):
        """Return what is the matter: hours and percentages alone, since not everybody sees what work costs."""
        self.ensure_one()
        facts, name = self.facts or {}, self.sudo().milestone_id.name or ""
        if self.cause == "ahead" and name:
            return self.env._(
                "%(milestone)s: %(spent)s %% of the budget is spent, %(attained)s %% is attained.",
                milestone=name,
                **facts,
            )
        if self.cause == "ahead" and "attained" not in facts:
            return self.env._("%(spent)s %% of the budget is spent.", **facts)
        if self.cause == "ahead":
            return self.env._(
                "%(spent)s %% of the budget is spent, %(attained)s %% of the project is attained.", **facts
            )
        if self.cause == "unplanned":
            return self.env._("%(hours)s hours of work in %(tasks)s tasks are not planned.", **facts)
        return self.env._("%(milestone)s: %(hours)s hours came after it was billed.", milestone=name, **facts)

    # === ACTIONS === #

    def action_dismiss(self):
        """Dismiss these alerts: they are told again from the next step on.

        :return: True
        :raises AccessError: for who may not see the budget, or not change the project
        """
        self.check_access("read")
        check_may_see(self.project_id)
        self.project_id.check_access("write")
        rows = self.sudo().filtered(lambda alert: alert.state == "open")
        rows.write({"state": "dismissed", "closed_on": fields.Datetime.now(), "closed_by_id": self.env.uid})
        rows._stop_asking()
        return True

    # === TELLING === #

    def _tell(self):
        """Tell the project manager by an activity, and followers who asked for alerts by a message."""
        for alert in self:
            project, person = alert.project_id, alert._person()
            text = alert.with_context(lang=person.lang or self.env.lang).text
            project.activity_schedule(
                "milestone_billing_budget.mail_activity_budget",
                user_id=person.id,
                summary=text,
                budget_alert_id=alert.id,
            )
            project.message_post(
                body=Markup("<p>%s</p>") % text,
                subtype_xmlid="milestone_billing_budget.mt_budget_alert",
                author_id=self.env.ref("base.partner_root").id,
            )

    def _person(self):
        """Return who is asked: the project manager, else who is responsible for billing, else the salesperson."""
        self.ensure_one()
        project = self.project_id
        someone = project.user_id or self.company_id.billing_manager_id or project.sale_order_id.user_id
        return someone or self.env.ref("base.user_admin")

    def _stop_asking(self):
        self.env["mail.activity"].sudo().search([("budget_alert_id", "in", self.ids)]).unlink()

    def _close(self):
        """Close these alerts, whose cause is gone or which a higher step replaces."""
        self.write({"state": "closed", "closed_on": fields.Datetime.now()})
        self._stop_asking()


class MailActivity(models.Model):
    _inherit = "mail.activity"

    budget_alert_id = fields.Many2one(
        "project.budget.alert",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="What of a budget it asks to look at.",
    )
