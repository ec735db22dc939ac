from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from odoo import models
from odoo.tools import SQL

from ..engine.position import Figures, Position, pooled, position
from .facts import MEASURES, REVENUE, facts

ZERO = Fraction(0)


@dataclass
class Standing:
    """Where a project, or one of its milestones, stands. Hours are hours, amounts of the budget's currency.

    :ivar hours: hours against the budget
    :ivar cost: cost against the budget
    :ivar money: by ``earned_amount``, ``billed_amount`` and ``paid_amount``
    """

    hours: Position = field(default_factory=Position)
    cost: Position = field(default_factory=Position)
    money: dict = field(default_factory=lambda: dict.fromkeys(REVENUE, ZERO))

    @property
    def margin(self):
        """What was earned less what was spent."""
        return self.money["earned_amount"] - self.cost.spent

    def as_values(self, with_cost):
        """Return this standing as plain values; without amounts for who does not see what work costs.

        :param bool with_cost: whether amounts are told
        """
        values = {"hours": _values(self.hours)}
        if with_cost:
            values["cost"] = _values(self.cost)
            values["revenue"] = {name.removesuffix("_amount"): float(value) for name, value in self.money.items()}
            values["revenue"]["margin"] = float(self.margin)
            values["revenue"]["cash"] = float(self.money["paid_amount"] - self.cost.spent)
        return values


def _values(stand):
    return {
        "budget": float(stand.budget),
        "spent": float(stand.spent),
        "committed": float(stand.committed),
        "to_complete": float(stand.to_complete),
        "at_completion": float(stand.at_completion),
        "left": float(stand.left),
        "overrun": float(stand.overrun),
    }


class ProjectProject(models.Model):
    """Where projects and their milestones stand against the budget."""

    _inherit = "project.project"

    def _budget_standings(self):
        """Return where these projects stand, by one query for all of them.

        :return: ``{(project id, milestone id or None): Standing}``; of a project as a whole under ``(id, 0)``. The row
            of no milestone (``None``) is what was budgeted or spent on the project as such.
        """
        groups, measured = defaultdict(list), self._budget_measures()
        rest_hours, rest_cost = _rests(measured, _hours), _rests(measured, _cost)
        for key, measures in measured.items():
            project, milestone, _kind = key
            row = {**measures, "hours_to_complete": rest_hours[key], "cost_to_complete": rest_cost[key]}
            groups[project, milestone].append(row)
            groups[project, 0].append(row)
        return {key: _standing(rows) for key, rows in groups.items()}

    def _budget_measures(self):
        """Return the sums of all facts: ``{(project id, milestone id or None, kind or None): {measure: Fraction}}``."""
        if not self.ids:
            return {}
        self.env.flush_all()
        sums = SQL(", ").join(SQL("SUM(%s)", SQL.identifier(name)) for name in MEASURES)
        rows = self.env.execute_query(
            SQL(
                "SELECT project_id, milestone_id, kind, %s FROM (%s) fact GROUP BY project_id, milestone_id, kind",
                sums,
                facts(self.env, self.ids),
            )
        )
        return {
            (project, milestone, kind): dict(zip(MEASURES, map(_exact, values), strict=True))
            for project, milestone, kind, *values in rows
        }


def _exact(value):
    return Fraction(value or 0)


def _hours(row):
    return Figures(row["budget_hours"], row["open_hours"], row["spent_hours"])


def _cost(row):
    return Figures(row["budget_cost"], row["open_cost"], row["spent_cost"], row["committed_cost"])


def _rests(measured, figures):
    """Return what is still to be spent of each row of measures, by their keys.

    Each milestone keeps its own labour to complete; what is bought is of the project, for whichever milestone.
    """
    pools = defaultdict(dict)
    for key, row in measured.items():
        project, milestone, kind = key
        pools[project, kind, milestone if kind == "labour" else None][key] = figures(row)
    return {key: rest for pool in pools.values() for key, rest in pooled(pool).items()}


def _standing(rows):
    """Return the standing of rows of measures, one for each kind of effort of a milestone."""
    return Standing(
        hours=position(map(_hours, rows), sum((row["hours_to_complete"] for row in rows), ZERO)),
        cost=position(map(_cost, rows), sum((row["cost_to_complete"] for row in rows), ZERO)),
        money={name: sum((row[name] for row in rows), ZERO) for name in REVENUE},
    )
