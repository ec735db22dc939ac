from odoo.addons.record_protection.models.append_only import drop_triggers

from . import controllers, models, wizards


def uninstall_hook(env):
    """Let the data go with the module: what was attained by acceptance stays attained, in Milestone Billing."""
    drop_triggers(env, "milestone_billing_acceptance")
