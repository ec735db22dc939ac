"""What is still to be invoiced of obligations that an invoice satisfies, as modifications change the price."""

from fractions import Fraction

from odoo.tools import SQL

from ..values import exact


class InvoicedPrices:
    """Follows, change by change, what the invoices of each obligation will come to.

    What a change of the price adds to, or takes off, all of a contract belongs to the obligations that it names, to
    those of the lines of its credit note, or to all by their price.

    :param loader: whose database is read
    """

    def __init__(self, loader):
        self.loader = loader
        self.prices = {}

    def change(self, contract, delta, lines, move_amounts):
        """Follow one modification.

        :param contract: a :class:`~..loaded.Loaded`
        :param int delta: units that it adds to the fixed consideration, less what it gives back
        :param lines: obligation id, action and new terms of each obligation concerned
        :param dict move_amounts: units of the document that it follows, by the id of the obligation
        :return: ``{obligation id: units}`` of those that an invoice satisfies, and whose price it changes
        """
        prices = self.prices.setdefault(contract.id, {})
        for promise in contract.promises.values():
            if not promise.added_by and promise.shares_price():
                prices.setdefault(promise.id, Fraction(promise.price))
        before = dict(prices)
        named, left = self._name(contract, prices, lines, delta)
        for one, part in _shares(left, named or move_amounts, prices).items():
            prices[one] += part
        return {
            one: price
            for one, price in prices.items()
            if contract.promises[one].passes_on("invoice") and one in before and price != before[one] and price > 0
        }

    def _name(self, contract, prices, lines, delta):
        """Take over the prices that a modification names.

        :return: by how much each of them changes, and what is left of the change of the price then
        """
        named, gone = {}, 0
        for one, action, terms in lines:
            if action == "add" and contract.promises[one].shares_price():
                prices[one] = Fraction(contract.promises[one].price)
                delta -= prices[one]
            elif action == "remove":
                gone += prices.get(one, 0)
                prices[one] = Fraction(0)
            elif one in prices and (terms or {}).get("price") is not None:
                price = exact(str(terms["price"])) * 10**contract.decimals
                named[one] = abs(price - prices[one])
                delta -= price - prices[one]
                prices[one] = price
        # What is removed without taking its price along leaves it to what is promised still, and is invoiced no more.
        return named, min(0, delta + gone) if delta < 0 else delta

    def of_moves(self, move_ids):
        """Return what documents say of each obligation: units by the ids of the move and of the obligation."""
        found = {}
        for move, obligation, amount in self.loader.rows(self._query(move_ids)) if move_ids else ():
            found.setdefault(move, {})[obligation] = abs(exact(amount))
        return found

    def _query(self, move_ids):
        return SQL(
            """
            SELECT l.move_id, r.obligation_id, SUM(l.amount_currency)::text
              FROM account_move_line l
              JOIN sale_order_line_invoice_rel i ON i.invoice_line_id = l.id
              JOIN revenue_obligation_sale_line_rel r ON r.sale_line_id = i.order_line_id
             WHERE l.move_id = ANY(%s) AND l.display_type = 'product'
             GROUP BY 1, 2
             ORDER BY 1, 2
            """,
            move_ids,
        )


def _shares(amount, weights, prices):
    """Return an amount, shared by weights of some prices, or by the prices themselves.

    >>> _shares(-100, {1: 3, 2: 1}, {1: 0, 2: 0, 3: 0}), _shares(10, {}, {1: 1, 2: 1})
    ({1: Fraction(-75, 1), 2: Fraction(-25, 1)}, {1: Fraction(5, 1), 2: Fraction(5, 1)})
    """
    weights = {one: weight for one, weight in weights.items() if one in prices and weight} or prices
    total = sum(weights.values())
    return {one: Fraction(amount * weight, total) for one, weight in weights.items()} if total and amount else {}
