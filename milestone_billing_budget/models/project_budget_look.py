import logging
from fractions import Fraction
from time import monotonic

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.addons.billing_base.engine.pace import Pace
from odoo.tools import SQL

from ..engine.alerts import ahead, beyond_step, late_step, step, unplanned_limit
from ..engine.spread import exact
from .facts import facts
from .rights import HOURS_GROUPS

_logger = logging.getLogger(__name__)

#: The cause and its target: ``(project id, milestone id or 0, cause)``.
PENDING = "milestone_billing_budget.look"


class ProjectBudgetLook(models.Model):
    """Projects whose budget has to be looked at: a row for each change, so that nobody waits for anybody."""

    _name = "project.budget.look"
    _inherit = ["billing.queue"]
    _description = "Project to Look At"
    _log_access = False

    project_id = fields.Many2one("project.project", required=True, index=True, readonly=True, ondelete="cascade")

    @api.model
    def _cron_look(self):
        """Look at the projects that changed, batch by batch, within the time there is; the rest goes on by itself."""
        start = monotonic()
        pace = Pace(end=start + min(self._commit(), 600.0))
        while size := pace.size(begun := monotonic()):
            projects = self._next(size)
            if not projects:
                return
            try:
                projects._budget_look()
                self.search([("project_id", "in", projects.ids)]).unlink()
                self._commit(len(projects))
            except OperationalError as error:
                _logger.info("Budgets give way to another transaction: %s", error)
                self._rollback(error)
                break
            pace.took(len(projects), monotonic() - begun)
        left = len(self._next(1000))
        if left:
            self.env.ref("milestone_billing_budget.ir_cron_look").sudo()._trigger()
            self._commit(remaining=left)

    @api.model
    def _next(self, size):
        rows = self.env.execute_query(SQL("SELECT DISTINCT project_id FROM project_budget_look LIMIT %s", size))
        return self.env["project.project"].browse([project for [project] in rows])

    @api.model
    def _cron_look_at_all(self):
        """Have all projects looked at once a day: thresholds change, and days pass."""
        self.env["project.project"]._budget_scope()._budget_look_later()


