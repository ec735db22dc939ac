"""Modifications and terminations that were applied."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from odoo.tools import SQL

from ...engine import events as e
from ...engine.modification import NOT_AGREED
from ..loaded import KEPT
from .base import Source
from .invoiced_price import InvoicedPrices


class Changes(Source):
    """Reads ``revenue.modification`` and its lines: what is applied, or looked at as if it were."""

    def read_into(self, loaded):
        """See :class:`Source`."""
        rows = self.loader.rows(self._query(loaded))
        lines = self._lines([row[1] for row in rows])
        prices = InvoicedPrices(self.loader)
        moves = prices.of_moves([row[-1] for row in rows if row[-1]])
        changes = {}
        for contract_id, row_id, kind, day, *terms, confirmed_again, move_id in rows:
            place = f"{KEPT}{row_id}"
            contract = loaded[contract_id]
            if kind == "terminate":
                if confirmed_again:
                    contract.problem("ended", blocking=False)
                event = e.Terminate(date=day, place=place, refund=terms[-1] or 0)
            else:
                if any(one not in contract.promises for one, _action, _new in lines.get(row_id, ())):
                    contract.problem("refused", place=place, reason=NOT_AGREED)
                    continue
                terms[0] = self.loader.proposed.get(row_id, terms[0])
                own = lines.get(row_id, ())
                event = modify(contract, day, place, terms, own)
                if any(promise.passes_on("invoice") for promise in contract.promises.values()):
                    changed = prices.change(contract, event.fixed_delta - event.refund, own, moves.get(move_id, {}))
                    event = _with_quantities(event, {contract.promises[one].key: to for one, to in changed.items()})
            changes.setdefault(contract_id, []).append(event)
        for contract_id, events in changes.items():
            loaded[contract_id].events[:0] = events

    def _query(self, loaded):
        return SQL(
            """
            SELECT m.contract_id, m.id, m.kind, m.date, m.treatment, %s, COALESCE(m.alone, FALSE), %s,
                   m.kind = 'terminate' AND m.of_order AND m.state = 'applied' AND EXISTS (
                       SELECT 1 FROM sale_order s WHERE s.revenue_contract_id = m.contract_id AND s.state = 'sale'),
                   m.move_id
              FROM revenue_modification m
              JOIN revenue_contract k ON k.id = m.contract_id
              JOIN res_currency c ON c.id = k.currency_id
             WHERE %s AND %s
             ORDER BY m.date, m.id
            """,
            self.loader.scale("m.fixed_delta"),
            self.loader.scale("m.refund"),
            self.loader.among("m.contract_id", loaded),
            self.loader.applied(),
        )

    def _lines(self, ids):
        lines = {}
        if ids:
            query = SQL(
                """
                SELECT modification_id, obligation_id, action, terms
                  FROM revenue_modification_line
                 WHERE modification_id = ANY(%s)
                 ORDER BY id
                """,
                ids,
            )
            for modification_id, *line in self.loader.rows(query):
                lines.setdefault(modification_id, []).append(line)
        return lines


def modify(contract, day, place, terms, lines):
    """Return a modification for the engine.

    :param terms: treatment, units by which the fixed consideration changes, whether others keep their price, and
        units that are given back
    :param lines: obligation id, action and new terms of each obligation concerned
    """
    treatment, fixed_delta, alone, refund = terms
    promises = contract.promises
    return e.Modify(
        date=day,
        place=place,
        treatment=e.Treatment(treatment),
        fixed_delta=fixed_delta or 0,
        refund=refund or 0,
        alone=alone,
        add=tuple(promises[one].terms() for one, action, _new in lines if action == "add"),
        remove=tuple(promises[one].key for one, action, _new in lines if action == "remove"),
        change=tuple(change(contract, promises[one], new, place) for one, action, new in lines if action == "change"),
    )


def _with_quantities(event, quantities):
    """Return a modification that changes the quantities of obligations as well, by their keys."""
    if event.treatment is e.Treatment.SEPARATE:
        return event
    named = [replace(one, quantity=quantities.pop(one.obligation, one.quantity)) for one in event.change]
    others = [e.Change(obligation=key, quantity=to, place=event.place) for key, to in quantities.items()]
    return replace(event, change=(*named, *others))


def change(contract, promise, terms, place):
    """Return the new terms of an obligation for the engine.

    A quantity is one of the terms where progress is counted in it; else it only says how much may be delivered.

    :param dict terms: texts and numbers by term: price, ssp, total_cost in the currency; quantity; start and end as
        ISO dates
    """
    terms = terms or {}
    scale = 10**contract.decimals

    def number(name, factor=1):
        return Fraction(str(terms[name])) * factor if terms.get(name) is not None else None

    price = number("price", scale)
    start, end = (date.fromisoformat(terms[name]) if terms.get(name) else None for name in ("start", "end"))
    counted = promise.trigger not in ("delivered", "invoice") or promise.passes_on("delivered")
    return e.Change(
        obligation=promise.key,
        ssp=number("ssp", scale),
        quantity=number("quantity") if counted else None,
        total_cost=number("total_cost", scale),
        price=round(price) if price is not None else None,
        # Its one event has that day already.
        start=None if promise.measure == "point_in_time" else start,
        end=end,
        place=place,
    )
