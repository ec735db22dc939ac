"""The books beside an order: months are closed, and what stands in the ledger is what the contract says."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from odoo import fields


class Books:
    """Acts of those who close the month, and what must hold of the ledger after each."""

    @rule(months=st.integers(1, 3), lock=st.booleans())
    def close(self, months, lock):
        """An accountant computes a month that is over; a controller approves, posts and locks it."""
        with self.act():
            day = fields.Date.context_today(self.order).replace(day=1)
            for _month in range(months - 1):
                day = (day - timedelta(days=1)).replace(day=1)
            self.world.close_period(day - timedelta(days=1), lock)

    @rule(accept=st.booleans())
    def answer_changes(self, accept):
        """The proposed changes of the contract are applied, or rejected."""
        with self.act():
            contract = self.order.revenue_contract_id
            for change in contract.modification_ids.filtered(lambda row: row.state == "proposed"):
                change.action_apply() if accept else change.action_reject()

    def check_books(self):
        """Contract, order and invoices say the same of what was billed; ledger and subledger agree."""
        contract = self.order.revenue_contract_id.sudo()
        if contract and contract.state == "active":
            today = fields.Date.context_today(contract)
            posted = self.billed(lambda move: move.state == "posted")
            position = contract._position_at(today)
            assert not position or self.near(float(position["billed"]), posted), (position["billed"], posted)
            self.check_worth(contract, position)
        self.check_ledger()

    def check_worth(self, contract, position):
        """A contract that nothing waits for, and that followed its order all along, has the order's price."""
        changes = contract.modification_ids.filtered(lambda row: row.state != "withdrawn")
        followed = all(row.state == "applied" and row.of_order for row in changes)
        if position and followed and self.order.state == "sale" and not self.subscribed():
            assert self.near(float(position["transaction_price"]), self.worth(self.order)), (
                position["transaction_price"],
                self.worth(self.order),
            )

    def check_ledger(self):
        """What posted closes have booked stands in the ledger, to the cent."""
        closes = self.env["revenue.close"].sudo().search([("company_id", "=", self.order.company_id.id)])
        for close in closes.filtered(lambda row: row.state in ("posted", "locked")):
            assert self.order.company_id.currency_id.is_zero(close.difference), close.difference
