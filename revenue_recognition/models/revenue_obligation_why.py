from odoo import api, fields, models
from odoo.tools import formatLang


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
        string="Progress",
        compute="_compute_now",
        compute_sudo=True,
        help="The fraction earned by now; after a prospective modification, of what it left.",
    )
    now_progress_text = fields.Text(
        string="Earned",
        compute="_compute_now",
        compute_sudo=True,
        help="How the allocated price comes to what is recognised: 40 % of it, or, where a prospective modification "
        "left an amount as recognised or materials earn their cost, that amount and the progress of the rest.",
    )

    @api.depends("price", "ssp", "contract_id.state")
    @api.depends_context("revenue_at")
    def _compute_now(self):
        found = self.contract_id._positions_now()
        for obligation in self:
            position = found.get(obligation.contract_id._origin.id, {})
            line = position.get("obligations", {}).get(obligation.key, {})
            obligation.now_allocated = line.get("allocated", 0.0)
            obligation.now_recognised = line.get("recognised", 0.0)
            obligation.now_progress = line.get("progress", 0.0)
            obligation.now_progress_text = obligation._progress_text(line)

    def _progress_text(self, line):
        """Return the progress of an obligation as a text: ``40 %``, or ``600.00 + 40 % × 400.00``.

        :param line: the obligation in a position, as ``get_position`` has it; empty where there is none
        """
        if not line:
            return ""
        percent = f"{line['progress'] * 100:.2f}".rstrip("0").rstrip(".")
        share = f"{formatLang(self.env, float(percent), digits=len(percent.partition('.')[2]))}\N{NO-BREAK SPACE}%"
        if self.currency_id.is_zero(line["apart"]):
            return share
        apart, rest = (
            formatLang(self.env, amount, digits=self.currency_id.decimal_places)
            for amount in (line["apart"], line["allocated"] - line["apart"])
        )
        return f"{apart} + {share} × {rest}"

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
