"""Holds come from Milestone Billing to the addon that all billing stands on."""

from odoo.addons.billing_base.hooks import take_over_holds


def migrate(cr, version):
    """Take the screens of holds over before they are written anew."""
    take_over_holds(cr)
