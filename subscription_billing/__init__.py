from odoo.addons.record_protection.models.append_only import drop_triggers

from . import controllers, models, wizards
from .ingest.tables import drop_tables


def uninstall_hook(env):
    """Let the history of charges go with the module; installed again, charges are numbered from one again."""
    env.flush_all()
    env.cr.execute("UPDATE account_move_line SET billing_key = NULL WHERE billing_key LIKE 'charge/%'")
    drop_triggers(env, "subscription_billing")
    drop_tables(env.cr)
