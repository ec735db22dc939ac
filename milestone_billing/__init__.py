from odoo.addons.record_protection.models.append_only import drop_triggers

from . import controllers, models, wizards
from .uninstall import forget_holds, forget_keys, leave_orders_to_odoo


def uninstall_hook(env):
    """Leave orders such that Odoo alone bills what their plans have not billed; let the data go with the module."""
    leave_orders_to_odoo(env)
    forget_keys(env)
    forget_holds(env)
    drop_triggers(env, "milestone_billing")
