from odoo import api, fields, models
from odoo.fields import Domain

from .append_only import protect
from .revenue_posting import KINDS

#: So many facts behind a row are listed, the latest; the button has all.
LISTED = 40
#: Fields of a row that are related to its posting, and so the same for all rows of one: names on row and posting.
SHARED = {
    "kind": "kind",
    "date": "date",
    "close_id": "close_id",
    "company_id": "company_id",
    "currency_id": "currency_id",
    "debit_account_id": "debit_account_id",
    "credit_account_id": "credit_account_id",
    "state": "close_id.state",
}
#: Sums over rows, and the sums over their postings that give the same.
KNOWN = {"__count": "rows:sum", "amount:sum": "amount:sum", "company_amount:sum": "company_amount:sum"}


class CheckedTogether(fields.Many2one):
    """A reference that a foreign key over several columns checks: it has none of its own.

    A close writes millions of rows, and most of the time that takes goes into the foreign keys of each.
    """

    def update_db_foreign_key(self, model, column):
        """See :class:`odoo.fields.Many2one`."""


class RevenueEntry(models.Model):
    """The subledger: what a close books for an obligation, or for a contract as a whole.

    Amounts are in the direction of the posting's two accounts, below zero where a period takes
    back what earlier ones booked. Rows of a posted close are never changed; the database
    refuses it. What many rows have in common is on their posting: a close writes millions.
    """

    _name = "revenue.entry"
    _description = "Revenue Subledger"
    _order = "id desc"
    _log_access = False

    close_id = CheckedTogether("revenue.close", required=True, index=True, ondelete="restrict")
    posting_id = CheckedTogether(
        "revenue.posting",
        required=True,
        index=True,
        ondelete="restrict",
        help="The sum in the ledger that this row is part of.",
    )
    contract_id = fields.Many2one("revenue.contract", required=True, ondelete="restrict")
    obligation_id = fields.Many2one("revenue.obligation", index="btree_not_null", ondelete="restrict")
    kind = fields.Selection(
        KINDS, required=True, help="What it books: revenue, an invoice, the presentation as contract asset, and so on."
    )
    amount = fields.Monetary(required=True, help="In the currency of the contract.")
    company_amount = fields.Monetary(
        required=True, currency_field="company_currency_id", help="In the currency of the company."
    )
    cumulative = fields.Monetary(help="All that is booked of it since the contract began.")
    allocated = fields.Monetary(help="The price allocated to the obligation on that day.")
    progress = fields.Float(digits=(16, 12), help="The fraction earned, 0 to 1.")

    company_id = fields.Many2one(related="posting_id.company_id")
    date = fields.Date(related="close_id.date")
    state = fields.Selection(
        related="close_id.state", help="Where its close stands: before it is posted, the books have nothing of it."
    )
    debit_account_id = fields.Many2one(related="posting_id.debit_account_id")
    credit_account_id = fields.Many2one(related="posting_id.credit_account_id")
    currency_id = fields.Many2one(related="posting_id.currency_id")
    company_currency_id = fields.Many2one(related="posting_id.company_currency_id", string="Company Currency")
    partner_id = fields.Many2one(related="contract_id.partner_id")
    product_id = fields.Many2one(related="obligation_id.product_id")
    policy_version_id = fields.Many2one(related="obligation_id.policy_version_id")

    prepared_by_id = fields.Many2one(related="close_id.prepared_by_id", string="Prepared By")
    approved_by_id = fields.Many2one(related="close_id.approved_by_id", string="Approved By")
    evidence_ids = fields.Many2many(
        "revenue.evidence", compute="_compute_proof", help="Facts through the day of the close."
    )
    invoice_line_ids = fields.Many2many(
        "account.move.line",
        string="Invoice Items",
        compute="_compute_proof",
        help="Items of posted invoices of the contract through the day of the close.",
    )

    _of_its_posting = models.Constraint(
        "FOREIGN KEY (posting_id, close_id) REFERENCES revenue_posting (id, close_id)",
        "An entry belongs to the close of its posting.",
    )
    _once_a_close = models.UniqueIndex(
        "(contract_id, (COALESCE(obligation_id, 0)), kind, posting_id)",
        "A close books a kind of entry once for an obligation.",
    )

    def init(self):
        """Create the triggers that keep posted rows."""
        protect(self.env.cr, self._table, "revenue_refuse_settled_entries")
        return super().init()

    # === COMPUTE METHODS === #

    def _compute_proof(self):
        lines = self.env["account.move.line"]
        readable = lines.has_access("read")
        for entry in self:
            of_contract = [("contract_id", "=", entry.contract_id.id), ("date", "<=", entry.date)]
            if entry.obligation_id:
                of_contract.append(("obligation_id", "=", entry.obligation_id.id))
            entry.evidence_ids = self.env["revenue.evidence"].search(of_contract, limit=LISTED)
            items = [
                ("revenue_contract_id", "=", entry.contract_id.id),
                ("parent_state", "=", "posted"),
                ("display_type", "=", "product"),
                ("date", "<=", entry.date),
            ]
            entry.invoice_line_ids = (
                lines.search(items, limit=LISTED, order="date desc, id desc") if readable else lines
            )

    # === SUMS: READ OF THE FEW POSTINGS, NOT OF MILLIONS OF ROWS === #

    @api.model
    @api.readonly
    def formatted_read_group(self, domain, groupby=(), aggregates=(), having=(), offset=0, limit=None, order=None):
        """Read one grouping, as a graph asks for it, in the way of a pivot's; see Odoo's method of this name."""
        if having or offset or limit or not self._known_of_postings(Domain(domain), [groupby], aggregates, order):
            return super().formatted_read_group(domain, groupby, aggregates, having, offset, limit, order)
        [groups] = self.formatted_read_grouping_sets(domain, [groupby], aggregates, order=order)
        return groups

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        # OVERRIDE: a pivot by kind and month reads a few hundred postings, however many rows they sum.
        self.browse().check_access("read")
        domain = Domain(domain)
        if not self._known_of_postings(domain, grouping_sets, aggregates, order):
            return super()._read_grouping_sets(domain, grouping_sets, aggregates, order=order)
        postings = domain.map_conditions(
            lambda condition: Domain(SHARED[condition.field_expr], condition.operator, condition.value)
        )
        found = self.env["revenue.posting"]._read_grouping_sets(
            postings & Domain("rows", ">", 0), grouping_sets, [KNOWN[name] for name in aggregates], order=order
        )
        counts = [number for number, name in enumerate(aggregates) if name == "__count"]
        return [
            [self._with_counts(row, [len(groupby) + number for number in counts]) for row in rows]
            for groupby, rows in zip(grouping_sets, found, strict=True)
        ]

    @api.model
    def _known_of_postings(self, domain, grouping_sets, aggregates, order):
        """Return whether postings suffice to answer: their sums are missing while a close is computed."""
        fields = {spec.partition(":")[0] for groupby in grouping_sets for spec in groupby}
        return (
            fields <= SHARED.keys() - {"state"}
            and set(aggregates) <= KNOWN.keys()
            and "__count" not in (order or "")
            and all(condition.field_expr in SHARED for condition in domain.iter_conditions())
            and not self.env["revenue.close"].sudo().search_count([("state", "=", "computing")], limit=1)
        )

    @api.model
    def _with_counts(self, row, positions):
        """Return a row of groups in which the sum of no rows is the number 0."""
        return tuple(value or 0 if position in positions else value for position, value in enumerate(row))
