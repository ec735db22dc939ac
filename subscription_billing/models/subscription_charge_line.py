from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import float_compare


class SubscriptionCharge(models.Model):
    """A charge and its order line: what is entered on the line is agreed from today on; the line says what holds."""

    _inherit = "subscription.charge"

    def _follow_line(self, names=("price_unit", "discount", "quantity")):
        """Record what the order line of this charge says otherwise than what holds, from today on.

        :param names: of what counts
        """
        self.ensure_one()
        line, today = self.line_id, self._today()
        price = any(self._differs(name, line[name]) for name in ("price_unit", "discount") if name in names)
        quantity = "quantity" in names and self._differs("quantity", line.product_uom_qty)
        if price:
            self._record("price", today, price_unit=line.price_unit, discount=line.discount)
        if quantity:
            self._record_quantity(today, line.product_uom_qty)

    def _follow_end(self):
        """Record that this charge ends when its order line says so."""
        self.ensure_one()
        end = self.line_id.subscription_end
        if self.last_day == end:
            return
        self._check_end_free(end)
        if end and (self.first_day - end).days > 1:
            raise UserError(
                self.env._(
                    "%(name)s goes on in another way from %(day)s: end each of its subscriptions by itself.",
                    name=self.line_id.display_name,
                    day=self.first_day,
                )
            )
        self._record("end", self._today(), last_day=end)

    def _is_more_than_agreed(self):
        """Return whether anything came after what was agreed of these charges at first: bills, too, also elsewhere."""
        return bool(len(self.version_ids) > 1 or self.invoice_line_ids or any(self.mapped("billed_until")))

    def _differs(self, name, value):
        return float_compare(self[name], value, precision_digits=9) != 0

    def _tell_changed(self):
        """Have the order lines of these charges say what holds, and what is due be billed right after."""
        self.line_id._subscription_tell()
        self._wake_if_due()

    def _wake_if_due(self):
        """Have what is due of these charges billed right after this transaction."""
        if any(charge.next_due and charge.next_due <= charge.company_id._billing_today() for charge in self.sudo()):
            self.env["billing.run"].sudo()._wake()

    # === WITH THE DAY === #

    @api.model
    def _refresh_lines(self, company):
        """Have the order lines of a company say what holds, and what became due, with the day."""
        today = company._billing_today()
        own = [("company_id", "=", company.id), ("state", "=", "running")]
        # Where the customer is, it may be tomorrow.
        changing = self.search([*own, ("next_change", "<=", today + timedelta(days=1))])
        changing._safely_by_order("_refresh_agreed")
        due = self.search([*own, ("next_due", "<=", today), ("line_id.qty_to_invoice", "=", 0)])
        due._safely_by_order("_refresh_due")

    def _safely_by_order(self, name, gives_way=True):
        """Call a method of these charges at once; where it fails, of those of each order alone, but those that fail.

        :param str name: of the method
        :param bool gives_way: as of ``_safely_each``
        """
        parts = list(self.grouped("order_id").values())
        self.env["billing.queue"]._safely_each(getattr(type(self), name), parts, gives_way)

    def _refresh_due(self):
        self.line_id._subscription_refresh()

    def _refresh_agreed(self):
        """Have these charges and their lines say what holds, where that changed with the day."""
        changed = self.filtered(lambda charge: charge.next_change and charge.next_change <= charge._now())
        for name in (
            "quantity",
            "price_unit",
            "discount",
            "reduction",
            "paused_from",
            "paused_until",
            "last_day",
            "next_change",
        ):
            self.env.add_to_compute(self._fields[name], changed)
        for line in changed.line_id:
            line._subscription_try_to_tell()
