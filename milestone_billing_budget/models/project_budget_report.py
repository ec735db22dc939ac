from odoo import fields, models
from odoo.tools import SQL

from .facts import KEYS, MEASURES, facts, source
from .project_budget_line import KINDS
from .rights import COST_GROUPS


class ProjectBudgetReport(models.Model):
    """What is budgeted, spent, committed, earned, billed and paid of projects: by milestone, task, kind and day.

    Computed when it is read, from timesheets, analytic items, purchase orders, attainments, invoices and payments.
    """

    _name = "project.budget.report"
    _description = "Budget Analysis"
    _auto = False
    _order = "project_id, milestone_id, kind, id"
    _rec_name = "project_id"

    project_id = fields.Many2one("project.project", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    milestone_id = fields.Many2one("billing.milestone", "Billing Milestone", readonly=True)
    task_id = fields.Many2one("project.task", readonly=True, help="On which hours were spent, or that has a budget.")
    kind = fields.Selection(KINDS, readonly=True, help="What the money is spent on.")
    date = fields.Date(readonly=True, help="Of the timesheet, bill, order, attainment, invoice or payment.")
    budget_hours = fields.Float("Budgeted Hours", readonly=True, help="Hours of the current version of the budget.")
    expected_hours = fields.Float(readonly=True, help="Hours it is expected to take in the end.")
    spent_hours = fields.Float(readonly=True, help="Hours of timesheets.")
    hours_to_complete = fields.Float(
        readonly=True, help="Expected hours less those spent; not below zero, and none for what is attained."
    )
    budget_cost = fields.Monetary("Budgeted Cost", readonly=True, groups=COST_GROUPS, help="Of the current version.")
    expected_cost = fields.Monetary(readonly=True, groups=COST_GROUPS, help="What it is expected to cost in the end.")
    spent_cost = fields.Monetary(
        readonly=True, groups=COST_GROUPS, help="Timesheets, posted bills and other analytic items, less credit notes."
    )
    committed_cost = fields.Monetary(
        readonly=True, groups=COST_GROUPS, help="Ordered of suppliers, and not billed by them yet."
    )
    cost_to_complete = fields.Monetary(
        readonly=True, groups=COST_GROUPS, help="Expected cost less what is spent and committed; not below zero."
    )
    cost_at_completion = fields.Monetary(
        readonly=True, groups=COST_GROUPS, help="Spent, committed and still to be spent."
    )
    earned_amount = fields.Monetary("Earned", readonly=True, groups=COST_GROUPS, help="Attained so far, untaxed.")
    margin_amount = fields.Monetary("Margin", readonly=True, groups=COST_GROUPS, help="Earned less spent.")
    billed_amount = fields.Monetary(
        "Billed", readonly=True, groups=COST_GROUPS, help="Posted invoices less credit notes, untaxed."
    )
    paid_amount = fields.Monetary("Paid", readonly=True, groups=COST_GROUPS, help="Paid by the customer, untaxed.")
    cash_amount = fields.Monetary(
        "Cash Position",
        readonly=True,
        groups=COST_GROUPS,
        help="Paid by the customer less spent: below zero, the firm finances the work.",
    )

    @property
    def _table_query(self):
        """Facts, and what is still to be spent: expected less spent and committed (:func:`.engine.position.pooled`).

        Labour by milestone; what is bought by project, shared by what each of its milestones still needs.
        """
        # The query reads tables of many models.
        self.env.flush_all()
        keys = SQL(", ").join(SQL.identifier(name) for name in KEYS)
        measured = SQL(", ").join(SQL.identifier(name) for name in MEASURES)
        nothing = SQL(", ").join(SQL("0") for _name in MEASURES)
        return SQL(
            """
            SELECT source AS id, %(keys)s, %(measured)s, hours_to_complete, cost_to_complete,
                   spent_cost + committed_cost + cost_to_complete AS cost_at_completion,
                   earned_amount - spent_cost AS margin_amount, paid_amount - spent_cost AS cash_amount
              FROM (
                    WITH fact AS (%(facts)s)
                    SELECT source, %(keys)s, %(measured)s, 0 AS hours_to_complete, 0 AS cost_to_complete FROM fact
                     UNION ALL
                    SELECT %(rest)s, project_id, company_id, currency_id, milestone_id, NULL, kind, NULL, %(nothing)s,
                           COALESCE(GREATEST(hours, 0) * GREATEST(SUM(hours) OVER pool, 0)
                                    / NULLIF(SUM(GREATEST(hours, 0)) OVER pool, 0), 0),
                           COALESCE(GREATEST(cost, 0) * GREATEST(SUM(cost) OVER pool, 0)
                                    / NULLIF(SUM(GREATEST(cost, 0)) OVER pool, 0), 0)
                      FROM (
                            SELECT project_id, company_id, currency_id, milestone_id, kind,
                                   SUM(open_hours) - SUM(spent_hours) AS hours,
                                   SUM(open_cost) - SUM(spent_cost) - SUM(committed_cost) AS cost
                              FROM fact WHERE kind IS NOT NULL
                             GROUP BY project_id, company_id, currency_id, milestone_id, kind
                           ) rest
                    WINDOW pool AS (PARTITION BY project_id, kind,
                                                 CASE WHEN kind = 'labour' THEN milestone_id END)
                   ) every
            """,
            keys=keys,
            measured=measured,
            nothing=nothing,
            rest=source("rest", SQL("project_id"), SQL("COALESCE(milestone_id, 0)"), SQL("kind")),
            facts=facts(self.env),
        )
