"""Orders that are raised again after they had said a concession: what they say then is a new price."""

from collections import defaultdict

from odoo import fields, models

from ..engine.concession import WHOLE


class RevenueContract(models.Model):
    """What an order said once is remembered, for an order that never said a concession looks like one raised again.

    Credited 100 of 1,000 and applied, the price is 900 while the order says 1,000. Where the order was lowered to 900
    too, and is raised then, its customer owes the 1,000: a change of the price, proposed when the order is raised.
    """

    _inherit = "revenue.contract"

    said_by_order = fields.Json(
        readonly=True,
        copy=False,
        help="What the order says too of changes that are applied: units by the lines of the order, and of the change.",
    )
    credits_of_lowering = fields.Json(
        readonly=True,
        copy=False,
        help="What credit notes gave back because the order had been lowered: units by credit note and lines.",
    )

    # === BUSINESS METHODS === #

    def _remember_said(self, said):
        """Keep what the order says of applied changes."""
        said = said or False
        if (self.said_by_order or False) != said:
            self.said_by_order = said

    def _remember_applied(self, modification):
        """Keep what the order says of a change that was just applied; its own change contains what it said before."""
        if modification.of_order:
            self._remember_said({})
        else:
            self._set_against_order()

    def _note_agreed(self, lines, credited):
        """Say of lines how much of what was credited, or changed by hand, is applied.

        :param dict lines: :class:`~..engine.concession.Lines` by name
        :param dict credited: units by move and name
        """
        applied = self._concessions().filtered(lambda one: one.state == "applied")
        for move, changes in applied.grouped("move_id").items():
            left = -self._units(sum(changes.mapped("followed_delta")))
            for name, amount in credited.get(move.id, {}).items():
                taken = max(0, min(left, amount))
                left -= taken
                agreed = lines[name].agreed
                agreed["credited"] = agreed.get("credited", 0) + taken
        for name, amount in self._lowered_by_hand(["applied"]).items():
            lines[name].agreed["by_hand"] = amount
        lines[WHOLE].agreed["raised"] = self._raised_by_hand(["applied"])

    def _beyond_lowering(self, credited):
        """Return of what credit notes took off only what the order had not taken off before them.

        What was billed above the price to which an order was lowered is given back, whatever its price becomes later.
        How much that is, is seen once: when the credit note is posted.

        :param dict credited: units by move and name
        """
        known = {int(move): amounts for move, amounts in (self.credits_of_lowering or {}).items()}
        refunds = self._document_lines().move_id.filtered(lambda move: move.move_type == "out_refund")
        # One that was proposed as a concession was posted before the order was lowered.
        seen = {move.id: known.get(move.id, {} if move in self._concessions().move_id else None) for move in refunds}
        if None in seen.values():
            billed = self._billed_above()
            for move in sorted(move for move, amounts in seen.items() if amounts is None):
                seen[move] = self._given_back(credited.get(move, {}), billed(move))
        if seen != known:
            self.credits_of_lowering = seen or False
        return {move: amounts for move, amounts in self._less(credited, seen).items() if amounts}

    def _given_back(self, amounts, above):
        """Return how much of what a credit note takes off, units by name, was billed above the order's price."""
        found = {name: min(amount, above.get(name, 0)) for name, amount in amounts.items()}
        # A discount of the whole order lowers no line: what it leaves billed above the price is of any of them.
        left = above[WHOLE] - sum(found.values())
        for name, amount in amounts.items():
            more = max(0, min(amount - found[name], left))
            found[name] += more
            left -= more
        return {name: amount for name, amount in found.items() if amount > 0}

    def _less(self, credited, seen):
        """Return what is left of amounts by move and name."""
        return {
            move: {
                name: amount - seen.get(move, {}).get(name, 0)
                for name, amount in amounts.items()
                if amount != seen.get(move, {}).get(name, 0)
            }
            for move, amounts in credited.items()
        }

    def _billed_above(self):
        """Return a function of a move: what was billed before it above lowered prices, in units.

        By the name of order lines; :data:`~..engine.concession.WHOLE` has that of all lines and discounts together.
        """
        names, prices = self._line_names(), defaultdict(int)
        highest = self._highest_prices(names)
        for line in self._followed_obligations().sale_line_ids.filtered(lambda line: line.order_id.state == "sale"):
            prices[names[line.id]] += self._units(line.price_subtotal)
        prices[WHOLE] = self._units(self._price_now())
        rows = [(row.move_id.id, self._name_of(row.sale_line_ids, names), row) for row in self._document_lines()]

        def above(move):
            billed = defaultdict(int)
            for at, name, row in rows:
                billed[name] += self._units(-row.amount_currency) if at < move else 0
            billed[WHOLE] = sum(billed.values())
            return {name: max(0, min(billed[name], highest[name]) - price) for name, price in prices.items()}

        return above

    def _highest_prices(self, names):
        """Return the highest prices that were agreed of order lines, in units by name."""
        found = defaultdict(int)
        changes = self.modification_ids.filtered(lambda one: one.state == "applied" and one.of_order).line_ids
        for obligation in self._followed_obligations():
            terms = [line.terms or {} for line in changes if line.obligation_id == obligation]
            highest = max([obligation.price, *(row["price"] for row in terms if row.get("price") is not None)])
            found[self._name_of(obligation.sale_line_ids, names)] += self._units(highest)
        found[WHOLE] = self._highest_price()
        return found

    def _highest_price(self):
        """Return the highest fixed consideration that the order stood for, in units."""
        changes = self.modification_ids.filtered(lambda one: one.state == "applied" and one.of_order)
        price = highest = self._units(self.fixed)
        for change in changes.sorted("id"):
            price += self._units(change.fixed_delta) + sum((change.carried or {}).values())
            highest = max(highest, price)
        return highest
