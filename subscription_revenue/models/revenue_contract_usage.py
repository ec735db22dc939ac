from odoo import models
from odoo.addons.revenue_recognition.engine import events as e
from odoo.addons.revenue_recognition.engine.money import in_currency
from odoo.addons.revenue_recognition.loading import Loader
from odoo.addons.revenue_recognition.models.revenue_contract_sources import NAMED
from odoo.addons.revenue_recognition.models.revenue_obligation import fixed_price

from ..loading import USED_PLACE


class RevenueContract(models.Model):
    """Contracts with usage: installed beside them, and what stays of it when the addon goes."""

    _inherit = "revenue.contract"

    def _sources_of(self, topic, day, obligation=None):
        # OVERRIDE: what is used is metered.
        found = super()._sources_of(topic, day, obligation)
        return found + self._usage_sources(day, obligation) if topic == "recognised" else found

    def _usage_sources(self, day, obligation):
        """Return the metering points behind what is earned, each with its last day of usage by a day."""
        lines = (obligation or self.obligation_ids).sudo().sale_line_ids
        points = lines._revenue_metered_charges().metering_point_id[:NAMED]
        days = self.env["subscription.usage.day"].sudo()
        last = dict(days._read_group([("point_id", "in", points.ids), ("day", "<=", day)], ["point_id"], ["day:max"]))
        readable = points.with_env(self.env)._filtered_access("read")
        return [
            self._source(self.env._("Metered usage"), point, point.display_name, last.get(point.sudo()) or False)
            for point in readable
        ]

    def _adopt_usage(self):
        """Have obligations of a contract that is booked earn what is used, from now on as from the beginning.

        They had a fixed price of one period, which the contract has no more.
        """
        self.ensure_one()
        for obligation in self._live_obligations().filtered(lambda one: one.measure not in ("usage", "as_invoiced")):
            lines = obligation.sale_line_ids
            if lines and all(line._revenue_is_metered() for line in lines) and not obligation.split_version_id:
                self.fixed -= fixed_price(obligation)
                version, day = obligation.policy_version_id, self.date
                values = lines._promise(version, day, obligation.key, obligation.name, 0.0, {"ssp_kind": False})
                names = ("measure", "trigger", "date_start", "date_end", "duration_months", "monthly", "price")
                obligation.write({**{name: values[name] for name in names}, "ssp_kind": False, "quantity": 0.0})

    def _keep_usage(self):
        """Write down what was used by today as evidence: without this addon nobody reads it from meters."""
        self.env.flush_all()
        facts = []
        for company, contracts in self.grouped("company_id").items():
            for loaded in Loader(self.env, company).load(contracts.ids).values():
                obligations = {promise.key: promise.id for promise in loaded.promises.values()}
                used = [event for event in loaded.events if isinstance(event, e.Usage)]
                for event in used:
                    if event.place.startswith(USED_PLACE):
                        facts.append(
                            {
                                "obligation_id": obligations[event.obligation],
                                "date": event.date,
                                "kind": "usage",
                                "value": in_currency(event.amount, loaded.decimals),
                                "key": f"{event.place} {event.date} {len(used)}",
                                "source": self.env._("Metered usage"),
                            }
                        )
        self.env["revenue.evidence"].sudo().create(facts)
