from fractions import Fraction

from odoo import models
from odoo.addons.billing_base.engine.units import to_units
from odoo.addons.milestone_billing.engine.split import part_of
from odoo.addons.milestone_billing.models.billing_milestone_allocation_taxes import NET, price_of_parts

from ..engine.goods import credited


class BillingMilestoneAllocation(models.Model):
    """What is credited of goods is credited in the quantity that came back, so that their cost comes back with it."""

    _inherit = "billing.milestone.allocation"

    def _prepare_credit_lines(self, amount):
        # OVERRIDE: goods by their quantity.
        line = self.line_id
        if not line._billing_is_goods():
            return super()._prepare_credit_lines(amount)
        quantity = Fraction(0)
        if self == line._billing_goods_carrier():
            quantity = -self._quantity_to_bill()
        if quantity * Fraction(str(line.product_uom_qty or 1)) <= 0:
            lines = super()._prepare_credit_lines(amount)
            return [(move, self._without_goods(values)) for move, values in lines]
        return self._prepare_goods_credit(to_units(amount, self.currency_id.rounding), quantity)

    def _prepare_goods_credit(self, units, quantity):
        """Return the lines that credit so many units, of which so much of the goods.

        :param int units: in the currency of the order
        :param Fraction quantity: in the unit of the order line
        :return: ``[(invoice, values)]``
        """
        documents = self._goods_documents()
        parts = credited(units, quantity, [(left, rest) for _lines, left, rest in documents.values()])
        found = []
        for (move, (lines, _left, _units)), (taken, step) in zip(documents.items(), parts, strict=False):
            found += [(move, values) for values in self._prepare_credit_of(lines, taken, step)]
        return found

    def _goods_documents(self):
        """Return what is posted of this share and not credited: ``{invoice: (lines, quantity, units)}``, last first."""
        self.ensure_one()
        standing = self.sudo().invoice_line_ids.filtered(lambda line: line.parent_state != "cancel")
        charges = standing.filtered(lambda line: line._is_billing_charge() and line.parent_state == "posted")
        credits = standing.filtered(lambda line: not line._is_billing_charge())
        found = {}
        for move in charges.move_id.sorted("id", reverse=True):
            lines = charges.filtered(lambda line, move=move: line.move_id == move)
            own = credits.filtered(lambda line, move=move: line.move_id.reversed_entry_id == move)
            both = lines | own
            goods = both.filtered("billing_bills_goods")
            quantity = sum((Fraction(str(row._billing_order_quantity())) for row in goods), Fraction(0))
            found[move] = (lines, quantity, sum(row._billing_order_units() for row in both))
        return found

    def _prepare_credit_of(self, lines, quantity, units):
        """Return the values of the lines that credit so much of one invoice.

        :param lines: those of the invoice that bill this share (``account.move.line``)
        :param Fraction quantity: of the goods, in the unit of the order line
        :param int units: in the currency of the order
        """
        goods = lines.filtered("billing_bills_goods")[:1]
        others = (lines - goods).filtered(lambda row: row._billing_order_units())
        if not quantity or not goods:
            source = others[:1] or goods
            whole = source._billing_order_units()
            return [self._without_goods(source._billing_credit_values(0, Fraction(units, whole)))] if whole else []
        part = quantity / Fraction(str(goods._billing_order_quantity()))
        whole = goods._billing_order_units()
        taken = part_of(whole, 0, part, 1)
        if not others:
            return [goods._billing_credit_goods(part, Fraction(units, whole) if whole else part)]
        values = [goods._billing_credit_goods(part, part)]
        rest = units - taken
        for row in others[1:]:
            whole = row._billing_order_units()
            own = part_of(whole, 0, part, 1)
            rest -= own
            values += [row._billing_credit_values(0, Fraction(own, whole))] if own else []
        if rest:
            values.append(others[0]._billing_credit_values(0, Fraction(rest, others[0]._billing_order_units())))
        return values


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _billing_credit_goods(self, part, of_amount):
        """Return the values of the line that credits a part of this line of goods, with its quantity.

        :param Fraction part: of its quantity
        :param Fraction of_amount: of what it comes to: the same, but for cents
        """
        self.ensure_one()
        if part == of_amount == 1 and self.move_id.move_type != "out_refund":
            return self._billing_credit_values(0, Fraction(1))
        [values] = self.with_context(include_business_fields=True).copy_data()
        values = {
            name: value for name, value in values.items() if name not in ("move_id", "balance", "amount_currency")
        }
        sign = -1 if self.move_id.move_type == "out_refund" else 1
        quantity = sign * float(Fraction(str(self.quantity)) * part)
        whole = self._billing_parts()[self]
        parts = {key: part_of(units, 0, of_amount, 1) for key, units in whole.items()}
        by_price = all(
            tax.amount_type == "percent" and not tax.price_include for tax in self.tax_ids.flatten_taxes_hierarchy()
        )
        net = to_units(self.price_unit * quantity * (1 - (self.discount or 0.0) / 100), self.currency_id.rounding)
        exact = not self.sale_line_ids or self.sale_line_ids[0]._billing_is_whole(abs(quantity))
        if not self.extra_tax_data and by_price and net == parts[NET] and exact:
            return dict(values, quantity=quantity, extra_tax_data=False)
        price = price_of_parts(self, parts, self.currency_id, self.move_id.invoice_currency_rate, quantity)
        return dict(values, **(dict(price, extra_tax_data=False) if by_price and not self.extra_tax_data else price))
