from datetime import date

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine.cadence import NEVER

#: What of a meter says what was billed.
BILLED_BY = frozenset({"aggregation", "rounding_method", "rounding_decimals"})
#: Of how many periods before the mean is taken where no record came.
PERIODS = {"none": 0, "last": 1, "average": 3}


class SubscriptionUsage(models.Model):
    """Usage that came late is billed by its difference, with the next invoice."""

    _inherit = "subscription.usage"

    @api.model
    def _follow(self, touched):
        # OVERRIDE: what subscriptions bill of these days is worked out anew.
        self.env["subscription.charge"]._follow_usage(touched)
        return super()._follow(touched)


class SubscriptionMeter(models.Model):
    """How a meter counts stays once something is charged by it: what was billed was counted so."""

    _inherit = "subscription.meter"

    def write(self, vals):
        if vals.keys() & BILLED_BY:
            self._check_not_billed(vals)
        held = {meter: meter.estimate for meter in self if meter._changed_fields(vals, {"estimate"})}
        result = super().write(vals)
        for meter, estimate in held.items():
            if meter._is_charged():
                meter._keep_estimate(estimate)
        return result

    def _is_charged(self):
        charges = self.env["subscription.charge"].sudo()
        return bool(charges.search_count([("price_book_id.meter_id", "=", self.id)], limit=1))

    def _keep_estimate(self, held):
        """Have periods that were due before today stay estimated as they were, whatever is said from today on.

        :param held: what was said (a key of ``PERIODS``)
        """
        company = self.company_id or self.env.company
        kept = [*(self.sudo().estimates_before or ()), [company._billing_today().isoformat(), held]]
        self.sudo().estimates_before = kept

    def _estimates(self):
        """Return of how many periods the mean is taken where no record came (``engine.terms.Usage.estimates``)."""
        since, found = NEVER, []
        for day, held in self.sudo().estimates_before or ():
            found.append((since, PERIODS[held]))
            since = date.fromisoformat(day).toordinal()
        found.append((since, PERIODS[self.estimate]))
        return tuple(found) if any(periods for _since, periods in found) else ()

    def _check_not_billed(self, vals):
        """Refuse that the quantity of billed usage becomes another one.

        :raises UserError: naming the meter and the remedy
        """
        for meter in self.filtered(lambda meter: meter._changed_fields(vals, BILLED_BY)):
            if meter._is_charged():
                raise UserError(
                    self.env._("%s is charged already: how it counts stays. Make another meter.", meter.display_name)
                )


class SubscriptionMeteringPoint(models.Model):
    """The days of a metering point are those of its subscriptions."""

    _inherit = "subscription.metering.point"

    def write(self, vals):
        if "tz" in vals:
            self._check_days_free(vals["tz"])
        return super().write(vals)

    def _lock(self):
        """Have another transaction that sells the usage of these points begin anew once this one has ended."""
        if self:
            self.flush_recordset()
            points = tuple(self.ids)
            self.env.cr.execute(
                SQL("UPDATE subscription_metering_point SET write_date = write_date WHERE id IN %s", points)
            )

    def _has_whole_days(self):
        """Return whether records of this point may be of whole days, which are the same whatever the time zone."""
        query = SQL(
            """
            SELECT FROM subscription_usage
             WHERE point_id = %s AND (at AT TIME ZONE 'UTC' AT TIME ZONE %s)::time = '00:00' LIMIT 1
            """,
            self.id,
            self.tz,
        )
        return bool(self.env.execute_query(query))

    def _check_days_free(self, zone):
        """Refuse another time zone than that of the subscriptions of these points.

        :raises UserError: naming the subscription
        """
        domain = [("metering_point_id", "in", self.ids), ("tz", "!=", zone), ("state", "=", "running")]
        charge = self.env["subscription.charge"].sudo().search(domain, limit=1)
        if charge:
            raise UserError(
                self.env._(
                    "%(point)s is charged by %(charge)s, whose days are those of %(zone)s: they stay.",
                    point=charge.metering_point_id.display_name,
                    charge=charge.display_name,
                    zone=charge.tz,
                )
            )
