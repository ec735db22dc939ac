from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import from_units


class SaleOrder(models.Model):
    """What a quotation with subscriptions comes to: when it is confirmed, in each period, over its term."""

    _inherit = "sale.order"

    subscription_totals = fields.Text(
        compute="_compute_subscription_totals",
        help="What is due on confirmation, in each period and over the term, at the prices of the lines.",
    )

    @api.depends(
        *("state", "currency_id", "partner_id", "order_line.price_unit", "order_line.discount"),
        *("order_line.product_uom_qty", "order_line.subscription_plan_id", "order_line.price_subtotal"),
        *("order_line.subscription_start", "order_line.subscription_end", "order_line.subscription_waits"),
        *("order_line.subscription_kind", "order_line.subscription_price_book_id", "order_line.subscription_funds"),
        "order_line.subscription_expected",
    )
    @api.depends_context("lang")
    def _compute_subscription_totals(self):
        for order in self:
            lines = order.order_line.filtered(lambda line: line._is_subscription())
            quoted = order.state in ("draft", "sent")
            order.subscription_totals = "\n".join(order._tell_subscriptions(lines)) if lines and quoted else False

    def _tell_subscriptions(self, lines):
        """Yield what the subscriptions of a quotation come to, a line of text each.

        :param lines: its subscription lines
        """
        self.ensure_one()
        charges = [self.env["subscription.charge"].new(line._subscription_values()) for line in lines]
        begun = [
            one
            for line, one in zip(lines, charges, strict=True)
            if one.kind in ("recurring", "prepaid") and (line.subscription_start or not line.subscription_waits)
        ]
        told = {"amount": self._tell_units(self._units_now(lines, begun))}
        if self._lines_once(lines) == self._lines_once_now(lines):
            yield self.env._("Due on confirmation: %(amount)s", **told)
        else:
            yield self.env._(
                "Due on confirmation, beside what is billed by a plan or once delivered: %(amount)s", **told
            )
        yield from self._tell_usage_prices(lines)
        for (count, unit), units in self._units_per_period(charges).items():
            period = charges[0]._tell_length(count, unit)
            yield self.env._("Every %(period)s: %(amount)s", period=period, amount=self._tell_units(units))
        whole = [charge._units_of_term() for charge in charges]
        if None not in whole:
            total = sum(whole) + self._units_once(lines)
            yield self.env._("Over the term, with what is due once: %(amount)s", amount=self._tell_units(total))

    def _tell_usage_prices(self, lines):
        """Yield what usage costs, or promises to come to, of the lines of this quotation."""
        for line in lines.filtered("subscription_kind"):
            name = (line.name or "").splitlines()[0] if line.name else line.product_id.name
            if line.subscription_kind == "usage" and line.subscription_price_book_id:
                price = line.subscription_price_book_id.price_text or self.env._("no price is in force yet")
                yield self.env._("%(name)s, by usage: %(price)s", name=name, price=price)
                expected = line._subscription_cost_expected()
                if expected is not None:
                    quantity = f"{line.subscription_expected:g} {line.subscription_price_book_id.unit or ''}".strip()
                    said = {"quantity": quantity, "amount": self.currency_id.format(expected)}
                    yield self.env._("– about %(amount)s for %(quantity)s in a period", **said)
            if line.subscription_kind == "commitment":
                amount = self.currency_id.format(line.price_subtotal)
                yield self.env._("%(name)s: usage comes to %(amount)s at least", name=name, amount=amount)

    def _tell_units(self, units):
        return self.currency_id.format(from_units(units, self.currency_id.rounding))

    def _units_once(self, lines):
        """Return what the other lines of this quotation come to, without taxes, in units of the currency."""
        return self._units_of(self._lines_once(lines))

    def _units_of(self, lines):
        return round(sum(lines.mapped("price_subtotal")) / self.currency_id.rounding)

    def _lines_once(self, lines):
        """Return the lines of this quotation that are billed once: all but its subscriptions."""
        return (self.order_line - lines).filtered(lambda line: not line.display_type)

    def _lines_once_now(self, lines):
        """Return those of the other lines that are invoiced with the confirmation: by no plan, nor once delivered."""
        return self._lines_once(lines).filtered(
            lambda line: line.product_id.invoice_policy == "order" and not line._billing_has_other_source()
        )

    def _units_now(self, lines, charges):
        day = (self.company_id or self.env.company)._billing_today()
        opened = [one for charge in charges for one in charge._open({}, day)]
        return self._units_of(self._lines_once_now(lines)) + sum(one.units for one in opened)

    def _units_per_period(self, charges):
        """Return what whole periods come to: ``{(count, unit): units}``."""
        found = {}
        for charge in charges:
            if charge.kind not in ("recurring", "prepaid"):
                continue
            length = charge.interval_count, charge.interval_unit
            found[length] = found.get(length, 0) + charge._units_of_period()
        return found
