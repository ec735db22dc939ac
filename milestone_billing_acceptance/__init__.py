from odoo.addons.record_protection.models.append_only import drop_triggers

from . import controllers, models, wizards
from .uninstall import leave_to_people


def uninstall_hook(env):
    """Let the data go with the module: what was accepted stays attained, what was not is attained by hand."""
    leave_to_people(env)
    drop_triggers(env, "milestone_billing_acceptance")
    env.cr.execute("DROP FUNCTION IF EXISTS billing_acceptance_keep_files() CASCADE")
