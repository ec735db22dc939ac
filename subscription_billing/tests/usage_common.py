from .common import SubscriptionCommon


class UsageCommon(SubscriptionCommon):
    """A meter of traffic, and shortcuts that record usage."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.usage = cls.env["subscription.usage"]
        cls.meter = cls.env["subscription.meter"].create({"name": "Traffic", "code": "traffic", "unit": "GB"})

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
