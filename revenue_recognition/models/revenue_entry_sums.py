"""Sums of the subledger by what the rows of a posting share: read of the few postings, not of millions of rows."""

from odoo import api, models
from odoo.fields import Domain

#: Fields of a row that are its posting's, and so the same for all rows of a posting; by what they are there.
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
#: What a posting knows of all its rows.
KNOWN = {"__count": "rows:sum", "amount:sum": "amount:sum", "company_amount:sum": "company_amount:sum"}


class RevenueEntry(models.Model):
    _inherit = "revenue.entry"

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
        """Return whether the postings know what is asked; while a close is computed, its postings have no sums yet."""
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
