from odoo import api, fields, models

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

    def _keep_for_forecasts(self, loaded, state, found):
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
        obligation = state.obligations[promise.key]
        if obligation.removed or state.ended is not None:
            return day, day
        if isinstance(obligation.measure, TimeMeasure):
            return obligation.measure.start, obligation.measure.end
        if promise.measure == "point_in_time" and promise.trigger in ("date", "confirmation"):
            satisfied = promise.date_start or self.date
            return satisfied, satisfied
        return False, False

    def _refresh_forecasts(self):
        """Work contracts out again for forecasts; what stands in the way is told elsewhere."""
        self.env.flush_all()
        for company, contracts in self.grouped("company_id").items():
            loaded = Loader(self.env, company).load(contracts.ids)
            for contract in contracts:
                contract._check_one(loaded[contract.id])


class RevenuePriceChange(models.Model):
    """A new estimate of the price changes what remains to be earned."""

    _inherit = "revenue.price.change"

    @api.model_create_multi
    def create(self, vals_list):
        changes = super().create(vals_list)
        changes.sudo().contract_id._refresh_forecasts()
        return changes


class RevenueEvidence(models.Model):
    """Time begins for what waited for a fact."""

    _inherit = "revenue.evidence"

    @api.model_create_multi
    def create(self, vals_list):
        facts = super().create(vals_list)
        started = facts.sudo().obligation_id.filtered(lambda one: one.measure == "straight_line" and not one.date_start)
        started.contract_id._refresh_forecasts()
        return facts
