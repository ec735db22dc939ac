import csv
import io
from datetime import date
from xmlrpc.client import dumps

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .test_usage_billing import UsageCommon


@tagged("post_install", "-at_install")
class TestUsageWhy(UsageCommon, HttpCase):
    """An invoice line of usage is explained by tiers, days and records, as they were when it was made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ladder = cls._make_price(
            cls._make_meter("storage"), model="graduated", tiers=[(100, 1.0), (0, 0.5)], settings={"free": 10}
        )
        cls.storage = cls.ladder.meter_id

    def _used(self, *rows, book=None):
        meter = (book or self.ladder).meter_id
        self._use(*rows, subject=meter.code, meter=meter)

    def _sold(self, *rows, book=None):
        self._on("2026-01-01")
        book = book or self.ladder
        order = self._sell_usage(book=book, subject=book.meter_id.code)
        self._on("2026-02-01")
        self._used(*rows, book=book)
        self._bill("2026-02-01")
        return order

    def _line(self, order):
        """Return the last line that bills January."""
        lines = order.order_line.invoice_lines.filtered(lambda line: str(line.subscription_from) == "2026-01-01")
        return lines.sorted("id")[-1:]

    def _tiers(self, part):
        return [(tier["quantity"], tier["price"], tier["amount"]) for tier in part["tiers"]]

    def test_a_line_is_told_by_its_tiers_and_days(self):
        order = self._sold(("2026-01-03", 60), ("2026-01-03", 20), ("2026-01-20", 50))
        found = self._line(order).explain_usage()
        self.assertTrue(dumps((found,)), "XML-RPC carries it")
        [part] = found["parts"]
        self.assertEqual((part["quantity"], part["free"], part["cost"]), (130.0, 10.0, 110.0))
        self.assertEqual(self._tiers(part), [(100.0, 1.0, 100.0), (20.0, 0.5, 10.0)])
        self.assertEqual((found["total"], found["billed_before"], found["amount"], found["other"]), (110, 0, 110, 0))
        self.assertEqual(
            [(row["day"], row["quantity"], row["records"]) for row in found["days"]],
            [("2026-01-03", 80.0, 2), ("2026-01-20", 50.0, 1)],
        )

    def test_a_line_is_explained_as_it_was_made_once_its_records_are_archived(self):
        order = self._sold(("2026-01-10", 60), ("2026-01-12", 20))
        line = self._line(order)
        before = line.explain_usage()
        self._used(("2026-01-10", 5))
        [replaced] = self.env["subscription.usage"].search([("quantity", "=", 20)])
        event = {"meter": "storage", "subject": "storage", "key": "better", "at": "2026-01-12", "quantity": 30}
        self.env["subscription.usage"].record([{**event, "replaces": replaced.key}])
        self._bill("2026-03-01")
        last = self._line(order)
        after = last.explain_usage()
        self.storage.keep_months = 1
        self._on("2026-06-10")
        archives = self.env["subscription.usage.archive"]
        archives._archive(*archives._waiting()[0])
        self.assertEqual(self._facts(line.explain_usage()), self._facts(before))
        self.assertEqual(self._facts(last.explain_usage()), self._facts(after))
        point = self.env["subscription.metering.point"].search([])
        self.assertEqual(point._check_month(date(2026, 1, 1)), {})
        point._rebuild_days()
        self.assertEqual(self._facts(line.explain_usage()), self._facts(before))
        self.assertEqual(self._facts(last.explain_usage()), self._facts(after))

    def test_what_was_replaced_by_another_day_is_told_where_the_day_has_other_dimensions(self):
        self._on("2026-01-01")
        order = self._sell_usage(book=self.ladder, subject="storage")
        self._on("2026-02-01")
        event = {"meter": "storage", "subject": "storage", "at": "2026-01-10", "quantity": 60}
        rows = [{**event, "key": "eu", "dimension": "eu"}, {**event, "key": "us", "dimension": "us", "quantity": 20}]
        self.env["subscription.usage"].record(rows)
        self._bill("2026-02-01")
        line = self._line(order)
        before = line.explain_usage()
        self.env["subscription.usage"].record([{**rows[0], "at": "2026-01-11", "key": "later", "replaces": "eu"}])
        self.assertEqual(self._facts(line.explain_usage()), self._facts(before))

    def _facts(self, found):
        return found["total"], found["other"], [(day["day"], day["quantity"]) for day in found["days"]]

    def test_what_came_later_is_told_by_the_line_that_bills_it(self):
        order = self._sold(("2026-01-03", 60))
        first = self._line(order)
        before = first.explain_usage()
        self._on("2026-03-01")
        self._used(("2026-01-03", 40), ("2026-01-04", 5))
        self._bill("2026-03-01")
        self.assertEqual(first.explain_usage(), before, "it was known as this")
        later = self._line(order).explain_usage()
        self.assertEqual((later["total"], later["billed_before"], later["amount"], later["other"]), (95, 50, 45, 0))
        self.assertEqual([row["quantity"] for row in later["days"]], [100.0, 5.0])

    def test_what_was_replaced_later_counted_then(self):
        order = self._sold(("2026-01-03", 60))
        first = self._line(order)
        key = self.env["subscription.usage"].search([("point_id.name", "=", "storage")]).key
        self._on("2026-02-28")
        event = {"meter": "storage", "subject": "storage", "key": "new", "at": "2026-01-05T12:00:00Z", "quantity": 20}
        self.env["subscription.usage"].record([{**event, "replaces": key}])
        self.assertEqual([row["quantity"] for row in first.explain_usage()["days"]], [60.0])
        self._used(("2026-02-03", 200))
        self._bill("2026-03-01")
        self.assertEqual([row["quantity"] for row in self._line(order).explain_usage()["days"]], [20.0])

    def test_a_price_that_came_later_changes_no_explanation(self):
        self._on("2026-01-01")
        storage = self._make_meter("disks")
        book = self._make_price(storage, model="graduated", tiers=[(100, 1.0), (0, 0.5)], settings={"free": 10})
        order = self._sold(("2026-01-03", 60), book=book)
        first = self._line(order)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET create_date = '2026-02-01 10:00:00' WHERE id = %s", [first.id]
        )
        first.invalidate_recordset()
        self._on("2026-02-05")
        self._make_price(storage, book=book, day="2026-01-02", model="flat", price=2)
        self.assertEqual(first.explain_usage()["parts"][0]["cost"], 50.0)
        self._bill("2026-03-01")
        later = self._line(order).explain_usage()
        self.assertEqual((later["total"], later["amount"]), (100.0, 50.0))
        self.assertEqual([part["cost"] for part in later["parts"]], [0.0, 100.0])

    def test_each_day_and_each_record_is_told_where_it_is_priced_by_itself(self):
        tiers = {"model": "graduated", "tiers": [(10, 2.0), (0, 1.0)]}
        for group, told in (
            ("day", [("2026-01-03", 35.0), ("2026-01-04", 25.0)]),
            ("dimension", [("", 50.0)]),
        ):
            with self.subTest(group):
                book = self._make_price(self._make_meter(group), settings={"group_by": group}, **tiers)
                rows = ("2026-01-03", 10), ("2026-01-03", 15), ("2026-01-04", 15)
                found = self._line(self._sold(*rows, book=book)).explain_usage()
                self.assertEqual([(part["of"], part["cost"]) for part in found["parts"]], told)
                self.assertFalse(found["other"])

    def test_all_kinds_of_meters_and_prices_come_to_their_lines(self):
        for code, how, price in (
            ("percent", "sum", {"model": "percent", "rate": 10, "per_event": 1, "free_events": 1}),
            ("calls", "count", {"model": "package", "size": 2, "price": 3}),
            ("level", "time_weighted", {"model": "flat", "price": 4}),
        ):
            with self.subTest(code):
                book = self._make_price(self._make_meter(code, aggregation=how), **price)
                order = self._sold(("2026-01-03", 10), ("2026-01-03", 15), ("2026-01-04", 15), book=book)
                first = self._line(order)
                before = first.explain_usage()
                self.assertTrue(before["amount"])
                self.assertFalse(before["other"])
                self._used(("2026-01-20", 100), ("2026-01-21", 8), book=book)
                self.assertEqual(first.explain_usage(), before)

    def test_an_edited_draft_says_what_does_not_follow(self):
        line = self._line(self._sold(("2026-01-03", 60)))
        line.price_unit = 40
        self.assertEqual(line.explain_usage()["other"], -10)

    def test_a_commitment_is_told_beside_the_tiers(self):
        book = self._make_price(self._make_meter("power"), price=1, settings={"commitment": 100})
        found = self._line(self._sold(("2026-01-03", 60), book=book)).explain_usage()
        self.assertEqual((found["parts"][0]["cost"], found["true_up"], found["total"]), (60, 40, 100))

    def test_the_dialog_leads_to_the_records(self):
        line = self._line(self._sold(("2026-01-03", 60), ("2026-01-03T23:30:00Z", 20)))
        why = self.env["subscription.usage.why"].browse(line.action_explain_usage()["res_id"])
        self.assertIn("100", why.text)
        [day] = why.day_ids
        self.assertEqual((day.quantity, day.records), (80, 2))
        self._used(("2026-01-03", 5))
        action = day.action_records()
        self.assertEqual(self.env["subscription.usage"].search(action["domain"]).mapped("quantity"), [20, 60])

    def test_rights_are_those_of_the_invoice(self):
        line = self._line(self._sold(("2026-01-03", 60)))
        seller = new_test_user(self.env, "why_seller", "sales_team.group_sale_salesman")
        auditor = new_test_user(self.env, "why_auditor", "account.group_account_readonly")
        self.assertEqual(line.with_user(auditor).explain_usage()["amount"], 50)
        self.assertTrue(line.with_user(auditor).action_explain_usage())
        line.move_id.invoice_user_id = self.env.user
        with self.assertRaises(AccessError):
            line.with_user(seller).explain_usage()
        with self.assertRaises(AccessError):
            self.env["subscription.usage.why"].with_user(seller).create({"line_id": line.id})
        other = self._make_order(5.0)._create_invoices().invoice_line_ids
        with self.assertRaisesRegex(UserError, "bills no usage"):
            other.explain_usage()

    def _download(self, line, token=""):
        page = self.url_open(f"{line._usage_url()}?access_token={token}")
        if "text/csv" not in page.headers["Content-Type"]:
            return None
        return list(csv.reader(io.StringIO(page.content.decode("utf-8-sig"))))

    def test_the_customer_downloads_his_records(self):
        line = self._line(self._sold(("2026-01-03", 60.5), ("2026-01-04", 20)))
        line.move_id.action_post()
        token = line.move_id._portal_ensure_token()
        head, first, second = self._download(line, token)
        self.assertEqual(head, ["Day", "Used", "Quantity", "Unit", "Dimension", "Record"])
        self.assertEqual(first[:4], ["2026-01-03", "2026-01-03T12:00:00+00:00", "60.5", "GB"])
        self.assertEqual(second[2], "20")
        self.assertIsNone(self._download(line, "nonsense"))
        companies = {"company_id": self.company.id, "company_ids": [Command.set(self.company.ids)]}
        customer = new_test_user(self.env, "why_customer", "base.group_portal", **companies)
        customer.partner_id.parent_id = self.customer
        line.move_id.message_subscribe(customer.partner_id.ids)
        new_test_user(self.env, "why_stranger", "base.group_portal", **companies)
        self.authenticate("why_stranger", "why_stranger")
        self.assertIsNone(self._download(line))
        self.authenticate("why_customer", "why_customer")
        self.assertEqual(len(self._download(line)), 3)
        page = self.url_open(line.move_id.get_portal_url()).text
        self.assertIn(f"/usage/{line.id}.csv", page)
        other = self._make_order(5.0)._create_invoices().invoice_line_ids
        self.assertIsNone(self._download(other))

    def test_the_customer_sees_the_running_period(self):
        order = self._sold(("2026-02-01", 8), ("2026-01-31T12:00:00Z", 70))
        charge = self._charge(order)
        companies = {"company_id": self.company.id, "company_ids": [Command.set(self.company.ids)]}
        customer = new_test_user(self.env, "why_portal", "base.group_portal", **companies)
        customer.partner_id.parent_id = self.customer
        new_test_user(self.env, "why_nobody", "base.group_portal", **companies)
        self._on("2026-02-10")
        self._used(("2026-02-03", 16))
        self.authenticate("why_portal", "why_portal")
        page = self.url_open(f"/my/subscriptions/{charge.id}").text
        self.assertIn("24 GB", page)
        self.assertIn("10 GB included; first 100 GB at", page)
        self.assertIn("240 %", page)
        self.assertRegex(page, r"o_subscription_used\"[^<]*>[^<]*(<span[^>]*>)?14.00")
        self.assertEqual(page.count("bg-primary rounded-top"), 10)
        file = self.url_open(f"/my/subscriptions/{charge.id}/usage.csv").content.decode("utf-8-sig")
        self.assertEqual([row[2] for row in csv.reader(io.StringIO(file))][1:], ["8", "16"])
        self.authenticate("why_nobody", "why_nobody")
        page = self.url_open(f"/my/subscriptions/{charge.id}/usage.csv")
        self.assertNotIn("text/csv", page.headers["Content-Type"])
