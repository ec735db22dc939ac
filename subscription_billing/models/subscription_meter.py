from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

AGGREGATIONS = [
    ("sum", "Sum"),
    ("count", "Number of records"),
    ("max", "Highest"),
    ("last", "Latest"),
    ("time_weighted", "Level, weighted by time"),
]
ROUNDING = [
    ("none", "Not rounded"),
    ("nearest", "To the nearest"),
    ("up", "Up"),
    ("down", "Down"),
]
ESTIMATES = [
    ("none", "Nothing"),
    ("last", "As much as in the last period"),
    ("average", "The average of the last three periods"),
]


class SubscriptionMeter(models.Model):
    """What is metered, and how its records become a quantity."""

    _name = "subscription.meter"
    _description = "Meter"
    _order = "name, id"

    name = fields.Char(required=True, translate=True, help="What people call it, such as “Traffic”.")
    code = fields.Char(required=True, help="What records of usage call it, such as “traffic”.")
    active = fields.Boolean(default=True, help="Archived, it takes no further records.")
    unit = fields.Char(help="The unit of its quantities, such as “GB”.")
    aggregation = fields.Selection(
        AGGREGATIONS,
        "Quantity",
        required=True,
        default="sum",
        help="What the records of a time come to: their sum, their number, the highest or the latest one, or a level "
        "that holds until the next record, weighted by how long it does.",
    )
    rounding_method = fields.Selection(
        ROUNDING,
        "Rounding",
        required=True,
        default="none",
        help="Whether the quantity that is charged is rounded, and how; records are kept as they came.",
    )
    rounding_decimals = fields.Integer("Decimals", help="To so many decimals the quantity is rounded.")
    company_id = fields.Many2one("res.company", index=True, help="Left empty, every company may use it.")
    keep_months = fields.Integer(
        "Months Kept",
        help="So many months after theirs, records go to an archive; what they sum up to by day stays. "
        "0: they are kept for ever, as are levels, and what is priced record by record or by the hour.",
    )
    estimate = fields.Selection(
        ESTIMATES,
        "Where None Came",
        required=True,
        default="none",
        help="What is billed of a period of which no record came in time, until one does. Changed once the meter is "
        "charged, it holds for periods that are due from that day on: those before stay as they were billed.",
    )
    estimates_before = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="How periods were estimated that were due before a day: lists of that day (ISO) and of what held then.",
    )
    point_ids = fields.One2many("subscription.metering.point", "meter_id", "Metering Points", readonly=True)

    _code_unique = models.UniqueIndex("(COALESCE(company_id, 0), code)", "There is a meter of this code already.")
    _decimals_few = models.Constraint(
        "CHECK(COALESCE(rounding_decimals, 0) BETWEEN 0 AND 9)", "A quantity is rounded to 0 to 9 decimals."
    )
    _months_positive = models.Constraint(
        "CHECK(COALESCE(keep_months, 0) BETWEEN 0 AND 1200)", "Records are kept for 0 to 1200 months."
    )

    @api.constrains("aggregation")
    def _check_levels(self):
        archives = self.env["subscription.usage.archive"].sudo()
        for meter in self.filtered(lambda row: row.aggregation == "time_weighted"):
            if archives.search_count([("meter_id", "=", meter.id)], limit=1):
                raise ValidationError(
                    self.env._("%s has archived records: it cannot weigh levels by time.", meter.name)
                )

    @api.constrains("company_id")
    def _check_company(self):
        for meter in self.filtered("company_id"):
            if meter.sudo().point_ids.company_id - meter.company_id:
                raise ValidationError(self.env._("%s has metering points of other companies.", meter.name))

    @api.model_create_multi
    def create(self, vals_list):
        meters = super().create(vals_list)
        meters._record_what_waits()
        return meters

    def _record_what_waits(self):
        """Record usage that was kept aside because there was no such meter: much of it a little later."""
        codes = self.mapped("code")
        domain = [("state", "=", "open"), ("reason", "=", "meter"), ("meter_code", "in", codes)]
        self.env["subscription.usage.aside"].sudo()._retry_all(domain)

    def write(self, vals):
        levels = self.filtered(lambda meter: meter.aggregation == "time_weighted")
        result = super().write(vals)
        if vals.keys() & {"code", "active", "company_id"}:
            self.filtered("active")._record_what_waits()
        if "aggregation" in vals:
            changed = self.filtered(lambda meter: (meter.aggregation == "time_weighted") != (meter in levels))
            changed.sudo().point_ids._rebuild_days()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.filtered(lambda meter: meter.sudo().point_ids)
        if used:
            raise UserError(self.env._("%s has metering points: archive it instead.", used[0].name))

    @api.model
    def _by_code(self, company, codes):
        """Return the meters that a company's records of usage may name: ``{code: meter}``, its own ones first.

        :param company: whose records they are
        :param codes: as they are sent
        """
        domain = [("code", "in", list(codes)), ("company_id", "in", (False, company.id))]
        found = self.sudo().search(domain).sorted(lambda meter: bool(meter.company_id))
        return {meter.code: meter for meter in found}
