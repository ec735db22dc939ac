from fractions import Fraction

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.alerts import Task, with_those_below
from ..engine.spread import exact
from .facts import followed
from .rights import HOURS_GROUPS, check_may_see

#: A change of one of these may make a task unplanned, or another milestone's.
FOLLOWED = {"milestone_id", "parent_id", "project_id", "sale_line_id", "allocated_hours", "state", "active"}

#: Tasks that were planned: of a milestone, of an order line, billed by their hours, or with a budget of their own; and
#: those below them. What confirmed change orders sold of it is given too, with what is below: it comes off tasks above.
UNPLANNED = """
    WITH RECURSIVE planned AS (
        SELECT task.id
          FROM project_task task
          JOIN project_project project ON project.id = task.project_id
         WHERE task.project_id = ANY(%(projects)s)
           AND (task.milestone_id IS NOT NULL OR task.is_template
                OR EXISTS (SELECT FROM billing_milestone_task_rel rel
                             JOIN billing_milestone own ON own.id = rel.milestone_id
                             JOIN sale_order sold ON sold.id = own.order_id
                            WHERE rel.task_id = task.id AND sold.state = 'sale')
                OR EXISTS (SELECT FROM sale_order_line line WHERE line.task_id = task.id AND line.state = 'sale')
                OR EXISTS (SELECT FROM project_budget_line line
                            WHERE line.task_id = task.id AND line.budget_id = project.budget_id)
                OR EXISTS (SELECT FROM sale_order_line line
                             JOIN product_product product ON product.id = line.product_id
                             JOIN product_template template ON template.id = product.product_tmpl_id
                            WHERE line.id = task.sale_line_id AND line.state = 'sale'
                              AND template.invoice_policy = 'delivery' AND template.service_type = 'timesheet'))
         UNION
        SELECT below.id FROM project_task below JOIN planned ON below.parent_id = planned.id
    ), sold AS (
        SELECT task.id
          FROM project_task task
          JOIN sale_order_line line ON line.task_id = task.id AND line.product_uom_qty != 0
          JOIN sale_order change ON change.id = line.order_id
         WHERE task.project_id = ANY(%(projects)s) AND change.state = 'sale' AND change.budget_project_id IS NOT NULL
         UNION
        SELECT below.id FROM project_task below JOIN sold ON below.parent_id = sold.id
    ), unplanned AS (
        SELECT task.id, task.parent_id, task.project_id, COALESCE(task.effective_hours, 0)::numeric AS spent,
               CASE WHEN task.state = '1_canceled' THEN 0
                    ELSE COALESCE(task.allocated_hours, 0) END::numeric AS allocated,
               sold.id IS NOT NULL AS is_sold
          FROM project_task task
          JOIN project_project project ON project.id = task.project_id AND %(followed)s
          LEFT JOIN planned ON planned.id = task.id
          LEFT JOIN sold ON sold.id = task.id
         WHERE task.project_id = ANY(%(projects)s)
           AND (sold.id IS NOT NULL OR planned.id IS NULL AND (task.active OR task.total_hours_spent > 0))
    )
    SELECT own.id, own.project_id, above.id, own.allocated, own.spent, own.is_sold
      FROM unplanned own
      LEFT JOIN unplanned above ON above.id = own.parent_id AND above.project_id = own.project_id
     ORDER BY own.id
"""


