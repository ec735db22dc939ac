from . import (
    billing_milestone,
    project_budget,
    project_budget_filling,
    project_budget_line,
    project_budget_report,
    project_project,
    project_project_figures,
    project_project_panel,
)
