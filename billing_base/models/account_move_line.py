from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    billing_key = fields.Char(
        copy=False, readonly=True, help="Unique among all invoice lines: what it stands for is billed once."
    )
    billing_opens = fields.Boolean(
        "Opens What It Bills",
        compute="_compute_billing_opens",
        help="Whether it bills something that you may open: a milestone, or else its order.",
    )

    _billing_key_unique = models.UniqueIndex(
        "(billing_key) WHERE billing_key IS NOT NULL", "This was billed already, by another invoice line."
    )

    def _copy_data_extend_business_fields(self, values):
        # OVERRIDE: a debit note of what we bill stands beside the order, which says what is billed of it.
        result = super()._copy_data_extend_business_fields(values)
        if self._is_flagged("billing_debit_note") and self._billing_is_of_source():
            values.pop("sale_line_ids", None)
        return result

    def _billing_is_of_source(self):
        """Return whether a source of billing bills something with this line, and looks at what stands of it."""
        self.ensure_one()
        return False

    @api.depends("sale_line_ids", "display_type")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_billing_opens(self):
        billed = self._billing_billed()
        records = {}
        for record in billed.values():
            records[record._name] = records.get(record._name, record) | record
        readable = {name: some._filtered_access("read") for name, some in records.items()}
        for line in self:
            record = billed.get(line)
            line.billing_opens = bool(record) and record in readable[record._name]

    def action_open_billed(self):
        """Open what this line of an invoice bills: what its source names, such as a milestone, or else its order.

        :return: a window action
        :raises AccessError: for who may not read the line, or what it bills
        :raises UserError: when it bills nothing of an order
        """
        self.ensure_one()
        self.check_access("read")
        record = self._billing_billed().get(self)
        if not record:
            raise UserError(self.env._("This line bills nothing of an order."))
        record.check_access("read")
        return record.get_formview_action()

    def _billing_billed(self):
        """Return what each of these lines bills, on an invoice or a credit note.

        :return: ``{account.move.line: record}``, without those that bill nothing of an order
        """
        lines = self.sudo().filtered(lambda line: line.display_type == "product" and line.sale_line_ids)
        found = {line: line.sale_line_ids.order_id[:1]._origin for line in lines}
        for source in self.env["billing.source"]._sources():
            found.update(source._find_billed(lines))
        return {line: record.with_env(self.env) for line, record in found.items()}