class ProjectProject(models.Model):
    """Looking whether something of a project's budget has to be told."""

    _inherit = "project.project"

    budget_alert_ids = fields.One2many(
        "project.budget.alert", "project_id", "Budget Alerts", copy=False, groups=HOURS_GROUPS
    )
    budget_alert_count = fields.Integer(
        "Open Budget Alerts",
        compute="_compute_budget_alert_count",
        groups="base.group_user",
        compute_sudo=True,
        help="What has to be looked at of the budget.",
    )

    #: Rows are made when budgets are looked at.
    _kept_fields = frozenset({"budget_alert_ids"})

    @api.depends("budget_alert_ids.state")
    def _compute_budget_alert_count(self):
        counts = dict(
            self.env["project.budget.alert"]._read_group(
                [("project_id", "in", self.ids), ("state", "=", "open")], ["project_id"], ["__count"]
            )
        )
        for project in self:
            project.budget_alert_count = counts.get(project._origin, 0)

    def _budget_changed(self):
        result = super()._budget_changed()
        self._budget_look_later()
        return result

    def _budget_look_later(self):
        """Have these projects looked at right after this transaction."""
        if not self.ids:
            return
        precommit = self.env.cr.precommit
        if PENDING not in precommit.data:
            precommit.data[PENDING] = set()
            precommit.add(self.env["project.project"].sudo()._budget_note)
        precommit.data[PENDING].update(self.ids)

    @api.model
    def _budget_note(self):
        """Note the followed projects that changed in this transaction, and wake the scheduled action."""
        changed = self.browse(self.env.cr.precommit.data.pop(PENDING, ()))
        if changed._budget_note_followed():
            cron = self.env["ir.model.data"]._xmlid_to_res_id("milestone_billing_budget.ir_cron_look")
            self.env["ir.cron"].sudo().browse(cron)._trigger()

    def _budget_look(self):
        """Open, raise and close the alerts of these projects by what is true now (with all rights).

        :return: the alerts that were opened
        """
        projects = self.sudo().exists()
        found = projects._budget_causes()
        alerts = self.env["project.budget.alert"].sudo()
        fresh = []
        standing = alerts.search([("project_id", "in", projects.ids), ("state", "!=", "closed")])
        for alert in standing:
            key = (alert.project_id.id, alert.milestone_id.id or 0, alert.cause)
            number, what = found.pop(key, (0, {}))
            if not number or number > alert.step:
                alert._close()
            if number > alert.step:
                fresh.append((key, number, what))
            elif number and (number, what) != (alert.step, alert.facts):
                alert.write({"step": number, "facts": what})
        fresh += [(key, *told) for key, told in found.items()]
        # Those that are closed leave their place to those that follow.
        alerts.flush_model()
        companies = {project.id: project._budget_owner() for project in projects}
        opened = alerts._without_defaults().create(
            [
                {
                    "project_id": project,
                    "milestone_id": milestone or False,
                    "cause": cause,
                    "step": number,
                    "facts": what,
                    "company_id": companies[project].id,
                }
                for (project, milestone, cause), number, what in fresh
            ]
        )
        opened._tell()
        return opened

    def _budget_owner(self):
        """Return the company whose thresholds hold for this project."""
        return self.budget_id.company_id or self._budget_company()

    def _budget_causes(self):
        """Return what has to be told: ``{(project id, milestone id or 0, cause): (step, facts)}``."""
        live = self.filtered(lambda project: project.active and not project.is_template)
        causes = {}
        for rows in (live._budget_ahead(), live._budget_grown(), live._budget_late()):
            causes.update({key: told for key, told in rows.items() if told[0]})
        return causes

    def _budget_ahead(self):
        """Return where spending is ahead of attainment: of milestones, and of projects as a whole.

        Of a project without milestones nothing is attained: what is told is that its budget is overspent.
        """
        attained, counts = self._budget_attained()
        result = {}
        for (project_id, milestone), stand in self._budget_standings().items():
            if milestone is None or (project_id, milestone) not in attained:
                continue
            threshold = self.browse(project_id)._budget_threshold(milestone, counts[project_id])
            done = attained[project_id, milestone]
            gaps = [
                (gap, view)
                for view in (stand.cost, stand.hours)
                if (gap := ahead(view.spent, view.budget, done)) is not None
            ]
            if gaps:
                gap, view = max(gaps, key=lambda pair: pair[0])
                told, number = {"spent": _percent(view.spent / view.budget)}, beyond_step(gap, threshold)
                if counts[project_id]:
                    told["attained"], number = _percent(done), step(gap, threshold)
                result[project_id, milestone, "ahead"] = (number, told)
        return _told_once(result, counts)

    def _budget_threshold(self, milestone, count):
        """Return from which part of the budget spending is ahead; beyond the budget, where there are no milestones.

        :param int milestone: its id; 0 for the project, which is as its milestone where it has but one
        :param int count: of the milestones of the project: without any, its own threshold does not hold
        """
        company = self._budget_owner()
        if count and not milestone and self.budget_ahead_percent:
            return exact(self.budget_ahead_percent) / 100
        alone = milestone or count == 1
        return exact(company.budget_ahead_milestone if alone else company.budget_ahead_project) / 100

    def _budget_attained(self):
        """Return which part is attained, and of how many milestones; those worth nothing together count alike.

        :return: ``{(project id, milestone id): part}``, of projects under 0; and ``{project id: number}``
        """
        result, counts = {}, dict.fromkeys(self.ids, 0)
        sums = {project: (Fraction(0), Fraction(0), Fraction(0)) for project in self.ids}
        for project, milestone, amount, due, percent, rate in self._budget_milestone_rows():
            result[project, milestone] = Fraction(percent) / 100
            rate = Fraction(rate) or Fraction(1)
            whole, part, parts = sums[project]
            sums[project] = (
                whole + Fraction(amount) / rate,
                part + Fraction(due) / rate,
                parts + result[project, milestone],
            )
            counts[project] += 1
        for project, (whole, part, parts) in sums.items():
            result[project, 0] = part / whole if whole > 0 else parts / (counts[project] or 1)
        return result, counts

    def _budget_milestone_rows(self):
        """Return what milestones of these projects are worth: (project id, id, amount, attained, percent, rate)."""
        milestones = self.env["billing.milestone"].search([("order_id", "in", self._budget_orders().ids)])
        return [
            (
                project.id,
                row.id,
                exact(row.amount),
                exact(row.due_amount),
                exact(row.attained_percent),
                exact(row.order_id.currency_rate or 1.0),
            )
            for row in milestones
            if (project := row.project_id or row.order_id.project_id) in self
        ]

    def _budget_grown(self):
        """Return where unplanned work has grown too much."""
        hours, tasks = {}, {}
        for _task, project, number in self._budget_unplanned():
            hours[project] = hours.get(project, Fraction(0)) + number
            tasks[project] = tasks.get(project, 0) + 1
        result = {}
        for project in self.filtered(lambda project: project.id in hours):
            company = project._budget_owner()
            limit = unplanned_limit(
                exact(company.budget_unplanned_hours),
                exact(company.budget_unplanned_percent) / 100,
                exact(project.budget_id.hours),
            )
            told = {"hours": _hours(hours[project.id]), "tasks": tasks[project.id]}
            result[project.id, 0, "unplanned"] = (step(hours[project.id], limit), told)
        return result

    def _budget_late(self):
        """Return the milestones on whose tasks somebody worked on a day after all of it was billed."""
        if not self.ids:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT fact.project_id, fact.milestone_id, SUM(fact.spent_hours)
                  FROM (%s) fact
                  JOIN billing_milestone own ON own.id = fact.milestone_id
                  JOIN LATERAL (
                       SELECT MAX(move.invoice_date) AS day
                         FROM account_move_line item JOIN account_move move ON move.id = item.move_id
                        WHERE item.billing_milestone_id = own.id AND move.state = 'posted'
                          AND move.move_type = 'out_invoice'
                       ) billed ON TRUE
                 WHERE own.amount > 0 AND own.billed_amount >= own.amount AND fact.date > billed.day
                 GROUP BY fact.project_id, fact.milestone_id
                """,
                facts(self.env, self.ids),
            )
        )
        result = {}
        for project, milestone, hours in rows:
            threshold = exact(self.browse(project)._budget_owner().budget_unplanned_hours)
            hours = Fraction(hours)
            result[project, milestone, "late"] = (late_step(hours, threshold), {"hours": _hours(hours)})
        return result


def _told_once(told, counts):
    """Return what is to be told of spending, one of two where a project has one milestone: that of the higher step.

    :param dict told: ``{(project id, milestone id or 0, cause): (step, facts)}``
    :param dict counts: how many milestones a project has, by its id
    """
    result = dict(told)
    for key, (number, _what) in told.items():
        project, milestone, cause = key
        whole = (project, 0, cause)
        if milestone and counts[project] == 1 and whole in told:
            result.pop(whole if number >= told[whole][0] else key)
    return result


def _percent(part):
    """Return a part of a whole as a whole number of percent, cut off: 99.9 % is not 100 %."""
    return int(part * 100)


def _hours(number):
    """Return hours as they are told, with two decimals at most."""
    return f"{float(number):.2f}".rstrip("0").rstrip(".")
