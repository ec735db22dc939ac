from odoo import api, fields, models

INVOICES = ("out_invoice", "out_refund", "out_receipt")


class RevenueContract(models.Model):
    """The exceptions of a contract, and the buttons that open its documents."""

    _inherit = "revenue.contract"

    todo_ids = fields.One2many(
        "revenue.exception", "contract_id", string="To Do", domain=[("close_id", "=", False)], readonly=True
    )
    todo_count = fields.Integer(compute="_compute_todo_count", string="Exceptions Open")
    hindrance = fields.Text(compute="_compute_hindrance", help="What keeps the contract out of the books.")
    status = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("blocked", "Left Out"), ("cancelled", "Cancelled")],
        compute="_compute_status",
        help="Active contracts are closed. One that is left out cannot be worked out until its exceptions are seen to; "
        "a draft lacks something before it begins.",
    )
    order_count = fields.Integer(compute="_compute_order_count")
    invoice_count = fields.Integer(compute="_compute_invoice_count")
    entry_count = fields.Integer(compute="_compute_entry_count")
    evidence_count = fields.Integer(compute="_compute_evidence_count")
    is_booked = fields.Boolean(compute="_compute_is_booked")

    # === COMPUTE METHODS === #

    @api.depends("todo_ids", "modification_ids.state")
    def _compute_todo_count(self):
        self._count("todo_count", "revenue.exception", [("close_id", "=", False)])
        waiting = [("contract_id", "in", self.ids), ("state", "=", "proposed")]
        counts = dict(self.env["revenue.modification"]._read_group(waiting, ["contract_id"], ["__count"]))
        for contract in self:
            contract.todo_count += counts.get(contract, 0)

    @api.depends("todo_ids.blocking", "todo_ids.message")
    @api.depends_context("lang")
    def _compute_hindrance(self):
        for contract in self:
            contract.hindrance = "\n".join(contract.todo_ids.filtered("blocking").mapped("message"))

    @api.depends("state", "todo_ids.blocking")
    def _compute_status(self):
        for contract in self:
            left_out = contract.state == "active" and any(contract.todo_ids.mapped("blocking"))
            contract.status = "blocked" if left_out else contract.state

    @api.depends("order_ids")
    def _compute_order_count(self):
        for contract in self:
            contract.order_count = len(contract.order_ids)

    def _compute_invoice_count(self):
        domain = [("revenue_contract_id", "in", self.ids), ("move_id.move_type", "in", INVOICES)]
        groups = self.env["account.move.line"]._read_group(domain, ["revenue_contract_id"], ["move_id:count_distinct"])
        counts = dict(groups)
        for contract in self:
            contract.invoice_count = counts.get(contract, 0)

    @api.depends("entry_ids")
    def _compute_entry_count(self):
        self._count("entry_count", "revenue.entry", [])

    @api.depends("evidence_ids")
    def _compute_evidence_count(self):
        self._count("evidence_count", "revenue.evidence", [])

    @api.depends("entry_ids")
    def _compute_is_booked(self):
        for contract in self:
            contract.is_booked = contract._is_booked()

    def _count(self, field, model, domain):
        """Write into ``field`` how many records of another model each contract has."""
        groups = self.env[model]._read_group([("contract_id", "in", self.ids), *domain], ["contract_id"], ["__count"])
        counts = dict(groups)
        for contract in self:
            contract[field] = counts.get(contract, 0)

    # === ACTIONS === #

    def action_view_orders(self):
        """Open the sale orders."""
        self.check_access("read")
        return self.order_ids._get_records_action(name=self.env._("Orders"))

    def action_view_invoices(self):
        """Open the invoices and credit notes."""
        self.check_access("read")
        lines = self.env["account.move.line"].search(
            [("revenue_contract_id", "in", self.ids), ("move_id.move_type", "in", INVOICES)]
        )
        return lines.move_id._get_records_action(name=self.env._("Invoices"))

    def action_view_entries(self):
        """Open the subledger of the contracts."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("revenue_recognition.action_revenue_entry")
        return {**action, "domain": [("contract_id", "in", self.ids)], "context": {}}

    def action_view_exceptions(self):
        """Open what has to be seen to: exceptions, or else the changes that wait for an answer."""
        self.check_access("read")
        if not self.todo_ids:
            action = self.env["ir.actions.act_window"]._for_xml_id("revenue_recognition.action_revenue_modification")
            waiting = [("contract_id", "in", self.ids), ("state", "=", "proposed")]
            return {**action, "domain": waiting, "context": {}}
        action = self.env["ir.actions.act_window"]._for_xml_id("revenue_recognition.action_revenue_exception")
        return {**action, "domain": [("contract_id", "in", self.ids), ("close_id", "=", False)]}

    def action_view_evidence(self):
        """Open the facts recorded, by obligation."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("revenue_recognition.action_revenue_evidence")
        context = {"search_default_by_obligation": 1}
        if len(self) == 1:
            context["default_contract_id"] = self.id
        return {**action, "domain": [("contract_id", "in", self.ids)], "context": context}
