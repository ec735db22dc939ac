from odoo.tests import TransactionCase, tagged


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

    def test_it_is_told_once(self):
        companies = self.env["res.company"].search_count([])
        closes = self.env["revenue.close"].search_count([])
        self.env["revenue.close"]._load_demo()
        self.assertEqual(self.env["res.company"].search_count([]), companies)
        self.assertEqual(self.env["revenue.close"].search_count([]), closes)
