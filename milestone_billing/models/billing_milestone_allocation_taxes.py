from collections import Counter
from fractions import Fraction

from odoo import models
from odoo.addons.billing_base.engine.units import from_units, to_units

from ..engine.split import part_of

#: Taxes that are a part of the price, whatever quantity it is the price of.
BY_PRICE = ("percent", "division")
NET = ("net", False)


class BillingMilestoneAllocation(models.Model):
    """Taxes of a quantity, or worked out by code: each invoice has its part of those of the whole order line."""

    _inherit = "billing.milestone.allocation"

    def _share_parts(self, amount):
        """Return net amount and taxes with which ``amount`` of this share is billed, so that all parts make the whole.

        Of what the line's taxes come to beyond what is billed of them, this has its part: cumulative, in the order of
        the plan, so that the last to be billed has the rest to the unit, whatever became of the line in between.

        :param float amount: untaxed, in the currency of the order
        :return: units of it, as ``account.move.line._billing_parts`` has them
        """
        self.ensure_one()
        rounding = self.currency_id.rounding
        whole, rows = self.line_id._billing_whole_parts(), self.line_id.billing_allocation_ids
        unbilled = {row: row._unbilled_units() for row in rows}
        mine = (self.milestone_id.sequence, self.milestone_id.id)
        start = sum(unbilled[row] for row in rows if (row.milestone_id.sequence, row.milestone_id.id) < mine)
        units, left = to_units(amount, rounding), whole[NET] - sum(row._standing().kept for row in rows)
        billed = rows._billed_taxes(whole)
        parts = {NET: units}
        for key, total in whole.items():
            if key != NET:
                parts[key] = part_of(total - billed[key], start, units, left) if left else 0
        return parts

    def _unrounded(self, amount):
        """Return ``amount``, with what rounding each price took off the line where this share bills the last of it.

        Companies that round whole documents total an order from unrounded prices, and so its invoices in all.

        :param float amount: untaxed, in the currency of the order
        """
        self.ensure_one()
        line, unit = self.line_id, Fraction(str(self.currency_id.rounding))
        if not line._billing_rounds_globally() or not self._is_last_unbilled():
            return amount
        if to_units(amount, self.currency_id.rounding) != self._unbilled_units():
            return amount
        others = sum(row._unbilled_units() for row in line.billing_allocation_ids - self)
        left = line._billing_unrounded_left() - others * unit
        # A larger difference has another cause, such as a price that changed.
        return float(left) if abs(left - Fraction(str(amount))) < unit else amount

    def _is_last_unbilled(self):
        """Return whether this share is the last in the plan of which something of its order line is to be billed."""
        self.ensure_one()
        # From the end: a plan may have a thousand milestones.
        for milestone in reversed(self.milestone_id.schedule_id.milestone_ids):
            row = milestone.allocation_ids.filtered(lambda row: row.line_id == self.line_id)
            if row and row._unbilled_units():
                return row == self
        return False

    def _unbilled_units(self):
        """Return what of this share has yet to be billed, in units; nothing when more is billed than it comes to."""
        self.ensure_one()
        standing = self._standing()
        left = to_units(self.amount, self.currency_id.rounding) - standing.kept
        return left if left * standing.side > 0 else 0

    def _billed_taxes(self, whole):
        """Return the taxes that stand on the invoices of these shares of one order line, and their bases.

        A credit note counts as far as what it took back may be billed again. Where an invoice line lacks a tax that the
        order line has by now, it counts as billed with it: nobody owes a new tax on what is invoiced.

        :param whole: what ``_billing_whole_parts`` returned for the order line
        :return: ``Counter`` of fractions of units, in the order's currency
        """
        billed = Counter()
        for row in self:
            standing = row._standing()
            reopened = Fraction(standing.reopened, standing.credited) if standing.credited else 0
            # What was invoiced outside the plan has taxes of its own: its part of the line's is not billed again.
            outside = Fraction(row._outside_units(), whole[NET])
            billed.update({key: total * outside for key, total in whole.items() if outside})
            for line, parts in row.sudo().invoice_line_ids._billing_parts().items():
                weight = 1 if line._is_billing_charge() else reopened
                billed.update({key: weight * part for key, part in line._billing_parts_in_order(parts, whole).items()})
        return billed


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _billing_parts_in_order(self, parts, whole):
        """Return ``parts`` of this line in the order's currency, with what it lacks of the ``whole`` order line's."""
        self.ensure_one()
        currency, net = self.billing_allocation_id.currency_id, parts[NET]
        if not net:
            return {}
        amount = self._billing_order_amount(currency) * -self.move_id.direction_sign
        units = to_units(amount, currency.rounding)
        return {
            key: parts[key] * Fraction(units, net) if key in parts else total * Fraction(units, whole[NET])
            for key, total in whole.items()
        }


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _billing_by_price(self):
        """Return whether all taxes of this line are a part of its price: none of a quantity, and none by code."""
        self.ensure_one()
        return all(tax.amount_type in BY_PRICE for tax in self.tax_ids.flatten_taxes_hierarchy())

    def _billing_rounds_globally(self):
        """Return whether this line is rounded with its whole document, and no tax is in its price."""
        self.ensure_one()
        included = any(tax.price_include for tax in self.tax_ids.flatten_taxes_hierarchy())
        return self.company_id.tax_calculation_rounding_method == "round_globally" and not included

    def _billing_unrounded_left(self):
        """Return what this line's unrounded price comes to beyond what invoices bill of it, a ``Fraction``, untaxed."""
        self.ensure_one()
        left = unrounded(self.price_unit, self.product_uom_qty, self.discount)
        for row in self.invoice_lines.filtered(lambda row: row.parent_state != "cancel"):
            left += row.move_id.direction_sign * unrounded(row.price_unit, row.quantity, row.discount)
        return left

    def _billing_whole_parts(self):
        """Return net amount and taxes of this whole line, as Odoo works them out: see ``_billing_parts``."""
        self.ensure_one()
        taxes = self.env["account.tax"]
        base_line = self._prepare_base_line_for_taxes_computation()
        taxes._add_tax_details_in_base_line(base_line, self.company_id)
        taxes._round_base_lines_tax_details([base_line], self.company_id)
        return self.env["account.move.line"]._billing_parts_of(base_line, 1)

    def _billing_price_of_parts(self, parts):
        """Return quantity, price and tax data of an invoice line of just these ``parts``, in the order's currency."""
        self.ensure_one()
        return price_of_parts(self, parts, self.currency_id, self.order_id.currency_rate)


