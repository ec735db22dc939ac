from contextlib import contextmanager
from unittest.mock import patch

from .common import SubscriptionCommon


class IngestCommon(SubscriptionCommon):
    """A meter of traffic, and shortcuts that record usage."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.usage = cls.env["subscription.usage"]
        cls.meter = cls.env["subscription.meter"].create({"name": "Traffic", "code": "traffic", "unit": "GB"})

    def setUp(self):
        super().setUp()
        #: What jobs say of their progress: there is time left.
        self.progress = self.startPatcher(
            patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=60.0)
        )

    def _in_this_transaction(self, module):
        """Have a module do in the test's transaction what it does in its own."""

        @contextmanager
        def here(records):
            yield records

        self.patch(module, "own_transaction", here)

    def _event(self, key, quantity, at="2025-03-10T12:00:00Z", subject="acme", meter="traffic", **more):
        return {"meter": meter, "subject": subject, "key": key, "at": at, "quantity": quantity, **more}

    def _record(self, *events):
        return self.usage.record(list(events))

    def _statuses(self, *events):
        return [found["status"] for found in self._record(*events)]

    def _sums(self, subject="acme"):
        """Return what a subject used by day: {day: quantity}."""
        days = self.env["subscription.usage.day"].search([("point_id.name", "=", subject)])
        found = {}
        for row in days.sorted("day"):
            found[str(row.day)] = found.get(str(row.day), 0.0) + row.sum
        return found
