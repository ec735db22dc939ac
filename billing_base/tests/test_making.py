from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingBaseCommon

#: What an accountant reads of a journal item.
COLUMNS = (
    "display_type",
    "name",
    "account_id",
    "quantity",
    "price_unit",
    "discount",
    "price_subtotal",
    "price_total",
    "balance",
    "amount_currency",
    "tax_ids",
    "tax_line_id",
    "tax_base_amount",
    "tax_tag_ids",
    "date_maturity",
    "analytic_distribution",
)


@tagged("post_install", "-at_install")
class TestMaking(BillingBaseCommon):
    """The invoice that a run makes is the one that Odoo makes alone, to the cent, the tag and the day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.billing_invoices = "post"
        tags = cls.env["account.account.tag"].create(
            [
                {"name": f"Tag {name}", "applicability": "taxes", "country_id": cls.company.country_id.id}
                for name in "ab"
            ]
        )
        cls.tagged = cls._make_tax("19 % tagged", 19.0, tags[0])
        cls.included = cls._make_tax("7 % included", 7.0, tags[1], price_include_override="tax_included")
        cls.service.account_tag_ids = [Command.create({"name": "Tag of the product", "applicability": "products"})]

    @classmethod
    def _make_tax(cls, name, amount, tag, **values):
        parts = [
            Command.create({"repartition_type": "base", "factor_percent": 100.0, "tag_ids": [Command.set(tag.ids)]}),
            Command.create({"repartition_type": "tax", "factor_percent": 100.0}),
        ]
        return cls.env["account.tax"].create(
            {
                "name": name,
                "amount": amount,
                "amount_type": "percent",
                "type_tax_use": "sale",
                "company_id": cls.company.id,
                "invoice_repartition_line_ids": parts,
                **values,
            }
        )

    def _orders(self, taxed=True, **values):
        """Return two orders that are the same, of lines on which cents hang."""
        lines = [
            {"price_unit": 33.33, "product_uom_qty": 2.5, "tax_ids": [Command.set(self.tagged.ids)]},
            {"price_unit": 0.105, "product_uom_qty": 3.0, "tax_ids": [Command.set(self.tagged.ids)]},
            {"price_unit": 19.99, "discount": 12.5, "tax_ids": [Command.set(self.included.ids)]},
            {"price_unit": 10.05, "tax_ids": [Command.set((self.tagged | self.included).ids)]},
            {"price_unit": -4.25},
        ]
        if not taxed:
            lines = [{**line, "tax_ids": [Command.clear()]} for line in lines]
        return [self._make_order(*lines, **values) for _number in range(2)]

    def _read(self, move):
        lines = move.line_ids.sorted(lambda line: (line.sequence, line.display_type, line.tax_line_id.id, line.id))
        rows = [{name: line[name] for name in COLUMNS} for line in lines]
        for row in rows:
            # Odoo names what is to be paid after the order and its invoice.
            row["name"] = (row["name"] or "").replace(move.name, "invoice").replace(move.invoice_origin, "order")
        return rows

    def _check(self, **values):
        alone, by_run = self._orders(**values)
        native = alone._create_invoices(final=True)
        native.invoice_date = self.today
        native.action_post()
        self._run("one", customers=[self.customer.id])
        ours = by_run.invoice_ids
        self.assertEqual(ours.state, "posted")
        self.assertGreater(ours.amount_total, 100.0)
        self.assertEqual(self._read(ours), self._read(native))
        return ours

    def test_with_taxes_of_all_kinds(self):
        move = self._check()
        self.assertEqual(
            move.invoice_line_ids[0].tax_tag_ids.mapped("name"), ["Tag a", "Tag of the product"], "what is compared"
        )

    def test_where_cents_are_rounded_for_the_whole_invoice(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        self._check()

    def test_without_taxes_where_odoo_takes_the_amounts_that_are_there(self):
        self._check(taxed=False)

    def test_without_taxes_where_the_whole_invoice_is_rounded(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        self._check(taxed=False)

    def test_in_a_foreign_currency(self):
        currency = self.setup_other_currency("CHF", rates=[("2020-01-01", 1.37)])
        pricelist = self.env["product.pricelist"].create({"name": "Abroad", "currency_id": currency.id})
        move = self._check(pricelist_id=pricelist.id)
        self.assertEqual(move.currency_id, currency)

    def test_where_the_tax_is_due_on_payment(self):
        self.company.tax_exigibility = True
        account = self.company_data["default_account_tax_sale"].copy({"reconcile": True})
        self.tagged.write({"tax_exigibility": "on_payment", "cash_basis_transition_account_id": account.id})
        move = self._check()
        self.assertEqual(move.invoice_line_ids[0].tax_tag_ids.mapped("name"), ["Tag of the product"])

    def test_with_payment_terms_of_two_parts(self):
        self._check(payment_term_id=self.pay_terms_b.id)

    def test_its_chatter_says_once_what_it_bills(self):
        move = self._check()
        [message] = move.message_ids
        self.assertIn(move.invoice_line_ids.sale_line_ids.order_id.name, message.body)
        self.assertEqual(message.author_id, self.env.user.partner_id)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_note"))

    def test_its_line_is_found_again_in_the_analytic_books(self):
        plan = self.env["account.analytic.plan"].create({"name": "Projects"})
        account = self.env["account.analytic.account"].create({"name": "Harbour", "plan_id": plan.id})
        order = self._make_order({"price_unit": 80.0, "analytic_distribution": {account.id: 100}})
        self._run("one", customers=[self.customer.id])
        self.assertEqual(order.invoice_ids.line_ids.analytic_line_ids.mapped("amount"), [80.0])
