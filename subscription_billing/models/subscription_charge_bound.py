from dataclasses import replace
from itertools import takewhile

from odoo import models

from ..engine.cadence import FOREVER, NEVER, Step, later
from ..engine.enforceable import Stage, bound


class SubscriptionCharge(models.Model):
    """What both parties of a charge are bound to on each day, and what it comes to: of use to contracts."""

    _inherit = "subscription.charge"

    def _bound(self, until=None):
        """Return what the parties are bound to, from each day on which that changes (``engine.enforceable.Bound``).

        The first one is as it was agreed when the order was confirmed, whatever was recorded since.

        :param until: the last day that counts (date); none for what was agreed alone
        """
        self.ensure_one()
        stages, fixed, least = self._stages(), bool(self._agreed().last_day), self._first_after_minimum()
        if until is None:
            return bound(stages[:1], stages[0].since, self._scale(), fixed, least)
        return bound(stages, until.toordinal(), self._scale(), fixed, least)

    def _first_after_minimum(self):
        """Return the first day (ordinal) after the minimum term of this charge."""
        if not self.minimum_count:
            return NEVER
        return later(self.first_day.toordinal(), Step(self.minimum_count, self.minimum_unit))

    def _agreed(self):
        """Return the version that says what was agreed when the order was confirmed."""
        return self.version_ids.sorted(lambda version: version._origin.id or 0)[:1]

    def _stages(self):
        """Return what is known of this charge by the days from which it holds (``engine.enforceable.Stage``)."""
        terms, known = self._terms()
        versions = self.version_ids.sorted(lambda version: version._origin.id or 0)[1:]
        # Reductions that the plan says are recorded with what was agreed, and known from then on.
        planned = len(list(takewhile(lambda version: version.kind == "reduction", versions)))
        ends = self._known_ends(versions)
        begins = {renewal: later(terms.first_of_terms, terms.term, renewal.number - 1) for renewal in known.renewals}
        # Terms that were renewed elsewhere are agreed from the beginning.
        terms_of = {renewal: day if day > terms.first else NEVER for renewal, day in begins.items()}
        days = {day for day, _end in ends[1:]} | {day for day in terms_of.values() if day > NEVER}
        days |= {one.day for one in (*known.changes[planned:], *known.breaks)}

        def stage(day):
            [*_before, end] = [end for since, end in ends if since <= day]
            holds = replace(
                known,
                changes=tuple(one for place, one in enumerate(known.changes) if place < planned or one.day <= day),
                breaks=tuple(one for one in known.breaks if one.day <= day),
                renewals=tuple(one for one, since in terms_of.items() if since <= day),
            )
            return Stage(max(day, terms.first), replace(terms, end=end), holds)

        return [stage(day) for day in (NEVER, *sorted(days))]

    def _known_ends(self, versions):
        """Return from which days on which end holds, as ordinals, in the order in which they were recorded.

        An end of the past holds from its own day, and so does one that is put off after it had passed.
        """
        found = [(NEVER, self._first_after(self._agreed().last_day))]
        for version in versions:
            if version.kind == "end":
                end = self._first_after(version.last_day)
                found.append((min(version.day.toordinal(), found[-1][1], end), end))
        return found

    def _first_after(self, last_day):
        return last_day.toordinal() + 1 if last_day else FOREVER
