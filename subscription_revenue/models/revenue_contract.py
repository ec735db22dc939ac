from odoo import api, models
from odoo.addons.revenue_recognition.engine import events as e
from odoo.addons.revenue_recognition.engine.money import in_currency
from odoo.addons.revenue_recognition.loading import Loader
from odoo.fields import Command
from odoo.tools import SQL

from ..loading import Subscriptions, UsageEarned
from ..loading.subscriptions import PLACE


class RevenueContract(models.Model):
    """Contracts follow their subscriptions: what becomes enforceable, and what changes, is worked out each time."""

    _inherit = "revenue.contract"

    @api.model
    def _fact_sources(self):
        # OVERRIDE: behind all changes that records keep.
        return [*super()._fact_sources(), Subscriptions, UsageEarned]

    def _subscription_changes(self):
        """Return what subscriptions changed by today, by contract: lists of ``engine.events.Modify``."""
        self.env.flush_all()
        found = {}
        for company, contracts in self.grouped("company_id").items():
            for one in Loader(self.env, company).load(contracts.ids).values():
                changes = [event for event in one.events if isinstance(event, e.Modify)]
                found[self.browse(one.id)] = [event for event in changes if event.place.startswith(PLACE)]
        return found

    def _maybe_billed_above(self):
        # OVERRIDE: of what goes on more is billed, and more becomes enforceable: that is not for good.
        charges = self.sudo().order_ids.order_line.subscription_charge_ids
        going_on = charges.filtered(lambda charge: charge.state == "running" and charge.next_due).order_id
        return super(RevenueContract, self - going_on.revenue_contract_id)._maybe_billed_above()

    def _fixed_consideration(self):
        # OVERRIDE: with what became enforceable since.
        delta = sum(event.fixed_delta for event in self._subscription_changes().get(self, ()))
        return super()._fixed_consideration() + in_currency(delta, self._decimals())

    @api.model
    def _refresh_subscriptions(self, company):
        """Work contracts of a company out again of which another period or term has begun, for forecasts."""
        self.env.flush_all()
        today = company._revenue_today()
        query = SQL(
            """
            SELECT DISTINCT o.contract_id
              FROM revenue_obligation o
              JOIN revenue_contract k ON k.id = o.contract_id AND k.state = 'active'
              JOIN revenue_obligation_sale_line_rel r ON r.obligation_id = o.id
              JOIN subscription_charge c ON c.line_id = r.sale_line_id AND c.state = 'running'
             WHERE k.company_id = %s AND o.earned_to < %s AND (c.last_day IS NULL OR c.last_day > o.earned_to)
            """,
            company.id,
            today,
        )
        contracts = self.sudo().browse(row for [row] in self.env.execute_query(query))
        self.env["billing.queue"]._safely_each(type(self)._refresh_forecasts, list(contracts))

    def _begin_waiting(self, lines):
        """Have what waited for subscriptions to be started begin to be earned.

        :param lines: order lines (``sale.order.line``) that were started
        """
        waiting = self.obligation_ids.filtered(lambda one: one.measure == "straight_line" and not one.date_start)
        for obligation in waiting:
            own = obligation.sale_line_ids & lines
            if own:
                start, end = own[0]._revenue_span()
            elif obligation.policy_version_id.with_subscription:
                start, end = obligation.sale_line_ids._days_with_subscription(obligation.policy_version_id)
            else:
                continue
            obligation.write({"date_start": start, "date_end": end})

    # === INSTALLING AND UNINSTALLING === #

    @api.model
    def _of_subscriptions(self):
        """Return the contracts of orders with subscriptions that are not cancelled."""
        charges = self.env["subscription.charge"].sudo().search([("order_id.revenue_contract_id", "!=", False)])
        return charges.order_id.revenue_contract_id.filtered(lambda contract: contract.state != "cancelled")

    @api.model
    def _adopt_subscriptions(self):
        """Have contracts follow the subscriptions that they took for one period of each."""
        self.sudo()._of_subscriptions()._follow_anew()

    def _follow_anew(self):
        """Have contracts follow their subscriptions, of which more is known than when they were made.

        One of which nothing is booked or changed is made anew from its orders. Any other keeps what it says, and what
        that differs by is caught up in the first open period.
        """
        for contract in self:
            contract = contract.with_company(contract.company_id)
            if not (contract._is_booked() or contract.modification_ids - contract._waiting_proposals()):
                contract._follow_as_draft()
            else:
                contract._adopt_usage()
            contract._follow_orders()
            contract._review()

    @api.model
    def _keep_subscription_changes(self):
        """Write down what subscriptions changed as changes of their contracts, so that these stay as they are."""
        module = self.env["ir.module.module"].sudo().search([("name", "=", "revenue_recognition")])
        if module.state == "to remove":
            return
        found = self.sudo()._of_subscriptions()._subscription_changes()
        self.env["revenue.modification"].sudo().create(
            [contract._kept_change(event) for contract, events in found.items() for event in events]
        )
        self.sudo()._of_subscriptions()._keep_usage()

    def _kept_change(self, event):
        """Return the values of the modification that says what a change of a subscription did."""
        obligations = {obligation.key: obligation for obligation in self.obligation_ids}
        lines = []
        for change in event.change:
            terms = {"end": change.end and change.end.isoformat()}
            if change.ssp is not None:
                terms["ssp"] = in_currency(round(change.ssp), self._decimals())
            lines.append(
                {
                    "obligation_id": obligations[change.obligation].id,
                    "action": "change",
                    "terms": {name: value for name, value in terms.items() if value},
                }
            )
        return {
            "contract_id": self.id,
            "name": self.env._("Subscription: %s", ", ".join(obligations[one.obligation].name for one in event.change)),
            "date": event.date,
            "fixed_delta": in_currency(event.fixed_delta, self._decimals()),
            "treatment": event.treatment.value,
            "alone": event.alone,
            "state": "applied",
            "line_ids": [Command.create(values) for values in lines],
        }
