"""Postings and rows as a bookkeeper reads them: a debit, a credit, an amount above zero; and the close before."""

from odoo import api, fields, models

from ..closing.states import COUNTING


class RevenueSides(models.AbstractModel):
    """Accounts and amounts are kept in the direction of a kind; shown, a negative amount has its sides swapped."""

    _name = "revenue.sides"
    _description = "Debit and Credit of the Revenue Subledger"

    currency_id = fields.Many2one("res.currency")
    company_currency_id = fields.Many2one("res.currency")
    debit_side = fields.Char(string="Debit", compute="_compute_sides", help="The account that is debited.")
    credit_side = fields.Char(string="Credit", compute="_compute_sides", help="The account that is credited.")
    side_amount = fields.Monetary(
        string="Amount Booked", compute="_compute_sides", help="In the currency of the contract, from debit to credit."
    )
    company_side_amount = fields.Monetary(
        string="Amount in Company Currency",
        compute="_compute_sides",
        currency_field="company_currency_id",
        help="In the currency of the company, from debit to credit.",
    )

    @api.depends("kind", "amount", "company_amount", "debit_account_id", "credit_account_id")
    @api.depends_context("lang")
    def _compute_sides(self):
        for one in self:
            sides = [one._side(one.debit_account_id), one._side(one.credit_account_id)]
            swapped = one._is_swapped()
            one.debit_side, one.credit_side = reversed(sides) if swapped else sides
            one.side_amount = -one.amount if swapped else one.amount
            one.company_side_amount = -one.company_amount if swapped else one.company_amount

    def _is_swapped(self):
        return (self.amount or self.company_amount) < 0

    def _side(self, account):
        """Return an account as a side; what invoices booked themselves stands on the customer's receivable."""
        if not account and self.kind == "billing":
            return self.env._("Receivable, by the invoices themselves")
        return account.display_name or ""


class RevenuePosting(models.Model):
    """The amount that the close before booked of the same accounts and obligations, to compare months."""

    _name = "revenue.posting"
    _inherit = ["revenue.posting", "revenue.sides"]

    before_amount = fields.Monetary(
        string="Close Before",
        compute="_compute_before",
        currency_field="company_currency_id",
        help="What the close before booked of the same, from the same debit to the same credit.",
    )
    change_amount = fields.Monetary(
        string="Change",
        compute="_compute_before",
        currency_field="company_currency_id",
        help="By how much this close books more than the one before, or less.",
    )

    @api.depends("company_amount", "close_id")
    def _compute_before(self):
        for close, postings in self.grouped("close_id").items():
            before = close._booked_before()
            for posting in postings:
                amount = before.get(posting._comparable(), 0.0)
                posting.before_amount = -amount if posting._is_swapped() else amount
                change = posting.company_side_amount - posting.before_amount
                posting.change_amount = posting.company_currency_id.round(change)

    def _comparable(self):
        """Return what makes a posting the same as one of another close."""
        records = (self.contract_id, self.partner_id, self.debit_account_id, self.credit_account_id, self.currency_id)
        return self.kind, *(record.id for record in records)


class RevenueEntry(models.Model):
    _name = "revenue.entry"
    _inherit = ["revenue.entry", "revenue.sides"]


class RevenueClose(models.Model):
    _inherit = "revenue.close"

    def _booked_before(self):
        """Return what the close before this one booked, in company currency, by :meth:`_comparable` of its postings."""
        self.ensure_one()
        before = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("kind", "=", "close"),
                ("state", "in", COUNTING),
                ("date", "<", self.date),
                ("reversal_ids", "=", False),
            ],
            order="date desc, id desc",
            limit=1,
        )
        groups = self.env["revenue.posting"]._read_group(
            [("close_id", "=", before.id)],
            ["kind", "contract_id", "partner_id", "debit_account_id", "credit_account_id", "currency_id"],
            ["company_amount:sum"],
        )
        return {(kind, *(record.id for record in records)): amount for kind, *records, amount in groups}
