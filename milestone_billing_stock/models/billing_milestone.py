from dataclasses import replace
from fractions import Fraction

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

    def _prepare_delivery(self, day):
        # OVERRIDE: what is delivered of each line is kept with the attainment, and each is billed by its own.
        if not self._bills_goods():
            return super()._prepare_delivery(day)
        percent, facts = self._delivered_percent(), self._delivered_facts()
        waits = self._waits_until_complete(percent, facts["delivered"])
        if waits or not self._is_new_delivery(percent, facts["delivered"]):
            return None
        return {
            "milestone_id": self.id,
            "percent": percent,
            "date": self._delivery_day(self.allocation_ids.line_id, day),
            "source": "delivery",
            "to_tell": bool(float_compare(percent, self.attained_percent, precision_digits=6))
            or list(self._delivered_as_of().values())[-1:] != [None],
            **facts,
        }

    def _delivered_facts(self):
        # OVERRIDE: what is delivered of each line.
        facts = super()._delivered_facts()
        if not self._bills_goods():
            return facts
        return {**facts, "delivered": {str(line.id): line.qty_delivered for line in self.allocation_ids.line_id}}

    def _facts_up_to(self, facts, part, lines=()):
        # OVERRIDE: of some lines all that was delivered, or of each line a part, to its unit of measure.
        facts = dict(super()._facts_up_to(facts, part, lines))
        known = list(self._delivered_as_of().values())[-1:]
        delivered = facts.pop("delivered", None)
        if not delivered or self.attained_percent and known == [None]:
            return facts
        before, found = (known and known[0]) or {}, {}
        for line in self.allocation_ids.line_id.filtered(lambda line: str(line.id) in delivered):
            start, end = (Fraction(str(row.get(str(line.id), 0.0))) for row in (before, delivered))
            quantity = start + (end - start) * (int(line.id in lines) if lines else part)
            found[str(line.id)] = line.product_uom_id.round(float(quantity))
        return {**facts, "delivered": found}

    def _delivered_percent(self):
        """Return how much of this milestone is delivered, by amount: 0 to 100.

        What goes with the goods, such as a discount or freight, is never delivered by itself, and does not count.
        """
        rows = self.allocation_ids.filtered(lambda row: not row._goes_with_goods())
        return round(float(share_of((row._weight(), row.line_id._delivered_share()) for row in rows) * 100), 6)

    def _waits_until_complete(self, percent, delivered):
        """Return whether what is delivered is not billed yet, since only complete deliveries are.

        What came back of what is known is followed all the same: it is credited.

        :param dict delivered: as an attainment keeps it
        """
        goods = self.allocation_ids.filtered(lambda row: row._follows_goods())
        shipped = all(row.line_id._delivered_share() == 1 for row in goods)
        complete = shipped and float_compare(percent, 100.0, precision_digits=6) >= 0
        if self.schedule_id.partial_deliveries != COMPLETE or complete:
            return False
        known = list(self._delivered_as_of().values())[-1:]
        if known and known[0]:
            return not any(abs(delivered.get(key, 0.0)) < abs(before) for key, before in known[0].items())
        return float_compare(percent, self.attained_percent, precision_digits=6) >= 0

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
                goods = milestone.allocation_ids.filtered(lambda row: row._follows_quantity())
                if not all(row._goods_all_billed() for row in goods):
                    billed[milestone.id] = replace(billed[milestone.id], is_closed=False)
        return billed
