from collections import defaultdict

from odoo import api, models
from odoo.exceptions import AccessError

from .project_change_order import WHO
from .rights import check_may_see, check_may_set, may_see_cost


class ProjectProject(models.Model):
    """The budget in the panel of a project."""

    _inherit = "project.project"

    def _get_user_values(self):
        # OVERRIDE: the panel of a project shows its budget.
        return dict(super()._get_user_values(), shows_budget=not self.is_template)

    def _get_stat_buttons(self):
        buttons = super()._get_stat_buttons()
        if self.env.user.has_group("project.group_project_user") and self.budget_id:
            buttons.append(
                {
                    "icon": "calculator",
                    "text": self.env._("Budget"),
                    "action_type": "object",
                    "action": "action_open_budget",
                    "show": True,
                    "sequence": 27,
                }
            )
        return buttons

    @api.readonly
    def get_budget_panel(self) -> dict:
        """Return where this project stands against its budget.

        :return: ``{"has_budget", "version", "may_set", "may_propose", "sees_cost", "currency_id", "missing", "alerts",
            "unplanned", "total", "milestones"}``. ``alerts`` lists ``{"id", "text"}`` of those that are open, and
            ``unplanned`` is ``{"tasks", "hours"}`` of work that nobody planned.
            ``total`` is ``{"hours", "cost", "revenue"}``: hours and cost each have ``budget``, ``spent``,
            ``committed``, ``to_complete``, ``at_completion``, ``left`` and ``overrun``; revenue has ``earned``,
            ``billed``, ``paid``, ``margin`` (earned less spent) and ``cash`` (paid less spent). ``milestones`` lists
            the same of each milestone with ``id`` and ``name``; id 0 is what is of no milestone. Hours are hours,
            amounts untaxed and of the budget's currency; who does not see cost gets neither ``cost`` nor
            ``revenue``. ``missing`` has sentences on what keeps cost from being known.
        :raises AccessError: for customers, and without access to the project
        """
        self.ensure_one()
        return self._budget_panels()[self.id]

    def _budget_panels(self):
        """Return the panels of these projects by their ids (:meth:`get_budget_panel`), with one query of the facts.

        :raises AccessError: for customers, and without access to one of the projects
        """
        check_may_see(self)
        standings, unplanned = defaultdict(dict), defaultdict(list)
        for (project, milestone), standing in self.sudo()._budget_standings().items():
            standings[project][milestone] = standing
        for _task, project, hours in self.sudo()._budget_unplanned():
            unplanned[project].append(hours)
        return {project.id: project._budget_panel(standings[project.id], unplanned[project.id]) for project in self}

    def _budget_panel(self, standings, unplanned):
        """Return the panel of one project.

        :param dict standings: by milestone id; of none under ``None``, of the whole project under 0
        :param list unplanned: hours of unplanned tasks
        """
        sees_cost, project = may_see_cost(self.env), self.sudo()
        total = standings.get(0)
        milestones = self.env["billing.milestone"].sudo().browse([milestone for milestone in standings if milestone])
        rows = [
            {"id": row.id, "name": row.name, **standings[row.id].as_values(sees_cost)}
            for row in milestones.sorted(lambda row: (row.order_id.id, row.sequence, row.id))
        ]
        if None in standings:
            name = self.env._("Of no milestone")
            rows.append({"id": 0, "name": name, **standings[None].as_values(sees_cost)})
        return {
            "has_budget": bool(project.budget_id),
            "version": project.budget_id.number,
            "may_set": self._budget_may_set(),
            "may_propose": self.env.su or self.env.user.has_group(WHO),
            "sees_cost": sees_cost,
            "currency_id": (project.budget_id.company_id or project._budget_company()).currency_id.id,
            "missing": project._budget_missing(),
            "alerts": self._budget_open_alerts(),
            "unplanned": {"tasks": len(unplanned), "hours": float(sum(unplanned))},
            "total": total.as_values(sees_cost) if total else {},
            "milestones": rows,
        }

    def _budget_open_alerts(self):
        alerts = self.budget_alert_ids.filtered(lambda alert: alert.state == "open")
        return [{"id": alert.id, "text": alert.text} for alert in alerts]

    def _budget_may_set(self):
        try:
            check_may_set(self)
        except AccessError:
            return False
        return True
