from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.measures.straight_line import TimeMeasure
from ..engine.money import in_currency
from ..loading import Loader


class RevenueObligation(models.Model):
    """What a forecast needs of an obligation, as last worked out: nothing is booked by it."""

    _inherit = "revenue.obligation"

    allocated = fields.Monetary(
        string="Allocated Price",
        readonly=True,
        copy=False,
        help="Its share of the price as last worked out: when the contract was looked through, changed or closed.",
    )
    earned_from = fields.Date(
        readonly=True, copy=False, help="The first day of what is earned by time alone, as last worked out."
    )
    earned_to = fields.Date(
        readonly=True, copy=False, help="The last day of what is earned by time alone, as last worked out."
    )


class RevenueContract(models.Model):
    """Keeps what forecasts need wherever a contract is worked out to its end."""

    _inherit = "revenue.contract"

    def _keep_outlook(self, loaded, state, found):
        """Write what each obligation is allocated, and when time earns it, where that changed.

        :param loaded: the contract as read
        :param state: the contract with everything applied that is known
        :param found: its position on the day of the last event
        """
        lines = {line.key: line for line in found.lines}
        for obligation in self.sudo().obligation_ids:
            line, promise = lines.get(obligation.key), loaded.promises.get(obligation.id)
            if line is None or promise is None:
                continue
            start, end = self._earned_between(promise, state, found.at)
            values = {
                "allocated": in_currency(line.allocated, loaded.decimals),
                "earned_from": start,
                "earned_to": end,
            }
            if any(obligation[name] != value for name, value in values.items()):
                obligation.write(values)

    def _earned_between(self, promise, state, day):
        """Return the first and the last day of what time alone earns; what has ended is caught up at once."""
        one = state.obligations[promise.key]
        if one.removed or state.ended is not None:
            return day, day
        if isinstance(one.measure, TimeMeasure):
            return one.measure.start, one.measure.end
        if promise.measure == "point_in_time" and promise.trigger in ("date", "confirmation"):
            satisfied = promise.date_start or self.date
            return satisfied, satisfied
        return False, False

    def _refresh_outlook(self):
        """Work contracts out again for forecasts; what stands in the way is told elsewhere."""
        self.env.flush_all()
        for company, contracts in self.grouped("company_id").items():
            loaded = Loader(self.env, company).load(contracts.ids)
            for contract in contracts:
                contract._check_one(loaded[contract.id])


class RevenueClose(models.Model):
    """A close works everything out: what it finds is what forecasts go by."""

    _inherit = "revenue.close"

    def _finish(self):
        self._keep_allocated()
        return super()._finish()

    def _keep_allocated(self):
        """Take over the prices the close worked out, but for contracts of which later changes are known."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE revenue_obligation o SET allocated = e.allocated
                  FROM revenue_entry e
                 WHERE e.close_id = %(close)s AND e.kind = 'revenue' AND o.id = e.obligation_id
                   AND o.allocated IS DISTINCT FROM e.allocated
                   AND NOT EXISTS (SELECT 1 FROM revenue_modification m WHERE m.contract_id = e.contract_id
                                      AND m.state = 'applied' AND m.date > %(date)s)
                   AND NOT EXISTS (SELECT 1 FROM revenue_price_change c WHERE c.contract_id = e.contract_id
                                      AND c.date > %(date)s)
                """,
                close=self.id,
                date=self.date,
            )
        )
        self.env["revenue.obligation"].invalidate_model(["allocated"])

    def _keep_started(self, contracts):
        """Write the term of what began by a fact, not by a date that was agreed.

        :param contracts: as read by the loader
        """
        spans = [
            (promise.id, *promise.span())
            for contract in contracts
            for promise in contract.promises.values()
            if promise.started is not None and promise.measure == "straight_line" and promise.span()
        ]
        for first in range(0, len(spans), 1000):
            rows = SQL(", ").join(SQL("(%s, %s::date, %s::date)", *span) for span in spans[first : first + 1000])
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE revenue_obligation o SET earned_from = v.first, earned_to = v.last
                      FROM (VALUES %s) AS v (id, first, last)
                     WHERE o.id = v.id AND o.earned_from IS NULL
                    """,
                    rows,
                )
            )


class RevenuePriceChange(models.Model):
    """A new estimate of the price changes what remains to be earned."""

    _inherit = "revenue.price.change"

    @api.model_create_multi
    def create(self, vals_list):
        changes = super().create(vals_list)
        changes.sudo().contract_id._refresh_outlook()
        return changes


class RevenueEvidence(models.Model):
    """Time begins for what waited for a fact."""

    _inherit = "revenue.evidence"

    @api.model_create_multi
    def create(self, vals_list):
        facts = super().create(vals_list)
        started = facts.sudo().obligation_id.filtered(lambda one: one.measure == "straight_line" and not one.date_start)
        started.contract_id._refresh_outlook()
        return facts
