"""A contract of one service that is invoiced and credited, and what tests of concessions ask of it."""

from odoo.fields import Command
from odoo.tests import tagged

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class ConcessionCommon(CloseCommon):
    """A service of 1,000 over three months."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_product("Support", "subscription")
        cls.order, cls.contract = cls._make_contract()

    @classmethod
    def _make_contract(cls, *more, **values):
        """Confirm an order of a service of 1,000 over three months, and further lines."""
        line = (cls.support, 1000, {"revenue_start": "2026-01-01", "revenue_end": "2026-03-31"})
        order = cls._make_order(line, *more, date_order="2026-01-01 12:00:00", **values)
        order.action_confirm()
        order.revenue_contract_id.date = "2026-01-01"
        return order, order.revenue_contract_id

    def _credit(self, invoice, amount, line=0, post=True):
        """Credit an amount of one line of an invoice."""
        credit = invoice._reverse_moves([{"invoice_date": "2026-01-20", "date": "2026-01-20"}])
        (credit.invoice_line_ids - credit.invoice_line_ids[line]).unlink()
        credit.invoice_line_ids.write({"price_unit": amount, "quantity": 1})
        if post:
            credit.action_post()
        return credit

    def _deltas(self, state="proposed", contract=None):
        changes = (contract or self.contract).modification_ids.filtered(lambda one: one.state == state)
        return changes.sorted("id").mapped("fixed_delta")

    def _apply_all(self, contract=None):
        changes = (contract or self.contract).modification_ids.filtered(lambda one: one.state == "proposed")
        for change in changes.sorted("id"):
            change.action_apply()

    def _price(self, contract=None):
        return (contract or self.contract)._position_at(self.company._revenue_today())["transaction_price"]

    def _check_books(self, price, contract=None):
        """After all is applied and closed, revenue is the price, and nothing billed stays on contract liability."""
        self._apply_all(contract)
        self.assertEqual(self._price(contract), price)
        self._close(self.company._revenue_today())
        self.assertEqual(self._balance("revenue"), price)
        self.assertEqual(self._balance("contract_liability"), 0)
        self.assertEqual(self._balance("contract_asset"), 0)

    def _invoice_amount(self, order, amount):
        """Post an invoice of an amount of an order."""
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-02-01",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.support.id,
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                            "sale_line_ids": [Command.link(order.order_line[0].id)],
                        }
                    )
                ],
            }
        )
        invoice.action_post()
        return invoice
