from collections import Counter, defaultdict

from odoo import models

from .sale_order_line_advances import total_units


class AccountMove(models.Model):
    """How what comes off of down payments is split into net and taxes, so that no cent of either is left beside it.

    Down payment and invoices were each rounded by themselves. The last part of a down payment has what is left of each.
    """

    _inherit = "account.move"

    def _billing_charged_later(self, order, waiting):
        """Return what is still to be billed of ``order`` after this invoice: ``{tax group: units}``, taxes included.

        To the unit: the last invoice takes the cents of tax that the others leave.

        :param waiting: invoices made with this one whose turn comes after it
        """
        later, parts = order._billing_later(), order._billing_later_parts(waiting)
        for move in waiting:
            later.update(move._billing_charges(order))
        for group, units in later.items():
            exact = total_units(parts[group])
            # A larger difference has another cause than rounding, such as a tax that changed.
            if units > 0 and abs(exact - units) <= len(order.order_line):
                later[group] = exact
        return later

    def _billing_split_as_charged(self, order, taken, waiting):
        """Split what covers all that is charged at some taxes, by this invoice or after it, as the charge is split.

        :param taken: ``[(order line, parts left, units that come off)]``
        :param waiting: invoices made with this one whose turn comes after it
        :return: the same, with just the parts that come off where they are split so
        """
        charged, later = self._billing_charged_parts(order), order._billing_later_parts(waiting)
        for group in {line._billing_tax_group() for line, _parts, _units in taken}:
            rows = [row for row in taken if row[0]._billing_tax_group() == group]
            line, parts, units = rows[-1]
            own = Counter(parts)
            if sum(row[2] for row in rows) == total_units(charged[group]):
                own = Counter(charged[group])
                for other, left, off in rows[:-1]:
                    own.subtract(other._billing_part_of(left, off))
            elif total_units(parts) - units == total_units(later[group]):
                own.subtract(later[group])
            if 0 < units < total_units(parts) and own.keys() == parts.keys() and min(own.values()) >= 0:
                taken = [(line, own, units) if row[0] == line else row for row in taken]
        return taken


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _billing_later_parts(self, waiting):
        """Return what is still to be billed of this order, by parts: ``{tax group: parts}``, see ``_billing_parts``.

        :param waiting: new invoices that count as not billed yet
        """
        self.ensure_one()
        later = defaultdict(Counter)
        for line, parts in self._billing_line_parts().items():
            later[line._billing_tax_group()].update(parts)
        _total, rows = self._billing_billed_parts()
        for row, parts in rows.items():
            if row.move_id not in waiting:
                later[row.sale_line_ids[0]._billing_tax_group()].subtract(parts)
        return later
