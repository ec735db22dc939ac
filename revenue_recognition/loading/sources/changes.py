"""Modifications and terminations that were applied."""

from datetime import date
from fractions import Fraction

from odoo.tools import SQL

from ...engine import events as e
from ...engine.modification import NOT_AGREED
from ..loaded import KEPT
from .base import Source


class Changes(Source):
    """Reads ``revenue.modification`` and its lines: what is applied, or looked at as if it were."""

    def read_into(self, loaded):
        """See :class:`Source`."""
        rows = self.loader.rows(self._query(loaded))
        lines = self._lines([row[1] for row in rows])
        changes = {}
        for contract_id, row_id, kind, day, *terms, confirmed_again in rows:
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
                event = modify(contract, day, place, terms, lines.get(row_id, ()))
            changes.setdefault(contract_id, []).append(event)
        for contract_id, events in changes.items():
            loaded[contract_id].events[:0] = events

    def _query(self, loaded):
        return SQL(
            """
            SELECT m.contract_id, m.id, m.kind, m.date, m.treatment, %s, COALESCE(m.alone, FALSE), %s,
                   m.kind = 'terminate' AND m.of_order AND m.state = 'applied' AND EXISTS (
                       SELECT 1 FROM sale_order s WHERE s.revenue_contract_id = m.contract_id AND s.state = 'sale')
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
        change=tuple(
            change(contract, promises[one].key, new, place) for one, action, new in lines if action == "change"
        ),
    )


def change(contract, key, terms, place):
    """Return the new terms of an obligation for the engine.

    :param dict terms: texts and numbers by term: price, ssp, total_cost in the currency; quantity; end as ISO date
    """
    terms = terms or {}
    scale = 10**contract.decimals

    def number(name, factor=1):
        return Fraction(str(terms[name])) * factor if terms.get(name) is not None else None

    price = number("price", scale)
    return e.Change(
        obligation=key,
        ssp=number("ssp", scale),
        quantity=number("quantity"),
        total_cost=number("total_cost", scale),
        price=round(price) if price is not None else None,
        end=date.fromisoformat(terms["end"]) if terms.get("end") else None,
        place=place,
    )
