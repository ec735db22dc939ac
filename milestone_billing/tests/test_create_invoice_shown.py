from lxml import etree

from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .advance_common import AdvanceCommon


@tagged("post_install", "-at_install")
class TestCreateInvoiceShown(AdvanceCommon):
    """*Create Invoice* is on the order for whoever is told to press it, though all its lines are invoiced."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = new_test_user(
            cls.env, "seller", groups="sales_team.group_sale_salesman_all_leads", company_id=cls.company.id
        )

    def _start_billed(self):
        """Confirm an order of 1,000 whose two milestones are billed; return it."""
        order, milestones = self._start()
        self._bill(*milestones)
        return order

    def _shown(self, order):
        """Return what the buttons *Create Invoice* that the form of an order shows a salesperson begin with."""
        order = order.with_user(self.salesman)
        self.env.invalidate_all()
        tree = etree.fromstring(order.get_view(view_type="form")["arch"])
        buttons = tree.xpath("//header/button[@string='Create Invoice']")
        self.assertEqual(len(buttons), 2)
        values = {name: order[name] for name in ("invoice_status", "state", "billing_rest")}
        shown = [button for button in buttons if not safe_eval(button.get("invisible"), dict(values))]
        return ["down payment" if button.get("context") else "invoice" for button in shown]

    def _note(self, order):
        kind = self.env.ref("milestone_billing.mail_activity_advance")
        return order.activity_ids.filtered(lambda row: row.activity_type_id == kind).note

    def test_order_lowered_below_what_is_billed(self):
        order = self._start_billed()
        self.assertEqual((order.invoice_status, self._shown(order)), ("invoiced", []))
        order.order_line.price_unit = 600.0
        self._drain()
        self.assertEqual(self._shown(order), ["invoice"])
        note = self._create_invoice(order.with_user(self.salesman))
        self.assertRecordValues(note, [{"move_type": "out_refund", "amount_untaxed": 400.0}])
        self.assertNotIn("invoice", self._shown(order))

    def test_milestone_undone(self):
        order = self._start_billed()
        order.billing_schedule_ids.milestone_ids[1].action_undo()
        self._drain()
        self.assertEqual(self._shown(order), ["invoice"])
        self._create_invoice(order.with_user(self.salesman))
        self.assertNotIn("invoice", self._shown(order))

    def test_held(self):
        """What is held is not credited, so nothing is offered."""
        order = self._start_billed()
        order.order_line.price_unit = 600.0
        self.env["billing.hold"].create({"reason": "Dispute", "order_id": order.id})
        self.assertNotIn("invoice", self._shown(order))

    def test_left_of_down_payments(self):
        order = self._start_billed()
        self._pay_in_advance(order)
        self.assertIn("Create Invoice", self._note(order))
        self.assertEqual((order.invoice_status, self._shown(order)), ("invoiced", ["invoice"]))
        self._create_invoice(order.with_user(self.salesman)).with_user(self.env.user).action_post()
        self.assertEqual(self._shown(order), [])

    def test_came_off_too_much(self):
        order, milestones = self._start()
        advance = self._pay_in_advance(order)
        self._bill(*milestones)
        self._credit(advance)
        self.assertIn("Create Invoice", self._note(order))
        self.assertEqual((order.invoice_status, self._shown(order)), ("invoiced", ["invoice"]))

    def test_something_to_invoice(self):
        """Odoo's own button is one, not two."""
        order, milestones = self._start(schedule={"invoice_policy": "draft"})
        self.assertEqual((order.invoice_status, self._shown(order)), ("no", ["down payment"]))
        milestones[0].action_attain()
        order.order_line._billing_refresh()
        self.assertEqual((order.invoice_status, self._shown(order)), ("to invoice", ["invoice"]))

    def test_price_that_is_typed(self):
        """A form that was not saved yet offers what the order as it is has."""
        order = self._start_billed()
        with Form(order.with_user(self.salesman)) as form:
            with form.order_line.edit(0) as line:
                line.price_unit = 600.0
            self.assertFalse(form.billing_rest)
        self.assertEqual(self._shown(order), ["invoice"])

    def test_reader_without_the_button(self):
        """Who is asked and is no salesperson reads whom to ask."""
        manager = new_test_user(
            self.env, "manager", groups="milestone_billing.group_billing_manager", company_id=self.company.id
        )
        for person, told in ((manager, True), (self.salesman, False)):
            self.company.billing_manager_id = person
            order = self._start_billed()
            self._pay_in_advance(order)
            self.assertEqual("is for salespeople" in self._note(order), told)
