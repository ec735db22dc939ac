from odoo import api, fields, models


class RevenueObligation(models.Model):
    """Where an obligation stands today."""

    _inherit = "revenue.obligation"

    now_allocated = fields.Monetary(
        string="Allocated",
        compute="_compute_now",
        compute_sudo=True,
        help="Its share of the transaction price, as of today.",
    )
    now_recognised = fields.Monetary(
        string="Recognised", compute="_compute_now", compute_sudo=True, help="What of it is earned through today."
    )
    now_progress = fields.Float(
        string="Progress", compute="_compute_now", compute_sudo=True, help="The fraction earned by now."
    )

    @api.depends("price", "ssp", "contract_id.state")
    @api.depends_context("revenue_at")
    def _compute_now(self):
        found = self.contract_id._positions_now()
        for one in self:
            position = found.get(one.contract_id._origin.id, {})
            line = position.get("obligations", {}).get(one.key, {})
            one.now_allocated = line.get("allocated", 0.0)
            one.now_recognised = line.get("recognised", 0.0)
            one.now_progress = line.get("progress", 0.0)

    def get_reasons(self, topic: str, at: str | None = None) -> dict:
        """Return why an amount of the obligation is what it is on a day.

        :param str topic: ``"allocated"`` or ``"recognised"``
        :param str at: ISO date; today when left out
        :return: as ``get_reasons`` of ``revenue.contract``
        :raises AccessError: for users who may not read the obligation, or are of no revenue group
        :raises UserError: for another topic, or a date that is none
        """
        self.ensure_one()
        self.check_access("read")
        return self.contract_id._reasons(topic, self.contract_id._read_why(topic, at), self)
