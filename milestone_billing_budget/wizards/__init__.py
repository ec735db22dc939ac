from . import project_budget_editor
