from odoo import fields, models
from odoo.tools import SQL

from ..ingest.tables import make_tables

#: Quantities show all decimals that they have.
EXACT = {"digits": (27, 9), "min_display_digits": 0}


class SubscriptionUsage(models.Model):
    """A record of usage. Its table has a part for each month of usage, and is filled by batches alone."""

    _name = "subscription.usage"
    _description = "Usage"
    _order = "id desc"
    _rec_name = "key"
    _auto = False
    _log_access = False

    point_id = fields.Many2one("subscription.metering.point", "Metering Point", readonly=True, help="Of whom it is.")
    meter_id = fields.Many2one("subscription.meter", readonly=True, help="What was counted.")
    company_id = fields.Many2one("res.company", readonly=True)
    batch_id = fields.Many2one("subscription.usage.batch", readonly=True, help="With which it came.")
    at = fields.Datetime("Used", readonly=True, help="When it was used.")
    quantity = fields.Float(**EXACT, readonly=True, help="How much was used, in the unit of the meter.")
    dimension = fields.Char(readonly=True, help="What it is told apart by, such as a region.")
    key = fields.Char(readonly=True, help="The sender's own, unique among the records of the meter.")
    replaces = fields.Char(readonly=True, help="The key of the record that this one stands for.")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT u.id, u.point_id, p.meter_id, p.company_id, u.batch_id, u.at, u.quantity, u.dimension, u.key,
                u.replaces
            FROM subscription_usage u
            LEFT JOIN subscription_metering_point p ON p.id = u.point_id
            """
        )

    def init(self):
        """Make the tables of usage, with each installation and update."""
        make_tables(self.env.cr)
        return super().init()
