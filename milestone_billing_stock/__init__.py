from odoo.tools import SQL

from . import models, wizards


def uninstall_hook(env):
    """Drop the trigger that keeps what was delivered: its column goes with the module."""
    name, table = SQL.identifier("billing_attainment_keep_delivered"), SQL.identifier("billing_attainment")
    env.cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", name, table))
