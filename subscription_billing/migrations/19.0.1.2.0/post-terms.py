"""Subscriptions with a term have a row for each of their terms until today."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Record the term that was agreed, and those that began by themselves since."""
    api.Environment(cr, SUPERUSER_ID, {})["subscription.charge"]._record_terms_of_old()
