"""Invoices above the contract's price: what is billed beyond it is never earned, so somebody has to decide on it."""

from odoo import models

from ..engine.money import shown
from ..engine.wording import Figure
from ..loading import Problem
from .revenue_obligation import OPEN_ENDED

#: The exception of a contract that is billed above its price.
KIND = "billed_above"


class RevenueContract(models.Model):
    """The mirror of a price concession, which no order and no document decides: a hint, not a proposal.

    What an invoice bills below the price is a concession (ASC 606-10-32-42). What it bills above it is owed to the
    customer, or was agreed and nobody said so in the order: as long as that is open it stays contract liability.
    """

    _inherit = "revenue.contract"

    def _note_billed_above(self):
        """Say of each contract that is billed for good how much more that is than its price, or take that back."""
        found = {contract.id: contract._billed_above_problem() for contract in self._maybe_billed_above()}
        problems = {number: problem for number, problem in found.items() if problem}
        exceptions = self.env["revenue.exception"].sudo()
        noted = exceptions.search([("contract_id", "in", self.ids), ("close_id", "=", False), ("kind", "=", KIND)])
        for one in noted:
            problem = problems.get(one.contract_id.id)
            if problem and one.message_data == problem.as_data():
                del problems[one.contract_id.id]
            else:
                one.unlink()
        exceptions._note([(self.browse(number), problem, {}) for number, problem in problems.items()])

    def _maybe_billed_above(self):
        """Return the active contracts with orders that bill more than their fixed consideration: one query for all."""
        active = self.filtered(lambda contract: contract.state == "active" and contract.order_ids)
        rows = self.env["account.move.line"]._read_group(
            [
                ("revenue_contract_id", "in", active.ids),
                ("parent_state", "=", "posted"),
                ("display_type", "=", "product"),
            ],
            ["revenue_contract_id", "currency_id"],
            ["amount_currency:sum"],
        )
        billed = {contract: -amount for contract, currency, amount in rows if currency == contract.currency_id}
        return self.browse().union(
            *(one for one, amount in billed.items() if one._units(amount) > one._units(one._fixed_consideration()))
        )

    def _fixed_consideration(self):
        """Return the fixed consideration with all changes that are applied, in the contract's currency."""
        applied = self.modification_ids.filtered(lambda change: change.kind == "modify" and change.state == "applied")
        return self.fixed + sum(applied.mapped("fixed_delta")) - sum(applied.mapped("refund"))

    def _billed_above_problem(self):
        """Return what is wrong where more is billed for good than the contract is worth, or None.

        A difference of one unit for each invoice line is rounding. Variable consideration makes a price that documents
        reach in their own time, and a change that waits for an answer may say what was billed already.
        """
        waiting = self.modification_ids.filtered(lambda change: change.state == "proposed")
        if waiting or self.price_change_ids or self._is_ended() or not self._is_invoiced_for_good():
            return None
        lines = self._fixed_document_lines()
        above = self._units(-sum(lines.mapped("amount_currency"))) - self._units(self._fixed_consideration())
        if above <= len(lines):
            return None
        amount = Figure(f"{shown(above, self._decimals())} {self.currency_id.name}")
        return Problem(KIND, blocking=False, amount=amount)

    def _fixed_document_lines(self):
        """Return the posted invoice lines that bill the fixed consideration; others earn what they bill."""
        lines, others = self._document_lines(), self.obligation_ids.filtered(lambda one: one.measure in OPEN_ENDED)
        if not others:
            return lines
        # A down payment may be for either.
        apart = others.sale_line_ids | self.order_ids.order_line.filtered("is_downpayment")
        return lines.filtered(lambda line: not line.sale_line_ids & apart)

    def _is_invoiced_for_good(self):
        """Return whether the orders have nothing left to invoice, and no draft that may yet change what is billed."""
        lines = self.order_ids.filtered(lambda order: order.state == "sale").order_line
        lines = lines.filtered(lambda line: not line.display_type)
        if "draft" in lines.invoice_lines.mapped("parent_state"):
            return False
        promised = lines.filtered(lambda line: not line.is_downpayment)
        if promised == lines:
            # What no policy covers is billed by itself; down payments are for the whole order.
            promised = lines.filtered(lambda line: line.revenue_contract_id == self)
        return bool(promised) and all(line.invoice_status in ("invoiced", "upselling") for line in promised)
