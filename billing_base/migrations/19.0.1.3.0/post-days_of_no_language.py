"""Days of the month that somebody typed in his language are kept in the words of none: the clock reads them too."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Keep the days that are there as those are that people type from now on."""
    api.Environment(cr, SUPERUSER_ID, {})["billing.calendar"]._keep_typed_days()
