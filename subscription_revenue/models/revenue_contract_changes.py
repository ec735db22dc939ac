from markupsafe import Markup

from odoo import api, fields, models
from odoo.addons.revenue_recognition.engine import Refusal, Timeline
from odoo.addons.revenue_recognition.engine.money import in_currency
from odoo.addons.revenue_recognition.engine.position import position
from odoo.addons.revenue_recognition.loading import Loader
from odoo.addons.revenue_recognition.models.translating import contract_translator
from odoo.tools import format_date

from ..loading.subscriptions import PLACE


class RevenueContract(models.Model):
    """What subscriptions changed of a contract, from which day on and why so: told, as nothing of it is stored."""

    _inherit = "revenue.contract"

    subscription_changes = fields.Html(
        compute="_compute_subscription_changes",
        sanitize=False,
        help="What became enforceable or was changed in its subscriptions, and how that counts.",
    )

    @api.depends_context("lang")
    def _compute_subscription_changes(self):
        for contract in self:
            rows = contract.sudo()._tell_subscription_changes() if contract.id else []
            contract.subscription_changes = contract._as_table(rows) if rows else False

    @api.readonly
    def get_subscription_changes(self) -> list:
        """Return what the subscriptions of this contract changed by today, the first change first.

        :return: for each ``date`` (ISO), ``obligations`` (names), ``fixed_delta`` (by how much the fixed consideration
            changed), ``price`` (the transaction price from that day on), ``until`` (ISO, the last enforceable day, or
            False where time does not earn it), ``treatment`` (``separate``, ``prospective``, ``catch_up``) and
            ``reason``; amounts in the contract's currency. Nothing where the contract can't be worked out.
        :raises AccessError: for users who may not read the contract, or are of no revenue group
        """
        self.ensure_one()
        self._check_may_simulate()
        self.check_access("read")
        return self.sudo()._tell_subscription_changes()

    def _tell_subscription_changes(self):
        """Return what :meth:`get_subscription_changes` does."""
        self.env.flush_all()
        loaded = Loader(self.env, self.company_id).load(self.ids)[self.id]
        if loaded.blocked() or not loaded.promises:
            return []
        names = {promise.key: promise.name for promise in loaded.promises.values()}
        say, rows, timeline = contract_translator(self), [], Timeline(loaded.contract())
        try:
            for event in sorted(loaded.events, key=lambda event: event.date):
                if event.place.startswith(PLACE):
                    state = timeline.forward(event.date)
                    rows.append(self._tell_change(event, names, state, position(state, event.date), say))
        except Refusal:
            return []
        return rows

    def _tell_change(self, event, names, state, found, say):
        last = max((change.end for change in event.change if change.end), default=None)
        return {
            "date": event.date.isoformat(),
            "obligations": [names[change.obligation] for change in event.change],
            "fixed_delta": in_currency(event.fixed_delta, self._decimals()),
            "price": in_currency(found.transaction_price, self._decimals()),
            "until": last.isoformat() if last else False,
            "treatment": state.treatment,
            "reason": say(state.reason),
        }

    def _as_table(self, rows):
        """Return changes as a table for people."""
        treatments = dict(self.env["revenue.modification"]._fields["treatment"]._description_selection(self.env))
        heads = [
            self.env._("From"),
            self.env._("Obligation"),
            self.env._("Change of the Price"),
            self.env._("Price of the Contract"),
            self.env._("Enforceable Until"),
            self.env._("Treatment"),
        ]
        head = Markup("").join(Markup("<th>%s</th>") % text for text in heads)
        body = Markup("").join(
            Markup(
                "<tr><td>%s</td><td>%s</td><td class='text-end'>%s</td><td class='text-end'>%s</td><td>%s</td>"
                "<td title='%s'>%s</td></tr>"
            )
            % (
                format_date(self.env, row["date"]),
                ", ".join(row["obligations"]),
                self.currency_id.format(row["fixed_delta"]),
                self.currency_id.format(row["price"]),
                format_date(self.env, row["until"]) if row["until"] else "",
                row["reason"],
                treatments.get(row["treatment"], row["treatment"]),
            )
            for row in rows
        )
        return Markup("<table class='table table-sm'><thead><tr>%s</tr></thead><tbody>%s</tbody></table>") % (
            head,
            body,
        )
