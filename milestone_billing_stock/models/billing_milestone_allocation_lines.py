from fractions import Fraction

from odoo import models
from odoo.addons.billing_base.engine.units import from_units, to_units
from odoo.addons.milestone_billing.models.billing_milestone_allocation_taxes import NET, unrounded

from ..engine.goods import settle


class BillingMilestoneAllocation(models.Model):
    """Goods are on an invoice with the quantity that it bills, once; other milestones bill amounts of them.

    The milestone by delivery bills the delivered quantity at the price of the order line. What other milestones bill of
    it, a deposit or a part that comes later, comes off on a line of its own.
    """

    _inherit = "billing.milestone.allocation"

    def _prepare_invoice_lines(self, amount, **optional_values):
        # OVERRIDE: goods by their quantity.
        line = self.line_id
        if not line._billing_is_goods() or not line.price_subtotal and not self._follows_goods():
            return super()._prepare_invoice_lines(amount, **optional_values)
        values = self._prepare_invoice_line(amount, **optional_values)
        quantity = self._quantity_to_bill() if self == line._billing_goods_carrier() else 0
        if not line.price_subtotal:
            return [(dict(values, quantity=float(quantity), name=self._goods_line_name(values)), amount)]
        if quantity * line.product_uom_qty <= 0:
            return self._prepare_amount_lines(values, amount)
        return self._prepare_goods_lines(values, amount, float(quantity))

    def _quantity_to_bill(self):
        """Return the quantity of goods to bill with what is due of this share, in its line's unit.

        What was delivered and is on no invoice; of a milestone that is due on something else, all that was
        ordered, once all of it is due, and nothing before.

        :return: a ``Fraction``, rounded as the unit is; against the side of the line, what is on invoices and is not
            due any more
        """
        self.ensure_one()
        line = self.line_id
        if self._follows_goods():
            due = self._goods_delivered()
        elif self.currency_id.compare_amounts(self.due_amount, self.amount) == 0:
            due = Fraction(str(line.product_uom_qty))
        else:
            due = Fraction(0)
        quantity = due - line._billing_goods_standing()
        return Fraction(str(line.product_uom_id.round(float(quantity)))) if line.product_uom_id else quantity

    def _prepare_goods_lines(self, values, amount, quantity):
        """Return the values of the lines that bill ``quantity`` of the goods and come to ``amount``, with their parts.

        :param dict values: those of one line of ``amount``
        :param float amount: untaxed, in the currency of the order
        :return: see ``_prepare_invoice_lines``
        """
        line, rounding = self.line_id, self.currency_id.rounding
        parts = line._billing_parts_of_quantity(quantity)
        portion = settle(to_units(amount, rounding), Fraction(str(quantity)), parts[NET])
        goods = dict(values, quantity=quantity, price_unit=line.price_unit, extra_tax_data=False)
        goods["name"] = self._goods_line_name(values)
        if not self._has_other_shares() and abs(portion.rest) <= 1 + abs(quantity):
            exact = not portion.rest and line._billing_is_whole(quantity)
            return [(goods if exact else self._priced_for(goods, values, quantity), amount)]
        ahead = -self._units_to_settle(quantity)
        if abs(portion.rest - ahead) <= 1 + abs(quantity) and self._has_other_shares():
            # What is off by cents alone stays with the rest.
            ahead = portion.rest
        if not portion.rest and not ahead:
            return [(goods, amount)]
        rest = from_units(portion.rest, rounding)
        price = self._price_of_rest(amount, rest, parts, quantity)
        other = dict(values, **price, billing_key=f"{values['billing_key']}/rest")
        others = self._divide_amount(other, portion.rest, ahead, self._rest_line_name)
        return [(goods, from_units(portion.units, rounding)), *others]

    def _priced_for(self, goods, values, quantity):
        """Return the values of a line of ``goods`` that comes to what ``values`` of quantity 1 do, to the cent."""
        price, data = values["price_unit"] / quantity, values["extra_tax_data"]
        data = dict(data, quantity=quantity, price_unit=price) if data else False
        return dict(goods, price_unit=price, extra_tax_data=data)

    def _price_of_rest(self, amount, rest, parts, quantity):
        """Return quantity, price and tax data of the line that bills ``rest`` beside the goods.

        :param float amount: what both lines come to, untaxed
        :param dict parts: net amount and taxes of the goods, see ``_billing_parts``
        """
        line = self.line_id
        if not line._billing_by_price():
            whole = self._share_parts(amount)
            return line._billing_price_of_parts({key: whole.get(key, 0) - units for key, units in parts.items()})
        if line._billing_rounds_globally():
            # What rounding the goods would take off, or add, is made good here: the document is rounded as a whole.
            goods = float(unrounded(line.price_unit, quantity, line.discount))
            found = (whole - goods for whole in (self._unrounded(amount), amount))
            rest = next((one for one in found if not self.currency_id.compare_amounts(one, rest)), rest)
        price = self.currency_id.round(line.price_unit * quantity * (1.0 - (line.discount or 0.0) / 100.0))
        return line._billing_price(rest, lambda _rest: self._price_included_total(amount) - price)

    def _has_other_shares(self):
        """Return whether other milestones bill a part of the line as well."""
        self.ensure_one()
        return bool((self.line_id.billing_allocation_ids - self).filtered("amount"))

    # === LINES WITHOUT GOODS === #

    def _without_goods(self, values, ahead=True):
        """Return the values of an invoice line that bills an amount of goods: no product, so no cost of sales.

        :param bool ahead: whether it is billed ahead of deliveries, or settles that; else it is income
        """
        line = self.line_id
        account = line._billing_account_ahead() if ahead else line._billing_account_of_income()
        account = values.get("account_id") or account.id
        return dict(values, product_id=False, product_uom_id=False, **({"account_id": account} if account else {}))

    # === TEXTS === #

    def _goods_line_name(self, values):
        """Return the text of the line of goods: without a percentage, unless the milestone has a text of its own."""
        if self.milestone_id.description:
            return values["name"]
        order = self.milestone_id.order_id
        line = self.line_id.with_context(lang=order.partner_invoice_id.lang)
        return f"{line.name or line.product_id.display_name}\n{self.milestone_id.name}"

    def _price_line_name(self):
        """Return the text of the line beside the goods that says that their price changed."""
        line = self.line_id.with_context(lang=self.milestone_id.order_id.partner_invoice_id.lang)
        name = (line.name or "").split("\n")[0]
        return line.env._("%(line)s: change of price of what was invoiced before", line=name)

    def _rest_line_name(self, units):
        """Return the text of the line beside the goods that says what it takes off, or adds."""
        others = (self.line_id.billing_allocation_ids - self).filtered("amount").milestone_id
        line = self.line_id.with_context(lang=self.milestone_id.order_id.partner_invoice_id.lang)
        name = (line.name or "").split("\n")[0]
        if not others:
            return self._price_line_name()
        names = ", ".join(others.sorted(lambda row: (row.sequence, row.id)).mapped("name"))
        if units * line.product_uom_qty > 0:
            return line.env._(
                "%(line)s: difference to what is invoiced with: %(milestones)s", line=name, milestones=names
            )
        return line.env._("%(line)s: less what is invoiced with: %(milestones)s", line=name, milestones=names)
