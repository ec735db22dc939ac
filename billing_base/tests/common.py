from odoo import fields
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.fields import Command
from odoo.tests import tagged


class RunShortcuts:
    """Shortcuts to invoice runs, for tests that have ``runs``, ``company`` and ``today``."""

    @classmethod
    def _preview(cls, day=None, customers=None):
        cls.env.flush_all()
        return cls.runs.preview(str(day or cls.today), customers)

    @classmethod
    def _run(cls, key, day=None, customers=None):
        """Begin a run and bring it to its end; return its status."""
        cls.env.flush_all()
        cls.runs.start(str(day or cls.today), customers, key)
        return cls._finish(key)

    @classmethod
    def _finish(cls, key):
        cls.runs.search([("key", "=", key)]).action_bill()
        cls.env.invalidate_all()
        return cls.runs.get_status(key)

    @classmethod
    def _clock(cls):
        """What the clock does; return today's automatic run."""
        cls.env.flush_all()
        cls.runs.sudo()._cron_bill()
        cls.env.invalidate_all()
        return cls.runs.search([("key", "=", f"automatic/{cls.today}"), ("company_id", "=", cls.company.id)])


@tagged("post_install", "-at_install")
class BillingBaseCommon(RunShortcuts, AccountTestInvoicingCommon):
    """A company with its books, a customer, a clerk who bills, and shortcuts for stories."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("sales_team.group_sale_manager")
        cls.company = cls.env.company
        # Days are the company's: the tests' own ones are those of UTC.
        cls.company.partner_id.tz = "UTC"
        cls.env.registry.clear_cache()
        cls.today = cls.company._billing_today()
        cls.customer = cls.env["res.partner"].create({"name": "Harbour Works", "email": "books@harbour.example"})
        cls.service = cls._make_service("Consulting")
        cls.runs = cls.env["billing.run"]

    @classmethod
    def _make_service(cls, name, policy="order", **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "invoice_policy": policy,
                "list_price": 100.0,
                "taxes_id": [Command.clear()],
                "property_account_income_id": cls.company_data["default_account_revenue"].id,
                **values,
            }
        )

    @classmethod
    def _make_order(cls, *prices, confirm=True, product=None, **values):
        """Return an order with a line per price; a price may be a dictionary of line values."""
        lines = [price if isinstance(price, dict) else {"price_unit": price} for price in prices]
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": (product or cls.service).id,
                            "name": f"Line {index + 1}",
                            "product_uom_qty": 1.0,
                            "tax_ids": [Command.clear()],
                            **line,
                        }
                    )
                    for index, line in enumerate(lines)
                ],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    @classmethod
    def _make_tax(cls, amount, **values):
        return cls.env["account.tax"].create(
            {
                "name": f"{amount} % {values.get('price_include_override', '')}",
                "amount": amount,
                "type_tax_use": "sale",
                "country_id": cls.company.account_fiscal_country_id.id,
                **values,
            }
        )

    @classmethod
    def _advance(cls, order, amount):
        """Post a down payment of an amount, with taxes, on an order."""
        wizard = cls.env["sale.advance.payment.inv"].create(
            {"sale_order_ids": order, "advance_payment_method": "fixed", "fixed_amount": amount}
        )
        invoice = wizard._create_invoices(order)
        invoice.action_post()
        return invoice

    @classmethod
    def _day(cls, text):
        return fields.Date.to_date(text)
