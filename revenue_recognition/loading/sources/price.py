"""Variable consideration: estimates and re-estimates."""

from odoo.tools import SQL

from ...engine import events as e
from ...engine.terms import Variable
from .base import Source


class PriceChanges(Source):
    """Reads ``revenue.price.change``: a first estimate by inception opens the variable amount, later ones change it."""

    def read_into(self, loaded):
        """See :class:`Source`."""
        opened = set()
        query = SQL(
            """
            SELECT v.contract_id, v.id, v.name, v.date, %s, v.constrained,
                   ARRAY(SELECT r.obligation_id FROM revenue_price_change_obligation_rel r WHERE r.change_id = v.id)
              FROM revenue_price_change v
              JOIN revenue_contract k ON k.id = v.contract_id
              JOIN res_currency c ON c.id = k.currency_id
             WHERE %s AND %s
             ORDER BY v.contract_id, v.date, v.id
            """,
            self.loader.scale("v.amount"),
            self.loader.among("v.contract_id", loaded),
            self.loader.until("v.date"),
        )
        for contract_id, row_id, name, day, amount, constrained, obligations in self.loader.rows(query):
            contract = loaded[contract_id]
            place = f"estimate {row_id}"
            first = (contract_id, name) not in opened
            opened.add((contract_id, name))
            concerned = [contract.promises[one] for one in sorted(obligations) if one in contract.promises]
            if obligations and not concerned:
                continue
            at_inception = first and day <= contract.date and not any(promise.added_by for promise in concerned)
            if first:
                keys = tuple(promise.key for promise in concerned)
                contract.variables.append(
                    Variable(
                        key=name,
                        amount=amount if at_inception else 0,
                        constrained=bool(constrained) and at_inception,
                        allocate_to=keys,
                        place=place,
                    )
                )
            if not at_inception:
                contract.events.append(
                    e.Estimate(date=day, place=place, variable=name, amount=amount, constrained=bool(constrained))
                )
