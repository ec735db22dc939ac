"""Reads contracts from the database, a chunk at a time."""

from odoo.tools import SQL

from .loaded import Loaded, Promise
from .rates import RateBook
from .sources.milestones import ProjectMilestones
from .values import among, exact


class Loader:
    """Reads contracts of one company and what happened to them through a day.

    What is read has to be in the database: flush before. Rights are the caller's concern.

    :param env: of Odoo
    :param company: whose contracts they are
    :param at: the last day that counts; None for all there is
    :param payments: read payments too; a close does without, where nothing bears interest
    :param proposed: treatment by the id of a modification that counts as if it were applied
    :param without: ids of modifications that do not count, other than by ``proposed``
    """

    def __init__(self, env, company, at=None, payments=True, proposed=None, without=()):
        self.env = env
        self.cr = env.cr
        self.company = company
        self.at = at
        self.payments = payments
        self.proposed = proposed or {}
        self.without = list(without)
        currencies = env["res.currency"].sudo().with_context(active_test=False)
        found = currencies.search_fetch([], ["decimal_places", "name"])
        self.decimals = {currency.id: currency.decimal_places for currency in found}
        self.names = {currency.id: currency.name for currency in found}
        self.company_decimals = self.decimals[company.currency_id.id]
        self.rates = RateBook(self)
        self.sources = [source(self) for source in env["revenue.contract"]._fact_sources()]

    def load(self, contract_ids):
        """Return the contracts, by id.

        :param contract_ids: their ids; those of other companies are left out
        """
        loaded = self._terms(contract_ids)
        if not loaded:
            return loaded
        for source in self.sources:
            source.read_into(loaded)
        for contract in loaded.values():
            contract.check()
            self.rates.give(contract)
        return loaded

    def load_milestones(self, contract_ids):
        """Return contracts, by id, with what the milestones of their projects say, and no other facts."""
        loaded = self._terms(contract_ids)
        if loaded:
            ProjectMilestones(self).read_into(loaded)
        for contract in loaded.values():
            contract.check()
        return loaded

    def _terms(self, contract_ids):
        """Return contracts with their obligations, by id."""
        ids = list(contract_ids)
        loaded = {row[0]: Loaded(row, self.decimals) for row in self._contracts(ids)}
        if loaded:
            self._promises(loaded)
        return loaded

    def scale(self, column):
        """Return SQL for an amount of a row joined to currencies ``c``, in whole units."""
        # A power of integers is one of floats, exact here and quick; a power of numerics is not quick.
        return SQL("(%s * (10 ^ c.decimal_places)::numeric)::bigint", SQL.identifier(*column.split(".")))

    def until(self, column):
        """Return SQL that leaves out what comes after the last day that counts."""
        if self.at is None:
            return SQL("TRUE")
        return SQL("%s <= %s", SQL.identifier(*column.split(".")), self.at)

    def among(self, column, contract_ids):
        """Return SQL that keeps rows of some contracts, joined to contracts ``k``.

        The condition is repeated for both sides of the join: the planner does not derive one from the other, and
        would read all contracts to join a few.
        """
        ids = list(contract_ids)
        return SQL("%s AND %s", among(column, ids), among("k.id", ids))

    def applied(self):
        """Return SQL for the modifications ``m`` that count."""
        return SQL(
            "(m.state = 'applied' AND m.id != ALL(%s) OR m.id = ANY(%s)) AND %s",
            self.without,
            list(self.proposed),
            self.until("m.date"),
        )

    def rows(self, query):
        """Return the rows of a query."""
        self.cr.execute(query)
        return self.cr.fetchall()

    def _contracts(self, ids):
        rows = self.rows(
            SQL(
                """
                SELECT k.id, k.name, k.date, k.state, k.partner_id, k.currency_id, %s, k.liability_account_id,
                       k.asset_account_id, k.refund_account_id, k.journal_id, k.financing_rate::text, k.financing_date
                  FROM revenue_contract k JOIN res_currency c ON c.id = k.currency_id
                 WHERE %s AND k.company_id = %s
                 ORDER BY k.id
                """,
                self.scale("k.fixed"),
                among("k.id", ids),
                self.company.id,
            )
        )
        for *head, rate, start in rows:
            yield *head, exact(rate) / 100 if rate else None, start

    def _promises(self, loaded):
        rows = self.rows(
            SQL(
                """
                SELECT o.contract_id, o.id, o.key, o.name, o.measure, o.trigger, o.date_start, o.date_end,
                       o.duration_months, o.monthly, %s, %s, %s, %s, o.ssp_kind, NULLIF(o.quantity, 0)::text,
                       (NULLIF(o.unit_price, 0) * (10 ^ c.decimal_places)::numeric)::text, o.distinct,
                       o.modification_id, o.revenue_account_id, o.policy_version_id, o.analytic_distribution::text, %s
                  FROM revenue_obligation o
                  JOIN revenue_contract k ON k.id = o.contract_id
                  JOIN res_currency c ON c.id = k.currency_id
                  LEFT JOIN revenue_modification m ON m.id = o.modification_id
                 WHERE %s AND (o.modification_id IS NULL OR %s)
                 ORDER BY o.contract_id, o.sequence, o.id
                """,
                self.scale("o.price"),
                self.scale("o.ssp"),
                self.scale("o.ssp_low"),
                self.scale("o.ssp_high"),
                self.scale("o.allocated"),
                self.among("o.contract_id", loaded),
                self.applied(),
            )
        )
        for contract_id, *row in rows:
            promise = Promise(row)
            loaded[contract_id].promises[promise.id] = promise
        self._days(loaded)

    def _days(self, loaded):
        """Take over the first days that modifications gave to what has one event, or had no first day before."""
        rows = self.rows(
            SQL(
                """
                SELECT k.id, l.obligation_id, (l.terms ->> 'start')::date, (l.terms ->> 'end')::date
                  FROM revenue_modification m
                  JOIN revenue_contract k ON k.id = m.contract_id
                  JOIN revenue_modification_line l ON l.modification_id = m.id
                 WHERE l.action = 'change' AND l.terms ->> 'start' IS NOT NULL AND %s AND %s
                 ORDER BY m.date, m.id
                """,
                self.among("m.contract_id", loaded),
                self.applied(),
            )
        )
        for contract_id, obligation_id, start, end in rows:
            promise = loaded[contract_id].promises.get(obligation_id)
            if promise and (promise.measure == "point_in_time" or not promise.date_start):
                promise.date_start, promise.date_end = start, end or promise.date_end
