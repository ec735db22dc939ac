from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import float_compare

from ..engine.goods import share_of

#: A milestone with this policy bills nothing before all of its lines are delivered.
COMPLETE = "complete"


class BillingMilestone(models.Model):
    """Milestones due by delivery that cover goods follow each of their lines by itself."""

    _inherit = "billing.milestone"

    has_goods = fields.Boolean(compute="_compute_has_goods", compute_sudo=True, help="It bills a part of goods.")

    @api.depends("allocation_ids.line_id.qty_delivered_method")
    def _compute_has_goods(self):
        for milestone in self:
            milestone.has_goods = any(row.line_id._billing_is_goods() for row in milestone.allocation_ids)

    def _bills_goods(self):
        """Return whether this milestone bills goods by what is delivered of each."""
        self.ensure_one()
        return self.due_on == "delivery" and any(row.line_id._billing_is_goods() for row in self.allocation_ids)

    def _follow_delivery(self, day):
        # OVERRIDE: what is delivered of each line is kept with the attainment, and each is billed by its own.
        if not self._bills_goods():
            return super()._follow_delivery(day)
        lines = self.allocation_ids.line_id
        delivered = {str(line.id): line.qty_delivered for line in lines}
        percent = self._delivered_percent()
        if self._waits_until_complete(percent) or not self._is_new_delivery(percent, delivered):
            return None
        return self.env["billing.attainment"]._record(
            [
                {
                    "milestone_id": self.id,
                    "percent": percent,
                    "date": self._delivery_day(lines, day),
                    "source": "delivery",
                    "delivered": delivered,
                    "to_tell": bool(float_compare(percent, self.attained_percent, precision_digits=6))
                    or list(self._delivered_as_of().values())[-1:] != [None],
                }
            ]
        )

    def _delivered_percent(self):
        """Return how much of this milestone is delivered, by amount: 0 to 100.

        What goes with the goods, such as a discount or freight, is never delivered by itself, and does not count.
        """
        rows = self.allocation_ids.filtered(lambda row: not row._goes_with_goods())
        return round(float(share_of((row._weight(), row.line_id._delivered_share()) for row in rows) * 100), 6)

    def _waits_until_complete(self, percent):
        """Return whether what is delivered is not billed yet, since only complete deliveries are.

        What was billed once is followed further: a return is credited by what came back.
        """
        goods = self.allocation_ids.filtered(lambda row: row._follows_goods())
        shipped = all(row.line_id._delivered_share() == 1 for row in goods)
        complete = shipped and float_compare(percent, 100.0, precision_digits=6) >= 0
        return self.schedule_id.partial_deliveries == COMPLETE and not complete and not self.attained_percent

    def _is_new_delivery(self, percent, delivered):
        """Return whether this is not what is known already.

        :param dict delivered: as an attainment keeps it
        """
        if float_compare(percent, self.attained_percent, precision_digits=6):
            return True
        known = list(self._delivered_as_of().values())[-1:]
        if known == [None]:
            # Attained before quantities were kept: once all is delivered, they say no more than the percentage.
            return percent < 100.0 or any(row._is_overbilled() for row in self.allocation_ids)
        before = known[0] if known else {}
        return any(before.get(key, 0.0) != delivered.get(key, 0.0) for key in before.keys() | delivered.keys())

    def _delivery_day(self, lines, today):
        """Return the day of the last delivery or return of these lines, not before the last one that was recorded."""
        moments = [move.date for move in lines.sudo().move_ids if move.state == "done"]
        day = min(self.company_id._billing_day(max(moments)), today) if moments else today
        return max([self._not_before_order(day), *self.attainment_ids.mapped("date")])

    def _delivered_as_of(self):
        """Return what was delivered as of each attainment: ``{id: {order line id: quantity}}``, None where unknown."""
        self.ensure_one()
        found, percent, day, delivered = {}, 0.0, False, None
        for row in self.attainment_ids.sorted("id"):
            # As in _attained_until: old news changes nothing.
            if row.percent > percent or not day or row.date >= day:
                percent, day, delivered = row.percent, row.date, row.delivered
            found[row.id] = delivered
        return {key: value or None for key, value in found.items()}

    def _engine_billed(self):
        # OVERRIDE: what is not all delivered may still bill more, also where all that was ordered before was billed.
        billed = super()._engine_billed()
        for milestone in self:
            if milestone.id in billed and milestone._bills_goods():
                goods = milestone.allocation_ids.filtered(lambda row: row._follows_goods())
                if not all(row._goods_all_billed() for row in goods):
                    billed[milestone.id] = replace(billed[milestone.id], is_closed=False)
        return billed
