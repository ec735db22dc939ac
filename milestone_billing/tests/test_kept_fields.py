from odoo.addons.record_protection.tests.common import sort_stored_fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import BillingCommon

#: What people enter, by model. All other stored fields of ours follow from what happens: they are read-only, and kept.
ENTERED = {
    "billing.hold": "milestone_id",
    "billing.milestone": """
        schedule_id sequence name external_key due_on date offset_number offset_unit offset_from offset_milestone_id
        task_ids task_pattern project_milestone_id planned_date amount_type percent amount_fixed line_ids
        payment_term_id description hold_ids
    """,
    "billing.forecast.scenario": "project_ids milestone_ids",
    "billing.schedule": """
        order_id sequence name external_key template_id cover_all line_ids milestone_ids invoice_policy grouping
        invoice_date_policy change_rule advance_policy payment_term_id notify_partner_ids notify_customer
        show_to_customer
    """,
    "project.task.type": "billing_closes",
    "billing.schedule.rule": """
        sequence name active company_id template_id partner_ids category_ids currency_id amount_min amount_max
    """,
    "billing.schedule.template": """
        sequence name active company_id milestone_ids invoice_policy grouping invoice_date_policy change_rule
        advance_policy payment_term_id notify_customer show_to_customer note
    """,
    "billing.schedule.template.milestone": """
        template_id sequence name due_on date offset_number offset_unit offset_from_id task_pattern amount_type percent
        amount_fixed line_pattern category_ids payment_term_id description
    """,
    "res.company": """
        billing_invoice_policy billing_grouping billing_invoice_date billing_change_rule billing_manager_id
        billing_notify_partner_ids billing_advance_policy billing_closing_policy
    """,
    "sale.order": "billing_schedule_ids",
    "sale.order.template": "billing_template_id",
}


