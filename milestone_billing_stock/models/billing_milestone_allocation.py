from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import from_units, to_fraction, to_units
from odoo.addons.milestone_billing.engine.due import Kept
from odoo.tools import SQL

from ..engine.goods import Share, share_of


class BillingMilestoneAllocation(models.Model):
    """Of a line of goods, a milestone by delivery owes what the delivered quantity of the line comes to."""

    _inherit = "billing.milestone.allocation"

    ordered_quantity = fields.Float(
        readonly=True, copy=False, help="The ordered quantity that the share stands for, in the unit of its line."
    )
    kept_quantity = fields.Float(
        readonly=True, copy=False, help="What was billed of the share's quantity when the order last changed."
    )

    is_goods = fields.Boolean(
        compute="_compute_is_goods", compute_sudo=True, help="Its line is goods that are shipped."
    )
    goods_ordered = fields.Float(related="line_id.product_uom_qty", string="Quantity Ordered")
    goods_shipped = fields.Float(related="line_id.qty_delivered", string="Quantity Shipped")
    goods_invoiced = fields.Float(related="line_id.qty_invoiced", string="Quantity Invoiced")
    goods_unit_id = fields.Many2one(related="line_id.product_uom_id", string="Unit of Goods")

    def init(self):
        """Have shares from before the addon stand for what is ordered."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE billing_milestone_allocation share SET ordered_quantity = line.product_uom_qty
                  FROM sale_order_line line WHERE line.id = share.line_id AND share.ordered_quantity IS NULL
                """
            )
        )
        return super().init()

    # === COMPUTE METHODS === #

    @api.depends("line_id.qty_delivered_method", "line_id.billing_schedule_id")
    def _compute_is_goods(self):
        for share in self:
            share.is_goods = share.line_id._billing_is_goods()

    @api.depends(
        "ordered_quantity",
        "kept_quantity",
        "milestone_id.allocation_ids.ordered_quantity",
        "milestone_id.due_on",
        "milestone_id.attainment_ids.delivered",
    )
    def _compute_due_amount(self):
        return super()._compute_due_amount()

    @api.depends("milestone_id.attainment_ids.delivered")
    def _compute_reopened_amount(self):
        return super()._compute_reopened_amount()

    @api.model_create_multi
    def create(self, vals_list):
        shares = super().create(vals_list)
        for share in shares:
            share.ordered_quantity = share.line_id.product_uom_qty
        return shares

    # === WHAT IS DUE === #

    def _follows_goods(self):
        """Return whether what is due of this share follows the delivered quantity of a line of goods."""
        self.ensure_one()
        return self.milestone_id.due_on == "delivery" and self.line_id._billing_is_goods()

    def _follows_quantity(self):
        """Return whether what is due of this share follows a delivered quantity: goods, and services beside them."""
        self.ensure_one()
        return self._follows_goods() or (self.milestone_id._bills_goods() and not self._goes_with_goods())

    def _goes_with_goods(self):
        """Return whether this share is billed with the goods of its milestone, by their delivered part.

        A discount, or freight: Odoo bills these as ordered, and nobody says that they are delivered.
        """
        self.ensure_one()
        line = self.line_id
        if self.milestone_id.due_on != "delivery" or line._billing_is_goods():
            return False
        as_ordered = line.qty_delivered_method == "manual" and line.product_id.invoice_policy != "delivery"
        return (as_ordered or line.price_subtotal < 0) and self.milestone_id._bills_goods()

    def _weight(self):
        """Return what this share counts for among those of its milestone (``Fraction``)."""
        self.ensure_one()
        return abs(Fraction(str(self.amount)))

    def _due_now(self):
        if not self.milestone_id._bills_goods():
            return super()._due_now()
        delivered = list(self.milestone_id._delivered_as_of().values())[-1:]
        return self._due_delivered(delivered[0] if delivered else None) or super()._due_now()

    def _due_as_of(self, attainment, percent):
        if not self.milestone_id._bills_goods():
            return super()._due_as_of(attainment, percent)
        known = self.milestone_id._delivered_as_of()
        earlier = [key for key in known if key <= attainment]
        delivered = known[max(earlier)] if earlier else None
        return self._due_delivered(delivered) or super()._due_as_of(attainment, percent)

    def _due_delivered(self, delivered):
        """Return what is due of these shares, those of one milestone, by what their lines were delivered.

        :param dict delivered: as an attainment keeps it; None where no delivery of goods attained it
        :return: ``{id: units}``, or None
        """
        if delivered is None:
            return None
        part = self._delivered_part(delivered)
        return {
            row.id: row._goods_share().due(part if row._goes_with_goods() else row._delivered_in(delivered))
            for row in self
        }

    def _delivered_part(self, delivered):
        """Return which part of the goods of these shares, those of one milestone, is delivered, by amount.

        :param dict delivered: as an attainment keeps it
        :return: a ``Fraction``, 0 to 1
        """
        parts = []
        for row in self.filtered(lambda row: row._follows_goods()):
            share = row._goods_share()
            counted = share.countable(row._delivered_in(delivered))
            parts.append((row._weight(), counted / share.ordered if share.ordered else Fraction(1)))
        return share_of(parts)

    def _delivered_in(self, delivered):
        """Return what was delivered of the line of this share (``Fraction``), by what an attainment keeps."""
        self.ensure_one()
        return Fraction(str(delivered.get(str(self.line_id.id), 0.0)))

    def _goods_share(self):
        """Return this share as the engine's ``Share``."""
        self.ensure_one()
        rounding = self.currency_id.rounding or 0.01
        return Share(
            units=to_units(self.amount, rounding),
            ordered=Fraction(1) if self._goes_with_goods() else Fraction(str(self.ordered_quantity)),
            kept_quantity=Fraction(str(self.kept_quantity)),
            kept_units=to_units(self.kept_amount, rounding) if self.kept_quantity else 0,
        )

    def _goods_delivered(self):
        """Return what counts as delivered of the line of this share, as far as billing knows it (``Fraction``).

        Of what goes with the goods, it is their delivered part.
        """
        self.ensure_one()
        share, delivered = self._goods_share(), list(self.milestone_id._delivered_as_of().values())[-1:]
        if delivered and delivered[0] is not None and self._goes_with_goods():
            return self.milestone_id.allocation_ids._delivered_part(delivered[0])
        if delivered and delivered[0] is not None:
            return share.countable(self._delivered_in(delivered[0]))
        return share.ordered * min(to_fraction(self.milestone_id.attained_percent), Fraction(1))

    def _goods_all_billed(self):
        """Return whether what is billed of this share stands for all that is ordered."""
        self.ensure_one()
        return self._goods_kept() == self._goods_share().ordered

    # === CHANGE ORDERS === #

    def _kept(self):
        # OVERRIDE: what was kept stands for a quantity, whatever part of the ordered one it is by now.
        share = self._goods_share()
        if not self._follows_quantity() or not share.kept_quantity or not share.ordered:
            return super()._kept()
        return Kept(share.kept_quantity / share.ordered, share.kept_units)

    def _percent_billed(self):
        # OVERRIDE: by what of the quantity is billed; the percentage of the milestone is that of all its lines.
        if not self._follows_quantity():
            return super()._percent_billed()
        share = self._goods_share()
        return self._goods_kept() / share.ordered if share.ordered else Fraction(1)

    def _goods_kept(self):
        """Return the delivered quantity (``Fraction``) that what is billed of this share stands for."""
        self.ensure_one()
        kept, share = self._standing().kept, self._goods_share()
        if not kept:
            return Fraction(0)
        carries = self._follows_goods() and self == self.line_id._billing_goods_carrier()
        if carries and (quantity := self.line_id._billing_goods_standing()):
            return share.countable(quantity)
        return share.quantity_of(kept) if self._any_open() else self._goods_delivered()

    def _prepare_kept(self):
        """Return the values that have what is billed of this share stay billed for the quantity it was billed for."""
        self.ensure_one()
        units = self._standing().kept
        quantity = self.milestone_id.allocation_ids._part_billed() if self._goes_with_goods() else self._goods_kept()
        return self._kept_values(units, quantity)

    def _part_billed(self):
        """Return which part of the goods of these shares, those of one milestone, is billed, by amount (0 to 1)."""
        parts = []
        for row in self.filtered(lambda row: row._follows_goods()):
            ordered = row._goods_share().ordered
            parts.append((row._weight(), row._goods_kept() / ordered if ordered else Fraction(1)))
        return share_of(parts)

    def _kept_values(self, units, quantity):
        """Return the values by which ``units`` of this share stand for a quantity of it, whatever it comes to."""
        ordered = self._goods_share().ordered
        return {
            "kept_quantity": float(quantity),
            "kept_percent": round(float(quantity / ordered * 100), 6) if ordered else 0.0,
            "kept_amount": from_units(units, self.currency_id.rounding) if quantity else 0.0,
        }

    def _follow_ordered(self):
        """Have these shares stand for what is ordered of their lines by now; what is billed of them stays so."""
        changed = self.filtered(lambda row: row.ordered_quantity != row.line_id.product_uom_qty)
        for row in changed:
            kept = row._prepare_kept() if row._follows_quantity() else {}
            row.write({"ordered_quantity": row.line_id.product_uom_qty, **kept})
        milestones = changed.milestone_id
        milestones._keep_beside_goods(milestones._billed_beside_goods())


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    def _billed_beside_goods(self):
        """Return what stands of the shares that go with the goods of these milestones: ``{share: units}``."""
        rows = self.filtered(lambda milestone: milestone._bills_goods()).allocation_ids
        return {row: row._standing().kept for row in rows if row._goes_with_goods()}

    def _keep_beside_goods(self, billed):
        """Have what is billed beside the goods of these milestones stay, as these are by now; new shares begin there.

        :param dict billed: what ``_billed_beside_goods`` returned before
        """
        for milestone in self.filtered(lambda milestone: milestone._bills_goods()):
            beside = milestone.allocation_ids.filtered(lambda row: row._goes_with_goods())
            part = milestone.allocation_ids._part_billed() if beside else None
            for row in beside:
                row.write(row._kept_values(billed.get(row, 0), part))
