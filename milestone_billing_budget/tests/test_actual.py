from odoo.fields import Command
from odoo.tests import tagged

from .common import BudgetCommon


@tagged("post_install", "-at_install")
class TestActual(BudgetCommon):
    """What is spent, committed, earned, billed and paid, each cent once."""

    def test_timesheets_count_for_the_milestone_of_their_task(self):
        project = self._start()
        self._budget(project)
        design, build = self._plan(project)
        self._work(design.task_ids, 10.0)
        below = self.env["project.task"].create(
            {"name": "Sketch", "project_id": project.id, "parent_id": design.task_ids.id}
        )
        self._work(below, 2.0)
        loose = self.env["project.task"].create({"name": "Loose", "project_id": project.id})
        line = self._work(loose, 3.0)
        self.assertEqual(self._of(design).hours.spent, 12)
        self.assertEqual(self._of(design).cost.spent, 600)
        self.assertEqual(self._total(project).hours.spent, 15)
        line.task_id = build.task_ids
        self.assertEqual(self._of(build).hours.spent, 3)
        line.unlink()
        self.assertEqual(self._total(project).hours.spent, 12)
        self.assertRecordValues(
            design, [{"budget_hours": 40.0, "spent_hours": 12.0, "budget_cost": 1600.0, "spent_cost": 600.0}]
        )

    def test_a_milestone_with_tasks_in_two_projects_shows_both(self):
        project, other = self._start(), self._start()
        self._budget(project)
        self._budget(other)
        design = self._plan(project)[0]
        abroad = self.env["project.task"].create({"name": "Abroad", "project_id": other.id})
        design.task_ids |= abroad
        self._work(design.task_ids - abroad, 4.0)
        self._work(abroad, 3.0)
        row = {"task_id": abroad.id, "kind": "labour", "hours": 5.0, "cost": 100.0}
        self.versions._record(other, [*other._budget_proposal(), row], "Abroad")
        self.env.invalidate_all()
        self.assertRecordValues(
            design,
            [{"budget_hours": 45.0, "spent_hours": 7.0, "budget_cost": 1700.0, "spent_cost": 350.0}],
        )
        company = self.setup_other_company()["company"]
        company.sudo().currency_id = self.setup_other_currency("CHF", rates=[("2016-01-01", 2.0)])
        third = self._start()
        third.company_id = company
        abroad.project_id = third
        self.versions.with_company(company)._record(third, [row | {"cost": 200.0}], "Abroad")
        self.env.invalidate_all()
        self.assertNotEqual(third.budget_id.currency_id, project.budget_id.currency_id)
        self.assertRecordValues(
            design,
            [
                {
                    "budget_currency_id": self.company.currency_id.id,
                    "budget_hours": 45.0,
                    "spent_hours": 7.0,
                    "budget_cost": 1600.0,
                    "spent_cost": 200.0,
                }
            ],
        )

    def test_a_task_that_moves_takes_its_hours_and_its_budget_along(self):
        project = self._start()
        design, build = self._plan(project)
        task = self.env["project.task"].create({"name": "Extra", "project_id": project.id})
        row = {"task_id": task.id, "kind": "labour", "hours": 5.0, "cost": 100.0}
        self.versions._record(project, [row], "Extra")
        self._work(task, 1.0)
        task.milestone_id = design.project_milestone_id
        self.assertEqual((self._of(design).hours.budget, self._of(design).hours.spent), (5, 1))
        task.milestone_id = build.project_milestone_id
        self.assertEqual((self._of(build).hours.budget, self._of(build).hours.spent), (5, 1))
        task.active = False
        self.assertEqual(self._of(build).hours.spent, 1, "archived work was done all the same")

    def test_bills_count_once_and_credit_notes_reduce(self):
        project = self._start()
        self._budget(project)
        bill = self._bill_of(project, 300.0)
        self._bill_of(project, 999.0, post=False)
        self.assertEqual(self._total(project).cost.spent, 300)
        refund = self._bill_of(project, 100.0, "in_refund")
        self.assertEqual(self._total(project).cost.spent, 200)
        self._bill_of(project, 50.0, analytic_distribution={str(project.account_id.id): 40})
        self.assertEqual(self._total(project).cost.spent, 220)
        refund.button_draft()
        bill.button_draft()
        self.assertEqual(self._total(project).cost.spent, 20)

    def test_what_is_booked_to_income_is_no_cost(self):
        project = self._start()
        self._budget(project)
        design = self._plan(project)[0]
        design.action_attain()
        self._drain()
        total = self._total(project)
        self.assertEqual(total.cost.spent, 0)
        self.assertEqual(total.money["earned_amount"], 4800)
        self.assertEqual(total.money["billed_amount"], 4800)
        self.assertEqual(total.money["paid_amount"], 0)
        self._pay(design.invoice_ids, 2400.0)
        self.assertEqual(self._total(project).money["paid_amount"], 2400)
        self.assertEqual(self._of(design).money["paid_amount"], 2400)
        self.env.invalidate_all()
        self.assertRecordValues(design, [{"earned_amount": 4800.0, "budget_margin": 4800.0}])

    def _pay(self, moves, amount):
        wizard = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=moves.ids)
        return wizard.create({"amount": amount, "payment_date": moves.invoice_date})._create_payments()

    def test_what_is_written_off_is_not_paid(self):
        project = self._start()
        self._budget(project)
        design = self._plan(project)[0]
        design.action_attain()
        self._drain()
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=design.invoice_ids.ids
        )
        wizard.create(
            {
                "amount": 4000.0,
                "payment_date": design.invoice_ids.invoice_date,
                "payment_difference_handling": "reconcile",
                "writeoff_account_id": self.company_data["default_account_expense"].id,
            }
        )._create_payments()
        self.assertIn(design.invoice_ids.payment_state, ("paid", "in_payment"))
        self.assertEqual(self._total(project).money["paid_amount"], 4000)

    def test_what_an_entry_settles_is_not_paid(self):
        project = self._start()
        self._budget(project)
        design = self._plan(project)[0]
        design.action_attain()
        self._drain()
        due = design.invoice_ids.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "line_ids": [
                    Command.create({"account_id": due.account_id.id, "partner_id": due.partner_id.id, "credit": 800.0}),
                    Command.create({"account_id": self.company_data["default_account_expense"].id, "debit": 800.0}),
                ],
            }
        )
        entry.action_post()
        (due | entry.line_ids.filtered("credit")).reconcile()
        self.assertEqual(self._total(project).money["paid_amount"], 0)
        self._pay(design.invoice_ids, 1000.0)
        self.assertEqual(self._total(project).money["paid_amount"], 1000)

    def test_what_a_credit_note_settles_is_not_paid(self):
        project = self._start()
        self._budget(project)
        design = self._plan(project)[0]
        design.action_attain()
        self._drain()
        design.invoice_ids._reverse_moves(cancel=True)
        total = self._total(project)
        self.assertEqual((total.money["billed_amount"], total.money["paid_amount"]), (0, 0))

    def test_paid_is_told_without_taxes(self):
        tax = self._make_tax(25)
        order = self._make_order({"price_unit": 1000.0, "tax_ids": [Command.set(tax.ids)]})
        self._make_schedule(order, 100)
        order.action_confirm()
        project = order.order_line.project_id
        self._budget(project)
        order.billing_milestone_ids.action_attain()
        self._drain()
        self._pay(order.invoice_ids, 625.0)
        self.assertEqual(self._total(project).money["paid_amount"], 500)

    def test_a_deposit_delivered_nowhere_counts_for_the_project_of_its_order(self):
        project = self._start(
            {"name": "Deposit", "percent": 30, "due_on": "confirmation"},
            {"name": "Build", "amount_type": "balance", "due_on": "task"},
        )
        self._budget(project)
        self._drain()
        self.assertEqual(self._total(project).money["billed_amount"], 3600)
        self._work(self._plan(project)[-1].task_ids, 10.0)
        panel = project.get_budget_panel()
        self.assertEqual(
            panel["total"]["revenue"],
            {"earned": 3600.0, "billed": 3600.0, "paid": 0.0, "margin": 3100.0, "cash": -500.0},
        )

    def test_an_expected_end_replaces_the_budget(self):
        project = self._start()
        design, build = self._plan(project)
        rows = project._budget_proposal()
        rows[0] |= {"has_expected": True, "expected_hours": 55.0, "expected_cost": 2500.0}
        self.versions._record(project, rows, "It takes longer")
        self._work(design.task_ids, 20.0)
        self._work(build.task_ids, 70.0)
        self.assertEqual(self._of(design).hours.at_completion, 55)
        self.assertEqual(self._of(build).hours.at_completion, 70)
        total = self._total(project)
        self.assertEqual((total.hours.budget, total.hours.to_complete, total.hours.at_completion), (100, 35, 125))
        self.assertEqual(total.cost.at_completion, 2500 + 3500)

    def test_what_is_bought_meets_what_any_milestone_expects(self):
        project = self._start()
        design, build = self._plan(project)
        rows = [
            {"milestone_id": build.id, "kind": "purchase", "hours": 0.0, "cost": 30000.0},
            {"milestone_id": design.id, "kind": "purchase", "hours": 0.0, "cost": 10000.0},
        ]
        self.versions._record(project, rows, "Equipment")
        self.assertEqual(self._of(build).cost.to_complete, 30000)
        self._bill_of(project, 20000.0)
        self.assertEqual(self._of(build).cost.to_complete, 15000)
        self.assertEqual(self._of(design).cost.to_complete, 5000)
        self.assertEqual(self._total(project).cost.at_completion, 40000)
        self._bill_of(project, 20000.0)
        self.assertEqual(self._total(project).cost.to_complete, 0)
        self.assertEqual(self._total(project).cost.at_completion, 40000)
        self._bill_of(project, 1000.0)
        self.assertEqual(self._total(project).cost.at_completion, 41000)

    def test_an_attained_milestone_takes_no_more_work_unless_somebody_said_so(self):
        project = self._start()
        design, build = self._plan(project)
        self._budget(project)
        self._work(design.task_ids, 30.0)
        design.action_attain()
        self.assertEqual(self._of(design).hours.to_complete, 0)
        self.assertEqual(self._of(design).cost.at_completion, 1500)
        self.assertEqual(self._of(build).hours.to_complete, 60)
        rows = project._budget_proposal()
        rows[0] |= {"has_expected": True, "expected_hours": 35.0, "expected_cost": 1750.0}
        self.versions._record(project, rows, "Some is left to mend")
        self.assertEqual(self._of(design).hours.to_complete, 5)
        self.assertEqual(self._of(design).cost.at_completion, 1750)

    def test_projects_that_share_an_account_count_its_bills_once(self):
        first, second = self._start(), self._start()
        for project in (first, second):
            self._budget(project)
        second.account_id = first.account_id
        self._bill_of(first, 300.0)
        both = first | second
        self.assertEqual([self._total(project).cost.spent for project in both], [300, 0])
        self.assertEqual(
            [stand.cost.spent for key, stand in both._budget_standings().items() if key[1] == 0].count(300), 1
        )
        self.assertIn("counted here", first.get_budget_panel()["missing"][0])
        self.assertIn("another project", second.get_budget_panel()["missing"][0])
        second.account_id = False
        second.action_set_up_costs()
        self.assertFalse(first.get_budget_panel()["missing"] + second.get_budget_panel()["missing"])

    def test_goods_that_went_through_the_stock_cost_once(self):
        project = self._start()
        self._budget(project)
        goods = self.env["product.product"].create({"name": "Pump", "type": "consu"})
        stock = self.env["account.account"].create({"name": "Stock", "code": "STCK1", "account_type": "asset_current"})
        self._bill_of(project, 700.0, account_id=stock.id, product_id=goods.id)
        self.assertEqual(self._total(project).cost.spent, 0, "it lies in the stock")
        picked = self.env["account.analytic.line"].create(
            {"name": "OUT/1", "account_id": project.account_id.id, "amount": -700.0, "product_id": goods.id}
        )
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_analytic_line SET category = 'picking_entry' WHERE id = %s", [picked.id])
        self.assertEqual(self._total(project).cost.spent, 700, "the transfer took it")
        sold = self.env["account.move"].create(
            {
                "move_type": "entry",
                "line_ids": [
                    Command.create({"account_id": stock.id, "credit": 600.0}),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_expense"].id,
                            "debit": 600.0,
                            "product_id": goods.id,
                            "analytic_distribution": {str(project.account_id.id): 100},
                        }
                    ),
                ],
            }
        )
        sold.action_post()
        self.assertEqual(self._total(project).cost.spent, 700, "600 of cost of goods sold, 100 not sold yet")

    def _item(self, project, amount, category="other", **values):
        """Book an item to the project's analytic account, as transfers do or by hand."""
        item = self.env["account.analytic.line"].create(
            {"name": "Item", "account_id": project.account_id.id, "amount": amount, **values}
        )
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_analytic_line SET category = %s WHERE id = %s", [category, item.id])
        return item

    def test_goods_that_came_back_cost_nothing(self):
        project = self._start()
        self._budget(project)
        goods = self.env["product.product"].create({"name": "Pump", "type": "consu"})
        self._item(project, -1000.0, "picking_entry", product_id=goods.id)
        self._item(project, 400.0, "picking_entry", product_id=goods.id)
        self.assertEqual(self._total(project).cost.spent, 600)
        self._bill_of(project, 150.0, product_id=goods.id)
        self.assertEqual(self._total(project).cost.spent, 600, "150 of it are billed")

    def test_what_is_typed_and_taken_back_is_no_cost(self):
        project = self._start()
        self._budget(project)
        self._item(project, -500.0)
        self._item(project, -500.0)
        self._item(project, 700.0)
        self.assertEqual(self._total(project).cost.spent, 1000, "700 is some other income")
        for left in (500, 0, 0):
            self._item(project, 500.0)
            self.assertEqual(self._total(project).cost.spent, left)

    def test_what_no_milestone_bills_is_earned_as_it_is_delivered(self):
        order = self._make_order({"product_uom_qty": 3.0, "price_unit": 100.0, "discount": 10.0})
        order.action_confirm()
        project = order.order_line.project_id
        self._budget(project)
        self.assertFalse(order.billing_milestone_ids)
        self.assertEqual(self._total(project).money["earned_amount"], 0)
        order.order_line.qty_delivered = 2.0
        self.assertEqual(self._total(project).money["earned_amount"], 180)
        self.assertEqual(self._total(project).margin, 180)
        # What milestones bill is earned by them alone.
        planned = self._start()
        self._budget(planned)
        planned.sale_order_id.order_line.qty_delivered = 50.0
        self.assertEqual(self._total(planned).money["earned_amount"], 0)

    def test_a_cancelled_order_keeps_what_it_billed(self):
        project = self._start()
        self._budget(project)
        design = self._plan(project)[0]
        design.action_attain()
        self._drain()
        self._pay(design.invoice_ids, 1200.0)
        order = project.sale_order_id
        order._action_cancel()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(self._total(project).money["billed_amount"], 4800)
        self.assertEqual(self._total(project).money["paid_amount"], 1200)

    def test_the_report_says_what_the_panel_says(self):
        project = self._start()
        design, build = self._plan(project)
        row = {"milestone_id": design.id, "kind": "purchase", "hours": 0.0, "cost": 1000.0}
        self.versions._record(project, [*project._budget_proposal(), row, {**row, "milestone_id": build.id}], "Agreed")
        self._work(design.task_ids, 50.0)
        self._work(build.task_ids, 7.5)
        self._bill_of(project, 300.0)
        design.action_attain()
        self._drain()
        report = self.env["project.budget.report"]
        for milestone in (design, build, design.browse()):
            domain = [("project_id", "=", project.id), ("milestone_id", "=", milestone.id)]
            names = (
                "budget_hours",
                "spent_hours",
                "hours_to_complete",
                "spent_cost",
                "cost_to_complete",
                "cost_at_completion",
                "earned_amount",
                "margin_amount",
            )
            [sums] = report._read_group(domain, [], [f"{name}:sum" for name in names])
            stand = project._budget_standings()[project.id, milestone.id or None]
            self.assertEqual(
                [round(value or 0.0, 2) for value in sums],
                [
                    float(value)
                    for value in (
                        stand.hours.budget,
                        stand.hours.spent,
                        stand.hours.to_complete,
                        stand.cost.spent,
                        stand.cost.to_complete,
                        stand.cost.at_completion,
                        stand.money["earned_amount"],
                        stand.margin,
                    )
                ],
            )

    def test_rows_of_the_report_keep_their_ids(self):
        project = self._start()
        design, _build = self._plan(project)
        self._budget(project)
        for _number in range(3):
            self._work(design.task_ids, 1.0)
        self._bill_of(project, 300.0)
        design.action_attain()
        self._drain()
        self._pay(design.invoice_ids, 2400.0)
        report = self.env["project.budget.report"]
        names = ["milestone_id", "kind", "date", "spent_cost", "earned_amount", "billed_amount", "paid_amount"]
        every = report.search([("project_id", "=", project.id)])
        self.assertEqual(len(set(every.ids)), len(every))
        self.assertLess(max(every.ids), 2**53)
        before = {row["id"]: row for row in every.read(names)}
        self.env.invalidate_all()
        some = report.search([("project_id", "=", project.id), ("spent_cost", ">", 0)], limit=2)
        self.assertEqual(some.read(names), [before[row.id] for row in some])
        # Others come before, in the query and in the table.
        first = self._start()
        self._budget(first)
        self._work(self._plan(first)[0].task_ids, 9.0)
        self.env.invalidate_all()
        self.assertEqual({row["id"]: row for row in report.browse(every.ids).read(names)}, before)

    def test_another_currency_is_converted_at_its_day(self):
        project = self._start()
        self._budget(project)
        currency = self.setup_other_currency("CHF", rates=[("2016-01-01", 2.0), ("2026-03-05", 4.0)])
        bill = self._bill_of(project, 400.0, post=False)
        bill.currency_id = currency
        bill.action_post()
        self.assertEqual(self._total(project).cost.spent, 100)

    def test_days_of_timesheets_are_hours(self):
        project = self._start()
        self._budget(project)
        line = self._work(self._plan(project)[0].task_ids, 2.0)
        line.product_uom_id = self.env.ref("uom.product_uom_day")
        self.assertEqual(self._total(project).hours.spent, 16)

    def test_another_company_s_rate_of_what_is_booked_there(self):
        other = self.setup_other_company()["company"]
        self.env.user.company_ids |= other
        currency = self.setup_other_currency("CHF", rates=[("2016-01-01", 2.0)])
        other.sudo().currency_id = currency
        project = self._start()
        self._budget(project)
        project.account_id.company_id = False
        self.env["account.analytic.line"].create(
            {
                "name": "Abroad",
                "account_id": project.account_id.id,
                "amount": -80.0,
                "company_id": other.id,
                "date": "2026-03-01",
            }
        )
        self.assertEqual(self._total(project).cost.spent, 40)
