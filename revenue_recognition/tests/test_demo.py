from freezegun import freeze_time

from odoo.tests import TransactionCase, tagged

from ..demo.books import Books
from ..demo.people import people


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo tells what it is meant to tell; Odoo would only log that it does not load."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["revenue.close"]._load_demo()
        cls.firm = cls.env.ref("__demo__.revenue_services")
        cls.closes = cls.env["revenue.close"].search([("company_id", "=", cls.firm.id)], order="date")
        cls.contracts = cls.env["revenue.contract"].search([("company_id", "=", cls.firm.id)])

    def test_four_months_are_in_the_books_and_one_waits(self):
        self.assertEqual(self.closes.mapped("state"), ["locked", "locked", "locked", "posted", "computed"])
        self.assertFalse(any(self.closes.mapped("difference")), "subledger = ledger")
        posted = self.closes[:4]
        self.assertTrue(all(posted.move_ids.mapped(lambda move: move.state == "posted")))
        self.assertLessEqual(
            {"billing", "revenue", "presentation", "contract_cost", "amortisation"},
            set(self.closes.posting_ids.mapped("kind")),
        )
        self.assertEqual(self.closes.prepared_by_id.mapped("name"), ["Ines Albers"])
        self.assertEqual(self.closes.approved_by_id.mapped("name"), ["Marek Dvorak"])
        self.assertTrue(all(len(close.posting_ids) > 1 for close in self.closes))

    def test_every_kind_of_contract(self):
        self.assertLessEqual(
            {"straight_line", "usage", "cost_to_cost", "milestones", "point_in_time"},
            set(self.contracts.obligation_ids.mapped("measure")),
        )
        self.assertEqual(set(self.contracts.modification_ids.mapped("state")), {"applied", "proposed"})
        self.assertEqual(set(self.contracts.price_change_ids.mapped("constrained")), {True, False})
        self.assertTrue(self.contracts.cost_ids)

    def test_what_has_no_price_waits_on_the_worklist(self):
        waiting = self.contracts.filtered(lambda contract: contract.state == "draft")
        self.assertEqual(waiting.partner_id.name, "Juniper Outfitters")
        self.assertEqual(waiting.todo_ids.mapped("kind"), ["ssp"])
        self.assertEqual(self.closes[-1].exception_ids.filtered("blocking").contract_id, waiting)

    def test_it_is_each_once(self):
        companies = self.env["res.company"].search_count([])
        closes = self.env["revenue.close"].search_count([])
        self.env["revenue.close"]._load_demo()
        self.assertEqual(self.env["res.company"].search_count([]), companies)
        self.assertEqual(self.env["revenue.close"].search_count([]), closes)

    def test_installed_again_it_continues_nobody_twice(self):
        """The people have their groups again; what a firm posted before the module was uninstalled is in its ledger."""
        accountant, controller = people(self.env)
        group = self.env.ref("revenue_recognition.group_revenue_controller")
        controller.group_ids -= group
        self.assertEqual(people(self.env), (accountant, controller))
        self.assertIn(group, controller.group_ids)
        self.firm.revenue_journal_id = False
        for name in ("billing_software", "revenue_software_continued"):
            xmlid = {"xml_id": f"__demo__.{name}", "record": self.firm, "noupdate": True}
            self.env["ir.model.data"]._update_xmlids([xmlid])
        closes = self.env["revenue.close"].search_count([])
        self.env["revenue.close"]._load_demo()
        self.assertEqual(self.env["revenue.close"].search_count([]), closes)
        self.assertFalse(self.firm.revenue_journal_id)


@tagged("post_install", "-at_install")
class TestDemoDay(TransactionCase):
    """The demo can be made at any hour: at midnight too, its days are those of the firm."""

    def test_days_are_those_of_the_firm(self):
        self.env.company.partner_id.tz = "Pacific/Auckland"
        with freeze_time("2026-03-10 23:30:00"):
            books = Books(self.env, self.env.company)
        order = self.env["sale.order"].new({"date_order": "2026-01-05 23:30:00"})
        self.assertEqual((str(books.today), str(books.sold(order))), ("2026-03-11", "2026-01-06"))
