"""Why this number: each amount of a contract on screen, with its reasons and what it comes from."""

from odoo import api, fields, models
from odoo.addons.record_protection import reading
from odoo.addons.record_protection.refusals import read_argument

#: Of each amount: the steps of a position that explain it.
TOPICS = {
    "allocated": ("price", "modification", "allocation"),
    "recognised": ("modification", "progress"),
    "position": ("modification", "position", "cost"),
}
AMOUNTS = ("billed", "revenue", "contract_asset", "contract_liability", "refund_liability")


class RevenueContract(models.Model):
    """Where a contract stands today, amount by amount."""

    _inherit = "revenue.contract"

    now_transaction_price = fields.Monetary(
        string="Transaction Price",
        compute="_compute_now",
        compute_sudo=True,
        help="What is expected in exchange for all that is promised, as of today.",
    )
    now_billed = fields.Monetary(
        string="Billed", compute="_compute_now", compute_sudo=True, help="What is invoiced through today, net of taxes."
    )
    now_revenue = fields.Monetary(
        string="Recognised",
        compute="_compute_now",
        compute_sudo=True,
        help="Earned through today by all that is known; closes book it at the end of their period.",
    )
    now_contract_asset = fields.Monetary(
        string="Contract Asset Today", compute="_compute_now", compute_sudo=True, help="Earned beyond what is billed."
    )
    now_contract_liability = fields.Monetary(
        string="Contract Liability Today",
        compute="_compute_now",
        compute_sudo=True,
        help="Billed beyond what is earned.",
    )
    now_refund_liability = fields.Monetary(
        string="Refund Liability Today", compute="_compute_now", compute_sudo=True, help="Expected to be given back."
    )
    now_known = fields.Boolean(compute="_compute_now", compute_sudo=True)

    @api.depends("fixed", "state", "obligation_ids")
    @api.depends_context("revenue_at")
    def _compute_now(self):
        found = self._positions_now()
        for contract in self:
            position = found.get(contract._origin.id, {})
            contract.now_known = "revenue" in position
            contract.now_transaction_price = position.get("transaction_price", contract.fixed)
            for name in AMOUNTS:
                contract[f"now_{name}"] = position.get(name, 0.0)

    def _positions_now(self):
        """Return positions as of today by the id of the contract; nothing of those that are not saved."""
        day = self._read_day(self.env.context.get("revenue_at"))  # anybody: the day to look at
        return self._origin.sudo()._positions(day)

    # === WHY === #

    def get_reasons(self, topic: str, at: str | None = None) -> dict:
        """Return why an amount of the contract is what it is on a day.

        :param str topic: ``"allocated"`` (the price), ``"recognised"`` or ``"position"`` (what is billed, contract
            asset, contract liability, refund liability)
        :param str at: ISO date; today when left out
        :return: ``{"title", "at": ISO date, "currency": id, "amounts": [{"label", "amount"}], "reasons": [{"label",
            "text", "paragraphs": [texts], "obligation": name or false}], "sources": [{"label", "text", "date": ISO
            date or false, "model", "id"}], "problems": [texts]}``, amounts in the contract's currency
        :raises AccessError: for users who may not read the contract, or are of no revenue group
        :raises UserError: for another topic, or a date that is none
        """
        self.ensure_one()
        return self._reasons(topic, self._read_why(topic, at))

    def _read_why(self, topic, at):
        """Return the day asked for.

        :raises AccessError: for users who may not read the contract, or are of no revenue group
        :raises UserError: for another topic, or a date that is none
        """
        self._check_may_simulate()
        self.check_access("read")
        read_argument(self.env, "topic", reading.choice, topic, TOPICS)
        return self._read_day(at)

    def _reasons(self, topic, day, obligation=None):
        """Return what :meth:`get_reasons` does, of the contract or of one of its obligations."""
        found = self.sudo()._positions(day)[self.id]
        key = obligation.key if obligation else None
        steps = [step for step in found.get("steps", ()) if step["topic"] in TOPICS[topic]]
        if obligation:
            steps = [step for step in steps if step["obligation"] in ("", key)]
        names = {one.key: one.name for one in self.sudo().obligation_ids}
        return {
            "title": obligation.name if obligation else self.name,
            "at": day.isoformat(),
            "currency": self.currency_id.id,
            "amounts": self._amounts_of(found, key),
            "reasons": [
                {
                    "label": step["label"],
                    "text": step["text"],
                    "paragraphs": step["paragraphs"],
                    "obligation": names.get(step["obligation"], False) if not obligation else False,
                }
                for step in self._readable_steps(steps)
            ],
            "sources": self._sources_of(topic, day, obligation),
            "problems": found["problems"],
        }

    def _amounts_of(self, found, key):
        """Return the amounts with their labels: of an obligation by its key, or of the contract."""
        if key:
            line = found.get("obligations", {}).get(key)
            names = {"allocated": self.env._("Allocated"), "recognised": self.env._("Recognised")}
            return [{"label": label, "amount": line[name]} for name, label in names.items()] if line else []
        labels = {
            "transaction_price": self.env._("Transaction Price"),
            "billed": self.env._("Billed"),
            "revenue": self.env._("Recognised"),
            "contract_asset": self.env._("Contract Asset"),
            "contract_liability": self.env._("Contract Liability"),
            "refund_liability": self.env._("Refund Liability"),
        }
        return [
            {"label": label, "amount": found[name]}
            for name, label in labels.items()
            if name in found and (found[name] or name != "refund_liability")
        ]
