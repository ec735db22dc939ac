"""What satisfies a point in time, and what starts the time of what is earned by time."""

from ...engine import events as e
from ...engine.money import ONE, ZERO
from .base import Source


class Triggers(Source):
    """Makes events of what other sources noted on the promises; reads nothing itself."""

    def read_into(self, loaded):
        """See :class:`Source`."""
        for contract in loaded.values():
            for promise in contract.promises.values():
                if promise.measure == "point_in_time":
                    self._satisfy(contract, promise)
                elif promise.measure == "usage":
                    self._grant(contract, promise)
                elif promise.measure == "straight_line" and promise.facts and promise.started is None:
                    promise.started = min(day for day, _share in promise.facts)

    def _satisfy(self, contract, promise):
        """Let shares add up to the whole at most; what is taken back lowers them again."""
        done = ZERO
        for day, share in sorted(self._facts(contract, promise)):
            now = share if share is ONE and not done else max(ZERO, min(ONE, done + share))
            if now != done:
                self._event(contract, promise, day, now - done)
            done = now

    def _facts(self, contract, promise):
        if promise.trigger in ("confirmation", "date"):
            day = promise.date_start or (contract.date if promise.trigger == "confirmation" else None)
            at = self.loader.at
            return [(day, ONE)] if day and (at is None or day <= at) else []
        return promise.facts

    def _grant(self, contract, promise):
        """A licence is delivered at inception, or on the day its start is recorded."""
        day = promise.date_start or promise.started or contract.date
        if self.loader.at is None or day <= self.loader.at:
            self._event(contract, promise, day, ONE)

    def _event(self, contract, promise, day, share):
        contract.events.append(e.Satisfy(date=day, place=f"{promise.key}: {day}", obligation=promise.key, share=share))
