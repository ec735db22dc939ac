from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestCompany(BillingCommon):
    """Several companies, branches, and the copies that people make of orders and projects."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]
        cls.product = cls._make_service("Shared", "no", property_account_income_id=False)

    def _start(self, company, *percents, **values):
        self.env.user.company_ids |= company
        order = self._make_order(1000.0, product=self.product, company_id=company.id)
        schedule = self._make_schedule(order, *(percents or (100,)), **values)
        order.with_company(company).action_confirm()
        return schedule.milestone_ids

    def test_one_drain_bills_each_company_in_its_own_books(self):
        mine, theirs = self._start(self.company), self._start(self.other)
        self.assertEqual(theirs.company_id, self.other)
        (mine | theirs).action_attain()
        self.assertEqual(self._drain()["billed"], 2)
        for milestone in mine | theirs:
            invoice = milestone.invoice_ids
            self.assertRecordValues(invoice, [{"company_id": milestone.company_id.id, "state": "posted"}])
            self.assertEqual(invoice.journal_id.company_id, milestone.company_id)
            self.assertIn(milestone.company_id, invoice.invoice_line_ids.account_id.company_ids)

    def test_customer_of_two_companies_gets_an_invoice_of_each(self):
        milestones = self._start(self.company, grouping="customer") | self._start(self.other, grouping="customer")
        milestones.action_attain()
        self._drain()
        self.assertEqual(len(milestones.invoice_ids), 2)

    def test_branch_bills_with_the_chart_of_its_parent(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        milestone = self._start(branch)
        milestone.action_attain()
        self.assertEqual(self._drain()["failed"], 0)
        self.assertRecordValues(milestone.invoice_ids, [{"company_id": branch.id, "state": "posted"}])

    def test_lock_date_of_the_parent_holds_for_the_branch(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        milestone = self._start(branch)
        self.company.fiscalyear_lock_date = fields.Date.today()
        milestone.action_attain()
        self._drain()
        self.assertEqual(milestone.state, "failed")
        self.assertIn("locked", milestone.block_reason)

    def test_records_of_another_company_are_out_of_sight(self):
        theirs = self._start(self.other)
        theirs.action_attain()
        user = new_test_user(
            self.env,
            "billing-one-company",
            groups="base.group_user,milestone_billing.group_billing_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        for records in (theirs.schedule_id, theirs, theirs.allocation_ids, theirs.attainment_ids):
            self.assertFalse(records.with_user(user).search([("id", "in", records.ids)]), records._name)

    # === COPIES === #

    def test_copied_order_has_the_plan_and_nothing_attained(self):
        order = self._make_order(600.0, 400.0)
        first = order.order_line[0]
        schedule = self._make_schedule(
            order,
            {"percent": 100, "line_ids": [Command.set(first.ids)], "due_on": "manual"},
            {"percent": 100, "line_ids": [Command.set(order.order_line[1].ids)], "due_on": "task"},
            external_key="PSA-1",
            grouping="order",
        )
        order.action_confirm()
        schedule.milestone_ids[0].action_attain()
        self._drain()
        copied = order.copy()
        plan = copied.billing_schedule_ids
        self.assertRecordValues(plan, [{"external_key": False, "grouping": "order", "state": "draft"}])
        self.assertEqual(plan.milestone_ids.mapped("amount"), [600.0, 400.0])
        self.assertEqual(plan.milestone_ids[0].line_ids, copied.order_line[0])
        self.assertFalse(plan.milestone_ids.attainment_ids)
        self.assertFalse(plan.milestone_ids.task_ids | plan.milestone_ids.project_milestone_id.task_ids)
        self.assertEqual(set(plan.milestone_ids.mapped("billed_amount")), {0.0})
        self._bill_all(copied)
        self.assertEqual(sum(copied.invoice_ids.mapped("amount_untaxed")), 1000.0)
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 600.0)

    def test_duplicated_project_neither_bills_nor_delivers_the_old_order(self):
        self.env.user.group_ids |= self.env.ref("project.group_project_milestone")
        product = self._make_service("Phases", "task_in_project", invoice_policy="delivery", service_type="milestones")
        order = self._make_order(1000.0, product=product)
        schedule = self._make_schedule(order, {"name": "Build", "due_on": "task", "percent": 100})
        order.action_confirm()
        milestone = schedule.milestone_ids
        project = milestone.project_milestone_id.project_id
        copied = project.copy()
        copied.task_ids.write({"state": "1_done"})
        copied.milestone_ids.write({"is_reached": True})
        self._drain()
        self.assertFalse(milestone.attainment_ids)
        self.assertEqual(order.order_line.qty_delivered, 0.0)
        self.assertFalse(order.invoice_ids)
        self.assertFalse(copied.task_ids.billing_milestone_ids)
