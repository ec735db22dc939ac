import base64
import io
import json
from unittest.mock import patch

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import BudgetCommon


@tagged("post_install", "-at_install")
class TestImport(BudgetCommon):
    """Budgets come from other systems, from workbooks and from templates, once and whole."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls._start()

    def _item(self, **values):
        lines = [{"milestone": "Design", "hours": 30, "cost": 1500.5}, {"kind": "purchase", "cost": 99}]
        return {"key": "psa-1", "project": self.project.id, "reason": "From the PSA", "lines": lines, **values}

    # === OTHER SYSTEMS === #

    def test_another_system_sets_a_budget_once(self):
        [dry] = self.versions.set([self._item()], dry_run=True)
        self.assertEqual((dry["status"], dry["budget_id"]), ("accepted", 0))
        self.assertFalse(self.project.budget_id)
        first, again = self.versions.set([self._item(), self._item()])
        self.assertEqual((first["status"], again["status"]), ("accepted", "duplicate"))
        self.assertEqual(self.versions.set([self._item()])[0]["status"], "duplicate")
        budget = self.project.budget_id
        self.assertRecordValues(budget, [{"number": 1, "cost": 1599.5, "hours": 30.0, "key": "psa-1"}])
        [answer] = self.versions.get([self.project.id])
        self.assertEqual((answer["found"], answer["version"], len(answer["lines"])), (True, 1, 2))
        self.assertEqual(answer["total"]["cost"]["budget"], 1599.5)
        json.dumps(answer)

    def test_nothing_is_a_number_that_may_be_expected(self):
        lines = [{"milestone": "Design", "hours": 30, "cost": 1500, "expected_hours": 0, "expected_cost": 0}]
        self.assertEqual(self.versions.set([self._item(lines=lines)])[0]["status"], "accepted")
        before = self.project.budget_id.line_ids._values()
        self.assertEqual((before["has_expected"], before["expected_hours"]), (True, 0.0))
        self._import(self.project._budget_workbook())
        self.assertRecordValues(self.project.budget_id, [{"number": 2}])
        self.assertEqual(self.project.budget_id.line_ids._values(), before)
        [answer] = self.versions.get([self.project.id])
        self.assertEqual(answer["lines"][0]["expected_cost"], 0.0)

    def test_what_is_expected_as_budgeted_is_said_too(self):
        """An attained milestone takes no more work, unless somebody said so."""
        lines = [
            {"milestone": "Design", "hours": 30, "cost": 1500, "expected_hours": 30, "expected_cost": 1500},
            {"milestone": "Build", "hours": 10, "cost": 500},
        ]
        self.versions.set([self._item(lines=lines)])
        before = [line._values() for line in self.project.budget_id.line_ids]
        self.assertEqual([row["has_expected"] for row in before], [True, False])
        self._import(self.project._budget_workbook())
        self.assertRecordValues(self.project.budget_id, [{"number": 2}])
        self.assertEqual([line._values() for line in self.project.budget_id.line_ids], before)
        [answer] = self.versions.get(self.project.ids)
        self.assertEqual(answer["lines"][0]["expected_hours"], 30.0)
        self.assertNotIn("expected_hours", answer["lines"][1])
        self.assertNotIn("expected_cost", answer["lines"][1])
        keys = {"milestone_id": "milestone", "task_id": "task"}
        again = [{keys.get(name, name): value or None for name, value in row.items()} for row in answer["lines"]]
        self.versions.set([self._item(key="psa-2", lines=again)])
        self.assertEqual([line._values() for line in self.project.budget_id.line_ids], before)

    def test_a_workbook_reads_the_names_that_it_writes(self):
        order = self.project.sale_order_id
        other = self._start()
        tasks = self.env["project.task"].create(
            [{"name": name, "project_id": self.project.id} for name in ("Survey", "Survey", "Old", "New", "New")]
        )
        tasks[1].state = "1_done"
        tasks[2].active = False
        tasks[4].active = False
        # A milestone of the same order in another project, of the same name.
        design, build = self._plan(self.project)
        build.name = "Design"
        build.project_milestone_id.project_id = other
        self.assertEqual(build.order_id, order)
        rows = [{"task_id": task.id, "kind": "labour", "hours": 1.0, "cost": 1.0} for task in tasks]
        rows += [{"milestone_id": row.id, "kind": "labour", "hours": 1.0, "cost": 1.0} for row in (design, build)]
        self.versions._record(self.project, rows, "Agreed")
        before = [line._values() for line in self.project.budget_id.line_ids]
        self._import(self.project._budget_workbook())
        self.assertRecordValues(self.project.budget_id, [{"number": 2}])
        self.assertEqual([line._values() for line in self.project.budget_id.line_ids], before)
        self.assertEqual(self.versions._parse_line(self.project, {"task": "New"})["task_id"], tasks[3].id)

    def test_what_is_no_id_is_not_found(self):
        self._budget(self.project)
        answers = self.versions.get([[1], {}, True, self.project.id])
        self.assertEqual([answer["found"] for answer in answers], [False, False, False, True])

    def test_many_are_read_by_one_query_of_the_facts(self):
        projects = self.project | self._start()
        with patch.object(
            type(projects), "_budget_measures", autospec=True, side_effect=type(projects)._budget_measures
        ) as sums:
            answers = self.versions.get(projects.ids)
        self.assertEqual((sums.call_count, len(answers)), (1, 2))

    def test_a_refused_item_does_not_keep_its_key(self):
        checks = [UserError("Not now"), None]
        with patch.object(type(self.project), "_check_budget_rows", side_effect=checks):
            statuses = [row["status"] for row in self.versions.set([self._item(), self._item(), self._item()])]
        self.assertEqual(statuses, ["refused", "accepted", "duplicate"])

    def test_what_is_wrong_is_refused_by_name_and_leaves_nothing(self):
        other = self._start()
        for values, reason in (
            ({"key": ""}, "key"),
            ({"project": "No such"}, "project"),
            ({"reason": " "}, "reason"),
            ({"lines": []}, "lines"),
            ({"lines": [{"hours": -1}]}, "line 1: hours"),
            ({"lines": [{}, {"hours": "8"}]}, "line 2: hours"),
            ({"lines": [{"kind": "beer"}]}, "kind"),
            ({"lines": [{"milestone": other.id * 1000}]}, "milestone"),
            ({"lines": [{"milestone": self._plan(other)[0].id}]}, "milestone"),
            ({"lines": [{"task": other.task_ids[0].id}]}, "task"),
            ({"lines": [{"colour": 1}]}, "colour"),
            ({"lines": ["x"]}, "dictionary"),
            ({"extra": 1}, "extra"),
        ):
            [result] = self.versions.set([self._item(**values)])
            self.assertEqual(result["status"], "refused", values)
            self.assertIn(reason, result["reason"])
        self.assertEqual(self.versions.set(["x"])[0]["status"], "refused")
        self.assertFalse(self.project.budget_id)
        self._plan(self.project)[1].name = "Design"
        self.assertIn("several", self.versions.set([self._item()])[0]["reason"])
        for items in ({}, "x", None, [{}] * 501):
            with self.assertRaises(UserError):
                self.versions.set(items)

    def test_who_may(self):
        user = new_test_user(
            self.env,
            "api_user",
            "project.group_project_user",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        with self.assertRaises(AccessError):
            self.versions.with_user(user).set([self._item()])
        self._budget(self.project)
        [answer] = self.versions.with_user(user).get([self.project.id])
        self.assertNotIn("cost", answer["lines"][0])
        self.assertNotIn("cost", answer["total"])
        self.project.privacy_visibility = "followers"
        self.assertEqual(
            self.versions.with_user(user).get([self.project.id]), [{"project_id": self.project.id, "found": False}]
        )
        portal = new_test_user(self.env, "api_portal", "base.group_portal")
        with self.assertRaises(AccessError):
            self.versions.with_user(portal).get([self.project.id])

    # === WORKBOOKS === #

    def _import(self, content):
        values = {"project_id": self.project.id, "reason": "New estimate", "content": base64.b64encode(content)}
        return self.env["project.budget.import"].create(values).action_import()

    def _book(self, *rows):
        book, stream = openpyxl.Workbook(), io.BytesIO()
        for row in rows:
            book.active.append(row)
        book.save(stream)
        return stream.getvalue()

    def test_what_is_downloaded_is_imported_again(self):
        rows = self.project._budget_proposal()
        rows[0] |= {"has_expected": True, "expected_hours": 55.5, "expected_cost": 2500.25}
        rows.append({**rows[1], "milestone_id": False, "kind": "other", "hours": 0.0, "cost": 12.34, "name": "=1+1"})
        self.versions._record(self.project, rows, "Agreed")
        before = [line._values() for line in self.project.budget_id.line_ids]
        self._import(self.project._budget_workbook())
        self.assertRecordValues(self.project.budget_id, [{"number": 2, "reason": "New estimate"}])
        self.assertEqual([line._values() for line in self.project.budget_id.line_ids], before)

    def test_rows_and_columns_that_are_wrong_are_named(self):
        head = ["milestone", "hours", "cost"]
        with self.assertRaises(UserError) as error:
            self._import(self._book(head, ["Design", 1, 2], ["Desing", 1, 2], [None, "many", 2]))
        self.assertIn("Row 3, milestone:", str(error.exception))
        self.assertIn("Row 4, hours:", str(error.exception))
        for content, reason in (
            (b"nothing", "no readable"),
            (self._book(["milestone", "price"]), "price"),
            (self._book(head), "no line"),
            (self._book(), "first row"),
        ):
            with self.assertRaisesRegex(UserError, reason):
                self._import(content)
        self.assertFalse(self.project.budget_id)

    # === TEMPLATES === #

    def test_a_template_says_what_a_milestone_takes(self):
        template = self.env["billing.schedule.template"].create(
            {
                "name": "Halves",
                "milestone_ids": [
                    (0, 0, {"name": "First", "percent": 50, "due_on": "manual", "template_hours": 30.0}),
                    (0, 0, {"name": "Rest", "percent": 50, "due_on": "manual", "template_cost_percent": 25.0}),
                ],
            }
        )
        order = self._make_order({"product_uom_qty": 100.0, "price_unit": 120.0})
        self.env["billing.schedule"].create({"order_id": order.id, "template_id": template.id})
        order.action_confirm()
        budget = self._budget(order.order_line.project_id)
        self.assertRecordValues(
            budget.line_ids,
            [{"name": "First", "hours": 30.0, "cost": 1200.0}, {"name": "Rest", "hours": 50.0, "cost": 1500.0}],
        )

    def test_the_cost_of_a_template_is_of_goods_and_work_together(self):
        goods = self.env["product.product"].create({"name": "Pump", "type": "consu", "standard_price": 4000.0})
        order = self._make_order(
            {"product_uom_qty": 100.0, "price_unit": 120.0},
            {"product_id": goods.id, "product_uom_qty": 1.0, "price_unit": 8000.0},
        )
        self._make_schedule(order, {"name": "All", "percent": 100, "due_on": "manual"})
        order.billing_milestone_ids.template_cost_percent = 30.0
        order.action_confirm()
        budget = self._budget(order.order_line.project_id)
        self.assertEqual(
            {line.kind: (line.hours, line.cost) for line in budget.line_ids},
            {"purchase": (0.0, 4000.0), "labour": (100.0, 2000.0)},
        )
