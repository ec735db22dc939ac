from odoo import api, fields, models

AMOUNTS = ("transaction_price", "billed", "revenue", "contract_asset", "contract_liability", "refund_liability")


def _as_sentence(text):
    """Return a text that begins with a capital."""
    return text[:1].upper() + text[1:]


class RevenuePosition(models.TransientModel):
    """Where the contracts of an order, a project or a customer stand on a day, and why."""

    _name = "revenue.position"
    _description = "Revenue Position"

    at = fields.Date(
        string="As of",
        required=True,
        default=lambda self: self.env.company._revenue_today(),
        help="The position at the end of this day.",
    )
    contract_ids = fields.Many2many("revenue.contract", string="Contracts", readonly=True)
    title = fields.Char(readonly=True)
    sentence = fields.Char(compute="_compute_sentence")
    line_ids = fields.One2many("revenue.position.line", "position_id", readonly=True)
    problem = fields.Text(compute="_compute_problem")
    step_ids = fields.One2many("revenue.position.step", "position_id", readonly=True)

    # === ACTIONS === #

    def action_work_out(self):
        """Work the position out as of the day, and show it."""
        self.ensure_one()
        self.contract_ids.check_access("read")
        found = self.contract_ids.sudo()._positions(self.at)
        self.line_ids.unlink()
        self.step_ids.unlink()
        lines, steps = [], []
        for contract in self.contract_ids:
            lines += self._line_values(contract, found[contract.id])
            steps += self._step_values(contract, found[contract.id])
        self.line_ids = [fields.Command.create(values) for values in lines]
        self.step_ids = [fields.Command.create(values) for values in steps]
        return self._get_records_action(name=self.env._("Position"))

    # === COMPUTE METHODS === #

    @api.depends("line_ids")
    def _compute_sentence(self):
        """Say the position in one line for each currency."""
        for wizard in self:
            sentences = []
            whole = wizard.line_ids.filtered(lambda line: not line.obligation_id and not line.problem)
            for currency, lines in whole.grouped("currency_id").items():
                sentences.append(wizard._say(currency, lines))
            wizard.sentence = " · ".join(map(_as_sentence, sentences))

    @api.depends("title")
    def _compute_display_name(self):
        for wizard in self:
            wizard.display_name = self.env._("Position of %s", wizard.title)

    @api.depends("line_ids")
    def _compute_problem(self):
        for wizard in self:
            lines = wizard.line_ids.filtered("problem")
            wizard.problem = "\n".join(f"{line.contract_id.name}: {line.problem}" for line in lines)

    def _say(self, currency, lines):
        def money(name):
            return currency.format(sum(lines.mapped(name)))

        parts = [
            self.env._("billed %s", money("billed")),
            self.env._("recognised %s", money("revenue")),
        ]
        if any(lines.mapped("contract_liability")) or not any(lines.mapped("contract_asset")):
            parts.append(self.env._("contract liability %s", money("contract_liability")))
        if any(lines.mapped("contract_asset")):
            parts.append(self.env._("contract asset %s", money("contract_asset")))
        return " · ".join(parts)

    # === BUSINESS METHODS === #

    def _line_values(self, contract, found):
        """Return a line for the contract and one for each obligation."""
        if "revenue" not in found:
            return [{"contract_id": contract.id, "problem": " ".join(found.get("problems", []))}]
        rows = [{"contract_id": contract.id, **{name: found[name] for name in AMOUNTS}}]
        by_key = {obligation.key: obligation for obligation in contract.sudo().obligation_ids}
        for key, amounts in found["obligations"].items():
            rows.append(
                {
                    "contract_id": contract.id,
                    "obligation_id": by_key[key].id,
                    "transaction_price": amounts["allocated"],
                    "revenue": amounts["recognised"],
                    "progress": amounts["progress"],
                }
            )
        return rows

    def _step_values(self, contract, found):
        by_key = {obligation.key: obligation for obligation in contract.sudo().obligation_ids}
        return [
            {
                "contract_id": contract.id,
                "obligation_id": by_key[step["obligation"]].id if step["obligation"] else False,
                "text": step["text"],
                "paragraph": " · ".join(step["paragraphs"]),
            }
            for step in contract._readable_steps(found.get("steps", ()))
        ]


class RevenuePositionLine(models.TransientModel):
    """A contract, or one of its obligations, on the day."""

    _name = "revenue.position.line"
    _description = "Line of a Revenue Position"
    _order = "id"

    position_id = fields.Many2one("revenue.position", required=True, index=True, ondelete="cascade")
    contract_id = fields.Many2one("revenue.contract", required=True, ondelete="cascade")
    obligation_id = fields.Many2one("revenue.obligation", ondelete="cascade")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    transaction_price = fields.Monetary(
        string="Price", help="The transaction price, or the share of it that belongs to the obligation."
    )
    progress = fields.Float(help="The fraction earned, 0 to 1.")
    billed = fields.Monetary(help="What is invoiced through that day, net of taxes.")
    revenue = fields.Monetary(string="Recognised", help="What is earned through that day.")
    contract_asset = fields.Monetary(help="What is earned and not billed yet.")
    contract_liability = fields.Monetary(help="What is billed and not earned yet.")
    refund_liability = fields.Monetary(help="What the customer is expected to get back.")
    problem = fields.Char()


class RevenuePositionStep(models.TransientModel):
    """Why a number is what it is, in one sentence with its paragraph."""

    _name = "revenue.position.step"
    _description = "Explanation of a Revenue Position"
    _order = "id"

    position_id = fields.Many2one("revenue.position", required=True, index=True, ondelete="cascade")
    contract_id = fields.Many2one("revenue.contract", required=True, ondelete="cascade")
    obligation_id = fields.Many2one("revenue.obligation", ondelete="cascade")
    text = fields.Char(string="Why")
    paragraph = fields.Char(help="The paragraph of the standard that says so.")
