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
        if self.budget_id and self.env.user.has_group("project.group_project_user"):
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
        check_may_see(self)
        sees_cost, project = may_see_cost(self.env), self.sudo()
        standings = project._budget_standings()
        total = standings.pop((self.id, 0), None)
        milestones = (
            self.env["billing.milestone"].sudo().browse([milestone for _project, milestone in standings if milestone])
        )
        rows = [
            {"id": row.id, "name": row.name, **standings[self.id, row.id].as_values(sees_cost)}
            for row in milestones.sorted(lambda row: (row.order_id.id, row.sequence, row.id))
        ]
        if (self.id, None) in standings:
            name = self.env._("Of no milestone")
            rows.append({"id": 0, "name": name, **standings[self.id, None].as_values(sees_cost)})
        return {
            "has_budget": bool(project.budget_id),
            "version": project.budget_id.number,
            "may_set": self._budget_may_set(),
            "may_propose": self.env.su or self.env.user.has_group(WHO),
            "sees_cost": sees_cost,
            "currency_id": (project.budget_id.company_id or project._budget_company()).currency_id.id,
            "missing": project._budget_missing(),
            "alerts": self._budget_open_alerts(),
            "unplanned": self._budget_unplanned_sum(),
            "total": total.as_values(sees_cost) if total else {},
            "milestones": rows,
        }

    def _budget_open_alerts(self):
        alerts = self.budget_alert_ids.filtered(lambda alert: alert.state == "open")
        return [{"id": alert.id, "text": alert.text} for alert in alerts]

    def _budget_unplanned_sum(self):
        rows = self.sudo()._budget_unplanned()
        return {"tasks": len(rows), "hours": float(sum(hours for _task, _project, hours in rows))}

    def _budget_may_set(self):
        try:
            check_may_set(self)
        except AccessError:
            return False
        return True
