import base64
import gzip
import json

from odoo.exceptions import UserError

from ..models import subscription_usage_aside
from ..wizards import subscription_usage_upload
from .usage_common import IngestCommon


class TestUsage(IngestCommon):
    """Usage is recorded once by its key, and summed up by day."""

    def test_the_same_again_counts_once(self):
        event = self._event("1", 5)
        self.assertEqual(self._statuses(event, event), ["recorded", "repeated"])
        self.assertEqual(self._statuses(event), ["repeated"])
        self.assertEqual(self._sums(), {"2025-03-10": 5.0})

    def test_another_content_under_a_key_is_refused_with_both(self):
        self._record(self._event("1", 5))
        [found] = self._record(self._event("1", 6))
        self.assertEqual(found["status"], "refused")
        self.assertIn('"quantity": "5"', found["reason"])
        self.assertIn('"quantity": "6"', found["reason"])
        self.assertEqual(self._sums(), {"2025-03-10": 5.0})

    def test_a_row_that_replaces_another_stands_for_it(self):
        self._record(self._event("1", 5), self._event("2", 3))
        fixed = self._event("3", 4, at="2025-03-11T00:00:00Z", replaces="1")
        self.assertEqual(self._statuses(fixed), ["recorded"])
        self.assertEqual(self._sums(), {"2025-03-10": 3.0, "2025-03-11": 4.0})
        self.assertEqual(self._statuses(fixed), ["repeated"])
        [second] = self._record(self._event("4", 9, replaces="1"))
        self.assertEqual(second["status"], "refused")
        self.assertIn("“3”", second["reason"])

    def test_rows_of_one_batch_replace_each_other(self):
        events = [self._event("1", 5), self._event("3", 1, replaces="2"), self._event("2", 7, replaces="1")]
        events += [self._event("4", 1, replaces="none"), self._event("5", 2, replaces="1"), events[1]]
        self.assertEqual(
            self._statuses(*events), ["recorded", "recorded", "recorded", "refused", "refused", "repeated"]
        )
        self.assertEqual(self._sums(), {"2025-03-10": 1.0})

    def test_levels_are_weighted_to_the_end_of_the_day(self):
        self.meter.aggregation = "time_weighted"
        self._record(self._event("1", 4, at="2025-03-10T06:00:00Z"))
        self._record(self._event("2", 2, at="2025-03-10T18:00:00Z"))
        day = self.env["subscription.usage.day"].search([])
        self.assertEqual(day.weighted, (4 * 12 + 2 * 6) * 3600 * 1_000_000)

    def test_an_unknown_meter_is_kept_aside_once(self):
        event = self._event("1", 5, meter="unheard")
        self.assertEqual(self._statuses(event, event), ["aside", "aside"])
        aside = self.env["subscription.usage.aside"].search([])
        self.assertRecordValues(aside, [{"reason": "meter", "meter_code": "unheard", "key": "1", "state": "open"}])

    def test_much_that_waits_for_a_meter_is_recorded_in_the_background(self):
        self._in_this_transaction(subscription_usage_aside)
        self.patch(subscription_usage_aside, "MOST_AT_ONCE", 2)
        self.patch(subscription_usage_aside, "CHUNK", 2)
        self._record(*(self._event(str(number), 1, meter="storage") for number in range(5)))
        asides = self.env["subscription.usage.aside"]
        meter = self.env["subscription.meter"].create({"name": "Storage", "code": "storage"})
        cron = self.env.ref("subscription_billing.ir_cron_retry_usage")
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))
        self.assertEqual(self._sums(), {})
        self.assertEqual(asides.search([]).mapped("is_due"), [True] * 5)
        self.progress.return_value = 0.0
        asides._cron_retry()
        self.assertEqual(self._sums(), {"2025-03-10": 2.0})
        self.progress.return_value = 60.0
        asides._cron_retry()
        self.assertEqual(self._sums(), {"2025-03-10": 5.0})
        self.assertRecordValues(asides.search([]), [{"is_due": False, "state": "resolved"}] * 5)
        self._record(self._event("9", 1, meter="more"))
        meter.code = "more"
        self.assertEqual(self._sums(), {"2025-03-10": 6.0})

    def test_a_long_file_is_sent_to_the_stream(self):
        self.patch(subscription_usage_upload, "MOST_LINES", 1)
        lines = [json.dumps(self._event(str(number), 1)) for number in range(2)]
        content = base64.b64encode("\n".join(lines).encode())
        dialog = self.env["subscription.usage.upload"].create({"content": content, "file_name": "may.ndjson"})
        with self.assertRaisesRegex(UserError, "/subscription_billing/usage"):
            dialog.action_record()

    def test_a_dry_run_writes_nothing(self):
        event = self._event("1", 5)
        [found] = self.usage.record([event], dry_run=True)
        self.assertEqual(found["status"], "recorded")
        self.assertEqual(self._sums(), {})
        self.assertEqual(self._statuses(event), ["recorded"])

    def test_days_follow_the_zone_of_the_point(self):
        self._record(self._event("1", 5, at="2025-03-10T23:30:00Z"))
        point = self.env["subscription.metering.point"].search([])
        self.assertEqual(self._sums(), {"2025-03-10": 5.0})
        point.tz = "Europe/Paris"
        self.assertEqual(self._sums(), {"2025-03-11": 5.0})
        self._record(self._event("2", 2, at="2025-03-12"))
        self.assertEqual(self._sums(), {"2025-03-11": 5.0, "2025-03-12": 2.0})

    def test_a_file_is_checked_before_it_is_recorded(self):
        lines = [json.dumps(self._event("1", 5)), "nonsense", json.dumps(self._event("2", 3, meter="unheard"))]
        content = base64.b64encode(gzip.compress("\n".join(lines).encode()))
        dialog = self.env["subscription.usage.upload"].create({"content": content, "file_name": "may.ndjson.gz"})
        dialog.action_check()
        self.assertRecordValues(dialog, [{"state": "checked", "recorded": 1, "refused": 1, "set_aside": 1}])
        self.assertIn("unheard", dialog.problems)
        self.assertEqual(self._sums(), {})
        dialog.action_record()
        self.assertEqual(self._sums(), {"2025-03-10": 5.0})
        self.assertEqual(self.usage.search([]).batch_id.stream, "may.ndjson.gz")

    def test_usage_without_a_subscription_is_on_the_worklist(self):
        self._record(self._event("1", 5), self._event("2", 5, at="2025-03-12"))
        points = self.env["subscription.metering.point"]
        point = points.search([("is_unbilled", "=", True)])
        self.assertEqual((str(point.unbilled_from), str(point.unbilled_until)), ("2025-03-10", "2025-03-12"))
        self.assertEqual((point.unbilled_days, point.day_count), (2, 2))
        self.assertFalse(points.search([("is_unbilled", "=", False)]))