def unrounded(price, quantity, discount):
    """Return what a line comes to before it is rounded, a ``Fraction``; of floats as Odoo keeps them."""
    price, quantity, discount = (Fraction(str(value or 0.0)) for value in (price, quantity, discount))
    return price * quantity * (1 - discount / 100)


def price_of_parts(line, parts, currency, rate, quantity=1.0):
    """Return quantity, price and Odoo's ``extra_tax_data`` that fix net amount and taxes of a line.

    :param line: an order or invoice line: what discount and taxes it has
    :param parts: units as ``_billing_parts`` has them, positive for a charge
    :param currency: theirs
    :param float rate: of the currency, as Odoo's tax computation has it
    :param float quantity: what the line has of its product
    """
    taxes = line.tax_ids.flatten_taxes_hierarchy()
    included = sum(parts.get(("tax", tax.id), 0) for tax in taxes if tax.price_include)
    price = from_units(parts[NET] + included, currency.rounding) / (1.0 - (line.discount or 0.0) / 100.0) / quantity
    amounts = {}
    for (kind, tax), units in parts.items():
        if kind in ("tax", "reverse"):
            amounts[str(tax)] = {
                "tax_amount_currency": from_units(units, currency.rounding),
                "base_amount_currency": from_units(parts["base", tax], currency.rounding),
            }
    data = {
        "currency_id": currency.id,
        "price_unit": price,
        "discount": line.discount,
        "quantity": quantity,
        "rate": rate,
        "manual_total_excluded_currency": from_units(parts[NET], currency.rounding),
        "manual_tax_amounts": amounts,
    }
    return {"quantity": quantity, "price_unit": price, "extra_tax_data": data if amounts else False}
