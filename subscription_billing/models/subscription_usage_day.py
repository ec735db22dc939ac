from odoo import fields, models

from ..ingest.tables import make_tables
from .subscription_usage import EXACT


class SubscriptionUsageDay(models.Model):
    """What the records of a metering point come to on a local day: kept by their batches, and never edited."""

    _name = "subscription.usage.day"
    _description = "Usage by Day"
    _order = "day desc, id desc"
    _rec_name = "day"
    _auto = False
    _log_access = False

    point_id = fields.Many2one("subscription.metering.point", "Metering Point", readonly=True, help="Of whom it is.")
    day = fields.Date(readonly=True, help="The local day of the metering point.")
    dimension = fields.Char(readonly=True, help="What it is told apart by, such as a region.")
    sum = fields.Float(**EXACT, readonly=True, help="The sum of the records.")
    count = fields.Integer("Records", readonly=True, help="The number of records that count.")
    max = fields.Float("Highest", **EXACT, readonly=True, aggregator="max", help="The highest record.")
    last = fields.Float(
        "Latest",
        **EXACT,
        readonly=True,
        aggregator=None,
        help="The latest record of the day.",
    )
    last_at = fields.Datetime(readonly=True, help="When the latest record was used.")
    last_batch = fields.Integer("Batch of the Latest", readonly=True, aggregator=None, help="With which it came.")
    first_at = fields.Datetime(readonly=True, help="When the first record was used.")
    weighted = fields.Float(
        "Level by Time",
        **EXACT,
        readonly=True,
        help="Of a meter of levels: each level times its microseconds, from the first record to the end of the day.",
    )
    batch_id = fields.Many2one("subscription.usage.batch", readonly=True, help="The latest that changed it.")

    def init(self):
        """Make the tables of usage, with each installation and update."""
        make_tables(self.env.cr)
        return super().init()
