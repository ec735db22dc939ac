from odoo.addons.record_protection.models.append_only import drop_triggers

from . import controllers, models, wizards


def uninstall_hook(env):
    """Let the versions of budgets go with the addon: its triggers are dropped."""
    drop_triggers(env, "milestone_billing_budget")
