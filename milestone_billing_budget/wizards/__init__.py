from . import billing_settings, project_budget_change, project_budget_editor, project_budget_import
