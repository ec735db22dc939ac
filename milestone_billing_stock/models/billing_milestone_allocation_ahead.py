from fractions import Fraction

from odoo import models
from odoo.addons.billing_base.engine.units import from_units, to_units
from odoo.addons.milestone_billing.engine.split import part_of

from .sale_order_line_ahead import PRICE


class BillingMilestoneAllocation(models.Model):
    """What is billed ahead of goods, and comes off with their deliveries, is told from a change of their price.

    The first is on the account of down payments, which comes back to nothing; the second is income.
    """

    _inherit = "billing.milestone.allocation"

    def _prepare_amount_lines(self, values, amount):
        """Return the values of the lines that bill ``amount`` of goods without a quantity, with their amounts.

        What no delivery settles any more, since the whole quantity is invoiced, is income beyond what is billed ahead.
        """
        line, units = self.line_id, to_units(amount, self.currency_id.rounding)
        left = Fraction(str(line.product_uom_qty)) - line._billing_goods_standing()
        if left * Fraction(str(line.product_uom_qty)) > 0:
            return self._divide_amount(values, units, units)
        owed = -line._billing_units_ahead()
        ahead = owed and (min(units, max(owed, 0)) if units > 0 else max(units, min(owed, 0)))
        return self._divide_amount(values, units, ahead)

    def _units_to_settle(self, quantity):
        """Return what other milestones bill of these goods and comes off with so much of them, in units, pro rata."""
        line, rounding = self.line_id, self.currency_id.rounding
        others = line.billing_allocation_ids - self
        planned = sum(to_units(row.amount, rounding) for row in others)
        left = Fraction(str(line.product_uom_qty)) - line._billing_goods_standing()
        open_units = planned + line._billing_units_ahead(self)
        part = Fraction(str(quantity)) / left if left else Fraction(1)
        return round(open_units * min(Fraction(1), part))

    def _divide_amount(self, values, units, ahead, name_of=None):
        """Return the lines that bill ``units`` without a quantity: ``ahead`` of them, and the rest as income.

        :param dict values: those of one line of all of them
        :param int ahead: of the units, what deliveries settle, or has been billed ahead
        :param name_of: a function that gives the text of a line of so many units
        :return: ``[(values, untaxed amount)]``
        """
        line, rounding = self.line_id, self.currency_id.rounding
        if line._billing_account_ahead() == line._billing_account_of_income():
            ahead = units
        if not units and values["extra_tax_data"]:
            ahead = 0
        first, second = self._divide_values(values, units, ahead)
        found = []
        for one, part, settled in ((first, ahead, True), (second, units - ahead, False)):
            if not part:
                continue
            if name_of:
                one["name"] = name_of(part) if settled else self._price_line_name()
            if not settled:
                one["billing_key"] = f"{values['billing_key']}{PRICE}"
            found.append((self._without_goods(one, settled), from_units(part, rounding)))
        return found

    def _divide_values(self, values, units, part):
        """Return the values of two lines, of ``part`` of some units and of the rest, that make those of one line."""
        if part in (0, units):
            return (
                (dict(values), dict(values, price_unit=0.0)) if part else (dict(values, price_unit=0.0), dict(values))
            )
        line, rounding, data = self.line_id, self.currency_id.rounding, values["extra_tax_data"]
        kept, first = 1.0 - (line.discount or 0.0) / 100.0, dict(values)
        if data:
            first["extra_tax_data"] = _part_of_taxes(data, units, part, rounding)
            taxes = line.tax_ids.flatten_taxes_hierarchy().filtered("price_include")
            amounts = first["extra_tax_data"]["manual_tax_amounts"]
            included = sum(amounts.get(str(tax.id), {}).get("tax_amount_currency", 0.0) for tax in taxes)
            first["price_unit"] = (from_units(part, rounding) + included) / kept / values["quantity"]
            first["extra_tax_data"]["price_unit"] = first["price_unit"]
        else:
            first["price_unit"] = from_units(part, rounding) / kept / values["quantity"]
        price = values["price_unit"] - first["price_unit"]
        second = dict(values, price_unit=price)
        if data:
            second["extra_tax_data"] = dict(_less_taxes(data, first["extra_tax_data"], rounding), price_unit=price)
        return first, second


def _part_of_taxes(data, units, part, rounding):
    """Return Odoo's ``extra_tax_data`` of a part of a line of so many units."""
    amounts = {
        tax: {
            name: from_units(part_of(to_units(value, rounding), 0, part, units), rounding)
            for name, value in row.items()
        }
        for tax, row in data["manual_tax_amounts"].items()
    }
    total = from_units(part, rounding)
    return dict(data, manual_total_excluded_currency=total, manual_tax_amounts=amounts)


def _less_taxes(data, other, rounding):
    """Return Odoo's ``extra_tax_data`` of what is left of a line beside another one."""

    def less(value, taken):
        return from_units(to_units(value, rounding) - to_units(taken, rounding), rounding)

    amounts = {
        tax: {name: less(value, other["manual_tax_amounts"][tax][name]) for name, value in row.items()}
        for tax, row in data["manual_tax_amounts"].items()
    }
    total = less(data["manual_total_excluded_currency"], other["manual_total_excluded_currency"])
    return dict(data, manual_total_excluded_currency=total, manual_tax_amounts=amounts)
