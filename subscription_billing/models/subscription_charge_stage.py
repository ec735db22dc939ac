from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

STAGES = [
    ("upcoming", "Not Started"),
    ("free", "Free"),
    ("running", "Running"),
    ("paused", "Paused"),
    ("ending", "Ending"),
    ("ended", "Ended"),
    ("cancelled", "Cancelled"),
]


class SubscriptionCharge(models.Model):
    """Where a charge stands today, for people: read from its days by the database, so that no night has to pass."""

    _inherit = "subscription.charge"

    begins_on = fields.Date("Begins", readonly=True, help="The day on which it begins, free time first.")
    cancelled_on = fields.Date(
        compute="_compute_cancelled_on", store=True, help="The day on which its order was cancelled."
    )
    stage = fields.Selection(
        STAGES,
        compute="_compute_stage",
        search="_search_stage",
        help="Where it stands today, by the day of the customer.",
    )

    @api.depends("state")
    def _compute_cancelled_on(self):
        for charge in self:
            is_over = charge.state == "cancelled"
            charge.cancelled_on = (charge.cancelled_on or charge._day(fields.Datetime.now())) if is_over else False

    @api.depends("state", "begins_on", "first_day", "last_day", "version_ids", "tz")
    def _compute_stage(self):
        now = fields.Datetime.now()
        for charge in self:
            charge.stage = charge._stage_on(charge._day(now))

    def _stage_on(self, day):
        """Return where this charge stands on a day (date), as ``_stage_sql`` does."""
        self.ensure_one()
        if self.state == "cancelled":
            return "cancelled"
        last = self.last_day
        if last and (last < day or last < self.first_day):
            return "ended"
        if day < self.first_day:
            return "upcoming" if day < (self.begins_on or self.first_day) else "free"
        if self._is_paused_on(day):
            return "paused"
        return "ending" if last else "running"

    @api.model
    def _stage_sql(self, alias):
        """Return where charges stand today, as an expression on a table of theirs."""
        names = ("state", "begins_on", "first_day", "last_day", "tz", "paused_from", "paused_until")
        columns = {name: SQL.identifier(alias, name, to_flush=self._fields[name]) for name in names}
        return SQL(
            """(CASE
                WHEN %(state)s = 'cancelled' THEN 'cancelled'
                WHEN %(last_day)s < %(day)s OR %(last_day)s < %(first_day)s THEN 'ended'
                WHEN %(day)s < COALESCE(%(begins_on)s, %(first_day)s) AND %(day)s < %(first_day)s THEN 'upcoming'
                WHEN %(day)s < %(first_day)s THEN 'free'
                WHEN %(day)s >= %(paused_from)s AND %(day)s <= COALESCE(%(paused_until)s, 'infinity') THEN 'paused'
                WHEN %(last_day)s IS NOT NULL THEN 'ending'
                ELSE 'running' END)""",
            day=self._today_sql(columns["tz"]),
            **columns,
        )

    @api.model
    def _today_sql(self, zone):
        """Return the day of today in a time zone, as an expression.

        :param SQL zone: its name
        """
        return SQL("(%s::timestamp AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", fields.Datetime.now(), zone)

    @api.model
    def _search_stage(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        wanted = tuple(name for name in value if name) or ("",)
        found = Domain.custom(to_sql=lambda model, alias, _query: SQL("%s IN %s", model._stage_sql(alias), wanted))
        return found if operator == "in" else ~found

    def _field_to_sql(self, alias, field_expr, query=None):
        # OVERRIDE: it is grouped and ordered by, too.
        if field_expr == "stage":
            return self._stage_sql(alias)
        return super()._field_to_sql(alias, field_expr, query)