class ProjectTask(models.Model):
    """Work that nobody planned: of no milestone, no order line, and without a budget of its own."""

    _inherit = "project.task"

    is_unplanned = fields.Boolean(
        "Unplanned",
        compute="_compute_is_unplanned",
        search="_search_is_unplanned",
        compute_sudo=True,
        groups=HOURS_GROUPS,
        help="Of no milestone and no order line, not billed by its hours, and without a budget of its own.",
    )

    def _compute_is_unplanned(self):
        unplanned = {task for task, _project, _hours in self.project_id._budget_unplanned()}
        for task in self:
            task.is_unplanned = task.id in unplanned

    @api.model
    def _search_is_unplanned(self, operator, _value):
        if operator != "in":
            return NotImplemented
        projects = self.env["project.project"].sudo()._budget_scope()
        return [("id", "in", [task for task, _project, _hours in projects._budget_unplanned()])]

    @api.model_create_multi
    def create(self, vals_list):
        tasks = super().create(vals_list)
        tasks.sudo().project_id._budget_look_later()
        return tasks

    def write(self, vals):
        followed = bool(vals.keys() & FOLLOWED)
        before = self.sudo().project_id if followed else self.env["project.project"]
        result = super().write(vals)
        if followed:
            (before | self.sudo().project_id)._budget_look_later()
        return result

    def unlink(self):
        projects = self.sudo().project_id
        result = super().unlink()
        projects._budget_look_later()
        return result

    def _budget_need(self):
        """Return how many hours (Fraction) this task takes, with those below it: allocated, or spent and needed."""
        self.ensure_one()
        task = self.with_context(active_test=False)
        below = sum((child._budget_need() for child in task.child_ids), Fraction(0))
        allocated = 0.0 if task.state == "1_canceled" else task.allocated_hours
        return max(exact(allocated), exact(task.effective_hours) + below)

    def _budget_with_below(self):
        """Return these tasks and all below them, archived ones too (with all rights)."""
        return self.sudo().with_context(active_test=False).search([("id", "child_of", self.ids)])

    def _budget_above(self):
        """Return the tasks above these (with all rights)."""
        found, above = self.browse(), self.sudo().parent_id
        while above := above - found:
            found |= above
            above = above.parent_id
        return found


class ProjectProject(models.Model):
    _inherit = "project.project"

    @api.model
    def _budget_scope(self):
        """Return the projects that have a budget or billing milestones."""
        milestones = (
            self.env["billing.milestone"]
            .sudo()
            ._read_group([("project_id", "!=", False)], aggregates=["project_id:recordset"])
        )
        return self.search([("budget_id", "!=", False)]) | self.browse(milestones[0][0].ids)

    def _budget_unplanned(self, sold=()):
        """Return the unplanned tasks of those of these projects that are followed, those below others left out.

        :param sold: ids of tasks that are left out with all below them, as those are that confirmed change orders sell;
            what they take comes off those above them
        :return: list of ``(task id, project id, hours)``: hours (Fraction) are those allocated, or those spent on it
            and needed by the tasks below it where that is more
        """
        if not self.ids:
            return []
        self.env.flush_all()
        rows = self.env.execute_query(SQL(UNPLANNED, projects=self.ids, followed=followed()))
        projects = {task: project for task, project, *_more in rows}
        tasks = {
            task: Task(above, Fraction(allocated), Fraction(spent))
            for task, _project, above, allocated, spent, _is_sold in rows
        }
        sold = {*sold, *(task for task, *_more, is_sold in rows if is_sold)}
        return [(task, projects[task], hours) for task, hours in with_those_below(tasks, sold).items()]

    def _budget_followed(self):
        """Return those of these projects that have a budget or billing milestones, or an alert that has to close."""
        if not self.ids:
            return self
        self.env.flush_all()
        return self.browse([project for [project] in self.env.execute_query(self._budget_followed_query())])

    def _budget_note_followed(self):
        """Note which of these projects have to be looked at, with one query: each write of a task comes here.

        :return: whether one was noted
        """
        if not self.ids:
            return False
        self.env.flush_all()
        query = self._budget_followed_query()
        return bool(
            self.env.execute_query(SQL("INSERT INTO project_budget_look (project_id) %s RETURNING project_id", query))
        )

    def _budget_followed_query(self):
        return SQL(
            """
            SELECT project.id FROM project_project project
             WHERE project.id = ANY(%s)
               AND (%s OR EXISTS (SELECT FROM project_budget_alert alert
                                   WHERE alert.project_id = project.id AND alert.state != 'closed'))
             ORDER BY project.id
            """,
            self.ids,
            followed(),
        )

    def action_open_unplanned(self):
        """Open the unplanned tasks of this project.

        :return: a window action
        :raises AccessError: for customers, and without access to the project
        """
        self.ensure_one()
        check_may_see(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Unplanned Work"),
            "res_model": "project.task",
            "views": [(False, "list"), (False, "form")],
            "domain": [("project_id", "=", self.id), ("is_unplanned", "=", True)],
            "context": {"create": False, "default_project_id": self.id},
        }
