import gzip
import random
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from hashlib import sha256
from unittest.mock import patch
from zoneinfo import ZoneInfo

from psycopg2.errors import RestrictViolation

from odoo.modules.migration import load_script
from odoo.tools import file_path, mute_logger

from ..engine.zone import Zone
from ..models import subscription_usage_archive
from .usage_common import IngestCommon

ZONES = ("UTC", "Europe/Paris", "America/St_Johns", "Australia/Lord_Howe")
#: Around changes of the clock, a month and a year.
STARTS = ("2025-03-29", "2025-10-25", "2024-12-30", "2025-04-05")


class TestUsageSums(IngestCommon):
    """What days sum up to is what their records come to, whatever came in which order."""

    def _naive(self, rows, tz, levels):
        """Return what days come to, row by row: {(day, dimension): (sum, count, max, last, weighted)}."""
        replaced = {row["replaces"] for row in rows if row.get("replaces")}
        found = defaultdict(list)
        for received, row in enumerate(rows):
            if row["key"] not in replaced:
                at = datetime.fromisoformat(row["at"])
                day = at.astimezone(ZoneInfo(tz)).date()
                found[day, row["dimension"]].append((at, row["batch"], row["key"], Fraction(row["quantity"]), received))
        return {key: self._come_to(sorted(counted), tz, key[0], levels) for key, counted in found.items()}

    def _come_to(self, counted, tz, day, levels):
        quantities = [row[3] for row in counted]
        weighted = None
        if levels:
            after = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(tz)).astimezone(
                timezone.utc
            )
            ends = [*(row[0] for row in counted[1:]), after]
            spans = zip(counted, ends, strict=True)
            weighted = sum(row[3] * ((end - row[0]) // timedelta(microseconds=1)) for row, end in spans)
        return sum(quantities), len(counted), max(quantities), quantities[-1], weighted

    def _stored(self):
        # As text: Odoo reads numbers as floats.
        names = ("sum::text", "count", "max::text", "last::text", "weighted::text")
        self.env.cr.execute(f"SELECT day, dimension, {', '.join(names)} FROM subscription_usage_day")
        return {
            (day, dimension): tuple(value if value is None else Fraction(value) for value in values)
            for day, dimension, *values in self.env.cr.fetchall()
        }

    def _made_up(self, chance, number):
        """Return batches of events made up by chance, some of which replace earlier ones."""
        start = datetime.fromisoformat(f"{chance.choice(STARTS)}T00:00:00+00:00")
        batches, free = [], []
        for batch in range(4):
            rows = []
            for index in range(chance.randint(1, 12)):
                at = start + timedelta(minutes=30 * chance.randint(0, 200))
                quantity = f"{chance.randint(-(10**6), 10**6) / 1000:.3f}"
                row = {"key": f"{number}/{batch}/{index}", "at": at.isoformat(), "quantity": quantity, "batch": batch}
                row["dimension"] = chance.choice(["", "eu", "us"])
                if free and chance.random() < 0.3:
                    row["replaces"] = free.pop(chance.randrange(len(free)))
                rows.append(row)
            free += [row["key"] for row in rows]
            batches.append(rows)
        return batches

    def test_days_are_what_their_records_come_to(self):
        for seed in range(12):
            chance = random.Random(seed)
            levels, zones = seed % 3 == 0, chance.sample(ZONES, 2)
            with self.subTest(seed), self.env.cr.savepoint() as savepoint:
                self.meter.aggregation = "time_weighted" if levels else "sum"
                point = self.env["subscription.metering.point"].create(
                    {"name": "acme", "meter_id": self.meter.id, "tz": zones[0]}
                )
                said = []
                for rows in self._made_up(chance, seed):
                    said += rows
                    events = [{name: value for name, value in row.items() if name != "batch"} for row in rows]
                    answers = self._record(*({"meter": "traffic", "subject": "acme", **row} for row in events))
                    self.assertEqual({row["status"] for row in answers}, {"recorded"}, answers)
                    self.assertEqual(self._stored(), self._naive(said, zones[0], levels))
                self.assertEqual(point._cron_check(), {})
                point.tz = zones[1]
                self.assertEqual(self._stored(), self._naive(said, zones[1], levels))
                self.assertEqual(point._cron_check(), {})
                savepoint.rollback()
                self.env.invalidate_all()

    @mute_logger("odoo.addons.subscription_billing.models.subscription_metering_point_check")
    def test_a_day_that_differs_is_asked_about_and_worked_out_anew(self):
        self._record(self._event("1", 5), self._event("2", 3, at="2025-03-12T00:00:00Z"))
        point = self.env["subscription.metering.point"].search([])
        self.assertEqual(point._cron_check(), {})
        self.env.cr.execute("UPDATE subscription_usage_day SET sum = sum + 1 WHERE day = '2025-03-12'")
        self.assertEqual([str(day) for day in point._cron_check()[point.id]], ["2025-03-12"])
        point._cron_check()
        self.assertEqual(len(point.activity_ids), 1)
        self.assertIn("03/12/2025", point.activity_ids.note)
        point.action_rebuild()
        self.assertEqual(self._sums(), {"2025-03-10": 5.0, "2025-03-12": 3.0})
        self.assertFalse(point.activity_ids)
        self.env.cr.execute("DELETE FROM subscription_usage_day")
        self.assertEqual(len(point._cron_check()[point.id]), 2)

    @mute_logger("odoo.addons.subscription_billing.models.subscription_metering_point_check")
    def test_the_latest_of_a_day_and_its_level_are_checked_too(self):
        self._record(self._event("1", 5), self._event("2", 3, at="2025-03-10T18:00:00Z"))
        point = self.env["subscription.metering.point"].search([])
        self.env.cr.execute("UPDATE subscription_usage_day SET last = 5")
        self.assertEqual([str(day) for day in point._cron_check()[point.id]], ["2025-03-10"])
        self.meter.aggregation = "time_weighted"
        point._rebuild_all()
        self.assertEqual(point._cron_check(), {})
        self.env.cr.execute("UPDATE subscription_usage_day SET weighted = weighted + 1")
        self.assertEqual([str(day) for day in point._cron_check()[point.id]], ["2025-03-10"])

    @mute_logger("odoo.addons.subscription_billing.models.subscription_metering_point_check")
    def test_the_check_goes_on_where_time_was_up(self):
        self._record(self._event("1", 5, at="2025-01-31T23:30:00Z"), self._event("2", 3, at="2025-03-01"))
        self.env["subscription.metering.point"].search([]).tz = "Europe/Paris"
        self.env.cr.execute("UPDATE subscription_usage_day SET sum = sum + 1")
        self.progress.return_value = 0.0
        point, runs = self.env["subscription.metering.point"], []
        for _run in range(6):
            runs.append([str(day) for days in point._cron_check().values() for day in days])
        # From April, the month after the latest one, back to December; then from the beginning.
        self.assertEqual(runs, [[], ["2025-03-01"], ["2025-02-01"], [], [], []])
        self.progress.return_value = 60.0
        [days] = point._cron_check().values()
        self.assertEqual([str(day) for day in days], ["2025-03-01", "2025-02-01"])

    @mute_logger("odoo.sql_db")
    def test_records_are_never_changed(self):
        self._record(self._event("1", 5), self._event("2", 3, replaces="1"))
        for table in ("subscription_usage", "subscription_usage_key", "subscription_usage_replaced"):
            for statement in ("UPDATE %s SET batch_id = 0", "DELETE FROM %s", "TRUNCATE %s"):
                with self.subTest(statement % table), self.assertRaises(RestrictViolation), self.env.cr.savepoint():
                    self.env.cr.execute(statement % table)
        with self.assertRaises(RestrictViolation), self.env.cr.savepoint():
            self.env.cr.execute("TRUNCATE subscription_usage_2025_03")


class TestUsageArchive(IngestCommon):
    """Records that are older than they are kept are a file; what they sum up to, and their keys, stay."""

    def test_a_month_is_archived_and_late_records_still_count(self):
        events = [self._event("1", 5, dimension="eu"), self._event("2", "2.5", at="2025-03-31T23:59:59.999999Z")]
        events += [self._event("3", 1, at="2025-04-01T00:00:00Z"), self._event("4", 7, replaces="1", dimension="eu")]
        self._record(*events)
        before = self._sums()
        self.assertEqual(before, {"2025-03-10": 7.0, "2025-03-31": 2.5, "2025-04-01": 1.0})
        self.meter.keep_months = 1
        self._on("2025-05-15")
        archives = self.env["subscription.usage.archive"]
        [(meter, company, month)] = archives._waiting()
        kept = archives._archive(meter, company, month)
        self.assertRecordValues(kept, [{"rows": 3, "total": "14.5", "month": date(2025, 3, 1)}])
        content = gzip.decompress(kept.attachment_id.raw).decode().splitlines()
        self.assertEqual(sha256(kept.attachment_id.raw).hexdigest(), kept.digest)
        self.assertEqual(content[1].split(",")[:-1], ["acme", "1", "2025-03-10 12:00:00", "5", "eu", ""])
        self.assertEqual(len(content), 4)
        self.assertEqual(self.usage.search([]).mapped("key"), ["3"])
        self.assertEqual(self._sums(), before)
        self.assertFalse(archives._waiting())
        self._see_that_late_records_count(events, before)

    def _see_that_late_records_count(self, events, before):
        point = self.env["subscription.metering.point"].search([])
        self.assertEqual(self._statuses(*events), ["repeated"] * 4)
        conflict, replaces = self._record({**events[1], "quantity": 3}, self._event("5", 1, replaces="2"))
        self.assertEqual((conflict["status"], replaces["status"]), ("refused", "refused"))
        self.assertIn("2025-03", conflict["reason"])
        self.assertIn("archive", replaces["reason"])
        self.assertEqual(self._statuses(self._event("6", -2, at="2025-03-31T12:00:00Z")), ["recorded"])
        after = {**before, "2025-03-31": 0.5}
        self.assertEqual(self._sums(), after)
        self.assertEqual(point._cron_check(), {})
        point._rebuild_days()
        self.assertEqual(self._sums(), after)
        archives = self.env["subscription.usage.archive"]
        self.assertTrue(archives._archive(*archives._waiting()[0]))
        point._rebuild_days()
        self.assertEqual(self._sums(), after)
        self.assertEqual(point._cron_check(), {})

    def test_archives_are_made_as_long_as_time_is_left(self):
        self._in_this_transaction(subscription_usage_archive)
        self._record(self._event("1", 5), self._event("2", 3, at="2025-02-10"))
        self.meter.keep_months = 1
        self._on("2025-05-15")
        archives = self.env["subscription.usage.archive"]
        self.progress.return_value = 0.0
        archives._cron_archive()
        self.assertEqual(archives.search([]).mapped("month"), [date(2025, 2, 1)])
        self.progress.return_value = 60.0
        archives._cron_archive()
        self.assertEqual(archives.search([]).mapped("month"), [date(2025, 3, 1), date(2025, 2, 1)])
        self.assertFalse(archives._waiting())

    def test_what_an_archived_record_replaced_is_not_replaced_again(self):
        self._record(self._event("1", 5, at="2025-04-10T12:00:00Z"), self._event("2", 4, replaces="1"))
        self._archive_march()
        again, other = self._record(self._event("3", 3, replaces="1"), self._event("4", 1))
        self.assertEqual((again["status"], other["status"]), ("refused", "recorded"))
        self.assertIn("archive", again["reason"])

    def test_an_archived_day_reads_as_before_a_late_record(self):
        self._record(self._event("1", 5), self._event("2", 3, dimension="eu"))
        point, zone = self.env["subscription.metering.point"].search([]), Zone("UTC")
        start = date(2025, 3, 1).toordinal()
        cut = self.env["subscription.usage.batch"]._last_known(self.env.company)
        before = point._days_after(zone, start, start + 31, cut)
        self._archive_march()
        self._record(self._event("3", 7))
        self.assertEqual([str(row[2]) for row in before], ["5.0", "3.0"])
        self.assertEqual(point._days_after(zone, start, start + 31, cut), before)

    def _archive_march(self):
        self.meter.keep_months = 1
        self._on("2025-05-15")
        archives = self.env["subscription.usage.archive"]
        archives._archive(*archives._waiting()[0])

    @mute_logger("odoo.sql_db")
    def test_what_is_priced_by_record_and_levels_stay(self):
        self._record(self._event("1", 5))
        self.meter.keep_months = 1
        archives = self.env["subscription.usage.archive"]
        self.assertEqual(len(archives._waiting()), 1)
        book = self.env["subscription.price.book"].create(
            {"name": "Calls", "meter_id": self.meter.id, "group_by": "record"}
        )
        self.assertFalse(archives._waiting())
        book.group_by = "period"
        self.assertEqual(len(archives._waiting()), 1)
        self.meter.aggregation = "time_weighted"
        self.assertFalse(archives._waiting())

    @mute_logger("odoo.sql_db")
    def test_what_is_priced_by_percent_of_each_counted_record_stays(self):
        self._record(self._event("1", 5))
        self.meter.write({"keep_months": 1, "aggregation": "count"})
        archives = self.env["subscription.usage.archive"]
        book = self.env["subscription.price.book"].create({"name": "Orders", "meter_id": self.meter.id})
        price = self.env["subscription.price"].create(
            {"book_id": book.id, "first_day": "2025-01-01", "model": "percent", "rate": 2.0}
        )
        self.assertFalse(archives._waiting())
        # Of what is summed up, two percent are two percent of the sum.
        self.meter.aggregation = "sum"
        self.assertEqual(len(archives._waiting()), 1)
        price.per_event = 1.0
        self.assertFalse(archives._waiting())


class TestUsageAside(IngestCommon):
    """What waits for a meter is recorded once there is one."""

    def test_a_new_meter_takes_what_waits(self):
        self._record(self._event("1", 5, meter="calls"), self._event("2", 2, meter="calls"), self._event("3", 1))
        aside = self.env["subscription.usage.aside"].search([])
        aside[0].action_dismiss()
        self.env["subscription.meter"].create({"name": "Calls", "code": "calls"})
        self.assertEqual(sorted(aside.mapped("state")), ["dismissed", "resolved"])
        usage = self.usage.search([("meter_id.code", "=", "calls")])
        self.assertEqual(usage.mapped("quantity"), [5.0])
        self.assertEqual(usage.batch_id.source, "aside")

    def test_what_cannot_be_recorded_yet_waits_on(self):
        self._record(self._event("1", 5, meter="calls"), {"key": "x"})
        aside = self.env["subscription.usage.aside"].search([])
        aside.action_retry()
        self.assertEqual(aside.mapped("state"), ["open", "open"])
        self.meter.code = "calls"
        self.assertEqual(sorted(aside.mapped("state")), ["open", "resolved"])

    def test_one_event_waits_in_one_row_whatever_it_waits_for(self):
        first, other = self._event("1", 5, meter="calls"), self._event("1", 6, meter="calls")
        self._record(first)
        aside = self.env["subscription.usage.aside"].search([])
        meter = self.env["subscription.meter"].create({"name": "Other calls", "code": "other"})
        self._record({**other, "meter": "other"})
        with self._nothing_tried():
            meter.code = "calls"
        # Tried again, it is another one than was recorded under its key.
        aside.action_retry()
        self.assertEqual(self.env["subscription.usage.aside"].search([]), aside)
        self.assertEqual((aside.state, aside.reason, aside.before["quantity"]), ("open", "conflict", "6"))
        # Sent again, it is the same.
        self._record(first, first)
        self.assertEqual(self.env["subscription.usage.aside"].search([]), aside)

    def test_what_is_sent_again_says_what_it_waits_for_now(self):
        event = self._event("1", 5, meter="calls")
        self._record(event)
        aside = self.env["subscription.usage.aside"].search([])
        with self._nothing_tried():
            self.env["subscription.meter"].create({"name": "Calls", "code": "calls"})
        self._record(self._event("1", 6, meter="calls"))
        self._record(event)
        self.assertEqual(self.env["subscription.usage.aside"].search([]), aside)
        self.assertEqual((aside.state, aside.reason), ("open", "conflict"))

    def test_rows_of_one_event_that_waited_twice_become_one(self):
        event = self._event("1", 5, meter="calls")
        self._record(event, self._event("2", 5, meter="calls"))
        rows = self.env["subscription.usage.aside"].sudo().search([], order="id")
        digests = rows.mapped("digest")
        twice = rows[0].copy({"reason": "conflict", "digest": "of its reason", "content": rows[0].content})
        rows[1].digest = "of another reason"
        self.env.flush_all()
        script = file_path("subscription_billing/migrations/19.0.1.4.0/pre-aside.py")
        load_script(script, "pre-aside").migrate(self.env.cr, "19.0.1.3.0")
        self.env.invalidate_all()
        self.assertEqual((rows | twice).mapped("state"), ["dismissed", "open", "open"])
        self.assertEqual([twice.digest, rows[1].digest], digests)
        self._record(event)
        self.assertEqual(self.env["subscription.usage.aside"].search_count([]), 3)

    def _nothing_tried(self):
        return patch.object(type(self.env["subscription.usage.aside"]), "_retry_all")
