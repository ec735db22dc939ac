from collections import Counter
from fractions import Fraction

from odoo import api, models
from odoo.addons.billing_base.engine.units import from_units
from odoo.fields import Command

from ..engine.advances import split_off
from ..engine.split import round_half_away

#: How the keys of invoice lines begin that deduct a down payment; after it, the order line and a number.
DEDUCTION = "advance/"
#: Parts of an invoice line that make up its total; beside them stand bases of taxes, and taxes that cancel out.
TOTAL = ("net", "tax")


def total_units(parts):
    """Return the total, taxes included, of what ``_billing_parts`` returned for a line."""
    return sum(units for (kind, _tax), units in parts.items() if kind in TOTAL)


class SaleOrderLine(models.Model):
    """A down payment on an order with a schedule comes off by amounts, since it may come off in many parts.

    What is left of it is what its invoice lines come to: the advance, less credit notes of it, less what came off,
    each with its net amount and each of its taxes.
    """

    _inherit = "sale.order.line"

    # === COMPUTE METHODS === #

    def _prepare_qty_invoiced(self):
        # OVERRIDE: Odoo counts -1 for each invoice on which a part comes off.
        advances = self.filtered(lambda line: line._is_billing_advance())
        quantities = super(SaleOrderLine, self - advances)._prepare_qty_invoiced()
        for line in advances:
            quantities[line] = line._billing_advance_quantity()
        return quantities

    def _billing_advance_quantity(self):
        """Return which part of this down payment, 0 to 1 as Odoo counts it, did not come off; drafts count."""
        self.ensure_one()
        standing = self._get_invoice_lines().filtered(lambda line: line.parent_state != "cancel")
        charged = standing.filtered(lambda line: line.move_id._is_downpayment())
        received, left = (
            sum(row._billing_order_amount(self.currency_id) * -row.move_id.direction_sign for row in rows)
            for rows in (charged, standing)
        )
        if self.currency_id.is_zero(left):
            return 0.0
        # At least the smallest quantity that shows, while anything is left.
        part = left / received if not self.currency_id.is_zero(received) else left
        return part if abs(part) >= 0.01 else (0.01 if part > 0 else -0.01)

    @api.depends("billing_schedule_id")
    def _compute_untaxed_amount_to_invoice(self):
        result = super()._compute_untaxed_amount_to_invoice()
        for line in self.filtered(lambda line: line._is_billing_advance()):
            # Odoo compares it with zero: sums of many parts are not quite.
            line.untaxed_amount_to_invoice = line.currency_id.round(line.untaxed_amount_to_invoice)
        return result

    # === WHAT IS LEFT === #

    def _is_billing_advance(self):
        """Return whether this line is a down payment on an order with a billing schedule."""
        self.ensure_one()
        return self.is_downpayment and not self.display_type and bool(self.sudo().order_id.billing_schedule_ids)

    def _billing_advance_left(self):
        """Return what is left of this down payment, in parts (see ``_billing_parts``); empty when nothing is.

        A draft gives nothing until it is posted, but takes at once. Less than nothing is left when more came off than
        was received; not while a draft, such as an invoice that was reset, will make up for it.
        """
        self.ensure_one()
        left, expected = Counter(), Counter()
        for row, parts in self.invoice_lines._billing_parts().items():
            if row.parent_state == "posted" or total_units(parts) < 0:
                left.update(parts)
            else:
                expected.update(parts)
        total = total_units(left)
        if not total or total < 0 <= total + total_units(expected):
            return Counter()
        return left

    def _billing_tax_group(self):
        """Return what lines with the same taxes have in common, fixed amounts left out: Odoo takes no advance on them.

        :return: a frozenset of ids of taxes
        """
        taxes = (self.is_downpayment and self.invoice_lines.tax_ids or self.tax_ids).flatten_taxes_hierarchy()
        return frozenset(tax.id for tax in taxes if tax._can_be_discounted())

    # === INVOICE LINES === #

    def _prepare_invoice_lines_vals_list(self, **optional_values):
        if not self._is_billing_advance():
            return super()._prepare_invoice_lines_vals_list(**optional_values)
        left = self.sudo()._billing_advance_left()
        if not left:
            return []
        return [self._prepare_billing_deduction(left, total_units(left), sequence=optional_values.get("sequence", 10))]

    def _prepare_billing_deduction(self, left, units, **optional_values):
        """Return the values of the invoice line with which ``units`` of this down payment come off.

        :param left: what is left of it, in parts
        :param int units: taxes included, in units of the order's currency; below zero to give back what came off
        """
        self.ensure_one()
        taken = self._billing_part_of(left, units)
        taxes = self.sudo().invoice_lines.tax_ids or self.tax_ids
        included = {("tax", tax.id) for tax in taxes.flatten_taxes_hierarchy() if tax.price_include}
        price = self._billing_amount(
            sum(part for key, part in taken.items() if key == ("net", False) or key in included)
        )
        quantity = -1.0 if units > 0 else 1.0
        values = {
            "quantity": quantity,
            "price_unit": -price * quantity,
            "discount": 0.0,
            "tax_ids": [Command.set(taxes.ids)],
            "billing_key": self._billing_next_key(),
            **optional_values,
        }
        values["extra_tax_data"] = self._billing_deduction_taxes(taken, values)
        return self._prepare_invoice_line(**values)

    def _billing_part_of(self, left, units):
        """Return net amount and taxes of ``units`` of the total of ``left``: all of it with the last unit."""
        total = total_units(left)
        summed = split_off({key: part for key, part in left.items() if key[0] in TOTAL}, units)
        beside = {key: part for key, part in left.items() if key[0] not in TOTAL}
        if units == total:
            return {**summed, **beside}
        whole, net = left["net", False], summed["net", False]
        for key, part in beside.items():
            beside[key] = net if part == whole else round_half_away(Fraction(part * units, total))
        return {**summed, **beside}

    def _billing_amount(self, units):
        """Return ``units`` as an amount in the order's currency."""
        return from_units(units, self.currency_id.rounding)

    def _billing_deduction_taxes(self, taken, values):
        """Return Odoo's ``extra_tax_data``, which fixes net amount and taxes of a line to those ``taken`` off."""
        taxes = {}
        for (kind, tax), part in taken.items():
            if kind in ("tax", "reverse"):
                taxes[str(tax)] = {
                    "tax_amount_currency": -self._billing_amount(part),
                    "base_amount_currency": -self._billing_amount(taken["base", tax]),
                }
        if not taxes:
            return False
        return {
            "computation_key": values["billing_key"],
            "currency_id": self.currency_id.id,
            "price_unit": values["price_unit"],
            "discount": 0.0,
            "quantity": values["quantity"],
            "rate": self.order_id.currency_rate,
            "manual_total_excluded_currency": -self._billing_amount(taken["net", False]),
            "manual_tax_amounts": taxes,
        }

    def _billing_next_key(self):
        """Return the key of the next deduction of this down payment; two workers cannot both use it."""
        keys = self.sudo().invoice_lines.filtered(lambda row: row._is_billing_deduction()).mapped("billing_key")
        number = max((int(key.rsplit("/", 1)[1]) for key in keys), default=0) + 1
        return f"{DEDUCTION}{self.id}/{number}"
