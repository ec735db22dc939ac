"""What forecasts go by, as a close found it: the price of each obligation, and when time began to earn it."""

from odoo.tools import SQL

from ..engine.money import in_currency
from ..loading.values import among


class Forecasts:
    """Collects what a chunk of contracts found out and writes what changed.

    :param loader: a :class:`~..loading.Loader`
    :param date at: the end of this day
    """

    def __init__(self, loader, at):
        self.loader = loader
        self.at = at
        self.start()

    def start(self):
        """Begin a chunk."""
        self.prices = {}
        self.spans = []

    def add(self, contract, targets):
        """Add the forecast of each obligation of a contract that was worked out.

        :param contract: a :class:`~..loading.Loaded`
        :param dict targets: :class:`~.targets.Target` by key
        """
        for (_kind, obligation_id, _account), target in targets.items():
            line = target.line
            if line is not None and line.allocated != contract.promises[obligation_id].allocated:
                price = in_currency(line.allocated, contract.decimals)
                self.prices.setdefault(contract.id, []).append((obligation_id, price))

    def add_term(self, contract):
        """Note the terms that began by a fact, not by a date that was agreed; also of a contract that is left out."""
        for promise in contract.promises.values():
            if promise.started is not None and promise.measure == "straight_line" and promise.span():
                self.spans.append((promise.id, *promise.span()))

    def flush(self):
        """Write what was collected; :meth:`start` comes before more is."""
        if self.prices:
            changed = self._changed_later(self.prices)
            prices = [row for contract, rows in self.prices.items() if contract not in changed for row in rows]
            self._write("(%s, %s::numeric)", prices, "allocated = v.price", "(id, price)", "TRUE")
        first = "earned_from = v.first, earned_to = v.last"
        self._write("(%s, %s::date, %s::date)", self.spans, first, "(id, first, last)", "o.earned_from IS NULL")

    def _changed_later(self, contract_ids):
        """Return the contracts of which changes after the close are known: forecasts go by these."""
        query = SQL(
            """
            SELECT contract_id FROM revenue_modification
             WHERE %(among)s AND state = 'applied' AND date > %(at)s
             UNION
            SELECT contract_id FROM revenue_price_change WHERE %(among)s AND date > %(at)s
            """,
            among=among("contract_id", contract_ids),
            at=self.at,
        )
        return {contract_id for (contract_id,) in self.loader.rows(query)}

    def _write(self, row, values, assignment, columns, condition):
        for start in range(0, len(values), 1000):
            rows = SQL(", ").join(SQL(row, *value) for value in values[start : start + 1000])
            self.loader.cr.execute(
                SQL(
                    "UPDATE revenue_obligation o SET %s FROM (VALUES %s) AS v %s WHERE o.id = v.id AND %s",
                    SQL(assignment),
                    rows,
                    SQL(columns),
                    SQL(condition),
                )
            )