@tagged("post_install", "-at_install")
class TestKeptFields(BillingCommon):
    """What follows from what happens is entered by nobody, over whatever way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.admin.group_ids |= cls.env.user.group_ids
        cls.admin.company_ids |= cls.company
        cls.admin.company_id = cls.company
        cls.seller = new_test_user(
            cls.env, "seller", "sales_team.group_sale_salesman,account.group_account_user", company_id=cls.company.id
        )
        cls.order = cls._make_order(1000.0, user_id=cls.seller.id)
        cls.plan = cls._make_schedule(cls.order, 50, 50)
        cls.order.action_confirm()
        cls.milestone, cls.rest = cls.plan.milestone_ids

    def assertKept(self, act, *arguments):
        with self.assertRaises(UserError), self.env.cr.savepoint():
            act(*arguments)
            self.env.flush_all()
        self.env.invalidate_all()

    def _as(self, record):
        """The records as each of those who come closest: the administrator, and a salesperson who keeps books."""
        return [record.with_user(user) for user in (self.admin, self.seller)]

    def test_every_stored_field_is_decided(self):
        _kept, entered = sort_stored_fields(self.env, "milestone_billing")
        decided = {model: set(names.split()) for model, names in ENTERED.items()}
        for model in sorted(entered.keys() | decided):
            with self.subTest(model):
                self.assertEqual(entered.get(model, set()), decided.get(model, set()))

    def test_nothing_kept_is_copied(self):
        kept, _entered = sort_stored_fields(self.env, "milestone_billing")
        for model, names in kept.items():
            record = self.env[model].search([], limit=1).with_user(self.admin)
            if record:
                self.assertFalse(names & record.copy_data()[0].keys(), model)

    def test_where_a_milestone_stands_is_not_entered(self):
        other = self._make_schedule(self._make_order(10.0), 100)
        for name, value in {
            "is_held": False,
            "attained_percent": 100.0,
            "attained_date": "2026-01-01",
            "state": "paid",
            "status": "paid",
            "order_id": other.order_id.id,
            "company_id": self.env.company.id,
            "partner_id": self.customer.id,
            "amount": 5.0,
            "due_amount": 5.0,
            "billed_amount": 5.0,
            "to_bill_amount": 0.0,
            "due_date": "2026-01-01",
            "billing_round": 7,
            "is_change_order": True,
            "attainment_ids": [Command.create({"percent": 100, "date": "2026-01-01", "source": "api", "key": "x"})],
            "allocation_ids": [Command.create({"line_id": self.order.order_line.id, "amount": 5.0})],
            "invoice_line_ids": [Command.clear()],
        }.items():
            for milestone in self._as(self.milestone):
                with self.subTest(field=name, user=milestone.env.user.login):
                    self.assertKept(milestone.write, {name: value})
                    self.assertKept(milestone.create, {"schedule_id": self.plan.id, "name": "M", name: value})
                    self.assertKept(milestone.schedule_id.write, {"milestone_ids": [(1, milestone.id, {name: value})]})
                    plain = milestone.with_context(**{f"default_{name}": value})
                    self.assertKept(plain.create, {"schedule_id": self.plan.id, "name": "M"})
        self.assertRecordValues(self.milestone, [{"state": "planned", "amount": 500.0, "attained_percent": 0.0}])

    def test_what_chose_or_sent_a_plan_is_not_entered(self):
        for plan in self._as(self.plan):
            for name in ("external_content", "rule_id", "state", "company_id", "currency_id", "partner_id"):
                self.assertKept(plan.write, {name: False})
        for order in self._as(self.order):
            self.assertKept(order.write, {"billing_milestone_ids": [Command.create({"name": "M"})]})
            self.assertKept(order.order_line.write, {"billing_schedule_id": False})
            self.assertKept(order.order_line.write, {"billing_allocation_ids": [Command.clear()]})

    def test_a_hold_is_put_and_released_in_ones_own_name(self):
        holds, other = self.env["billing.hold"].with_user(self.admin), self.seller
        values = {"milestone_id": self.milestone.id, "reason": "Wait"}
        for name, value in {
            "user_id": other.id,
            "released_by_id": other.id,
            "released_on": "2026-01-01 00:00:00",
            "is_active": False,
            "company_id": False,
        }.items():
            self.assertKept(holds.create, {**values, name: value})
            self.assertKept(holds.with_context(**{f"default_{name}": value}).create, values)
            self.assertKept(self.milestone.with_user(self.admin).write, {"hold_ids": [(0, 0, {**values, name: value})]})
        hold = holds.create(values)
        self.assertKept(hold.write, {"released_on": "2026-01-01 00:00:00"})
        self.assertKept(hold.write, {"milestone_id": self.rest.id})
        self.assertKept(hold.write, {"user_id": other.id})
        self.assertTrue(self.milestone.is_held)
        hold.action_release()
        self.assertRecordValues(hold, [{"user_id": self.admin.id, "released_by_id": self.admin.id}])
        self.assertFalse(self.milestone.is_held)

    def test_attainments_are_recorded_by_attaining_alone(self):
        values = {"milestone_id": self.milestone.id, "percent": 100, "date": "2026-01-01", "source": "api", "key": "k"}
        for rows in self._as(self.env["billing.attainment"]):
            self.assertKept(rows.create, values)
        self.milestone.with_user(self.admin).action_attain()
        self.assertEqual(self.milestone.attainment_ids.user_id, self.admin)
        for row in self._as(self.milestone.attainment_ids):
            self.assertKept(row.write, {"state": "billed"})

    def test_journal_items_stay_with_their_milestone(self):
        for posted in (False, True):
            self.plan.invoice_policy = "post" if posted else "draft"
            milestone = self.rest if posted else self.milestone
            milestone.action_attain()
            self._drain()
            [line] = milestone.invoice_line_ids
            self.assertEqual(line.parent_state, "posted" if posted else "draft")
            spare = self.milestone.allocation_ids
            for name, value in {
                "billing_allocation_id": False,
                "billing_milestone_id": False,
                "billing_key": False,
            }.items():
                for item in self._as(line):
                    with self.subTest(field=name, posted=posted):
                        self.assertKept(item.write, {name: value})
                        self.assertKept(item.move_id.write, {"invoice_line_ids": [(1, item.id, {name: value})]})
            for item in self._as(line):
                values = {"name": "x", "price_unit": 1.0, "billing_allocation_id": spare.id}
                self.assertKept(item.move_id.copy, {"invoice_line_ids": [Command.create(values)]})
            self.assertEqual(line.billing_milestone_id, milestone)
        self.assertEqual(self.plan.amount_billed, 1000.0)

    def test_credit_notes_of_people_stay_with_the_milestone(self):
        biller = new_test_user(self.env, "biller", "account.group_account_invoice", company_id=self.company.id)
        self.milestone.action_attain()
        self._drain()
        invoice = self.milestone.invoice_ids
        wizard = self.env["account.move.reversal"].with_user(biller)
        context = {"active_model": "account.move", "active_ids": invoice.ids}
        reversal = wizard.with_context(**context).create({"journal_id": invoice.journal_id.id})
        reversal.modify_moves()
        self.assertEqual(len(self.milestone.invoice_ids), 3)
        self.assertRecordValues(self.milestone, [{"billed_amount": 500.0, "credited_amount": 500.0}])

    def test_what_people_enter_still_goes_through(self):
        for milestone in self._as(self.milestone):
            milestone.write({"name": "Design", "percent": 40, "due_on": "manual", "planned_date": "2026-12-01"})
        self.assertEqual(self.milestone.amount, 400.0)
        self.plan.with_user(self.seller).write({"milestone_ids": [Command.create({"name": "Last", "percent": 10})]})
        self.assertEqual(self.plan.milestone_ids[-1].order_id, self.order)
