from datetime import date
from fractions import Fraction

from odoo import api, models

from ..engine.cadence import FOREVER, Cadence, Step
from ..engine.events import History
from ..engine.pausing import breaks, stretches
from ..engine.standing import next_due, open_parts
from ..engine.terms import Recurring, Uplift
from ..engine.zone import Zone

#: What is float noise is left out.
PLACES = 9
#: Periods are days already: no instant is asked for.
ANY_ZONE = Zone("UTC")
#: Kinds of versions that begin and end a pause.
BREAKS = ("pause", "resume")


def exact(number):
    """Return the number that a person wrote, of a float."""
    return Fraction(repr(round(number, PLACES)))


class SubscriptionCharge(models.Model):
    """What the engine says of a charge."""

    _inherit = "subscription.charge"

    def _terms(self):
        """Return what is agreed of this charge, and what changed since: (``engine.terms.Recurring``, ``History``)."""
        self.ensure_one()
        versions = self.version_ids.sorted(lambda version: version._origin.id or 0)
        agreed = versions[:1]
        terms = Recurring(
            key=str(self.id),
            kind="recurring",
            place=0,
            calendar=self._cadence(),
            first=self._first_billed_day().toordinal(),
            terms_from=self.first_day.toordinal(),
            price_from=self._first_price_day().toordinal(),
            end=self.last_day.toordinal() + 1 if self.last_day else FOREVER,
            in_advance=self.timing == "advance",
            proration=self.proration,
            price=agreed._price(),
            quantity=exact(agreed.quantity),
            reduction=exact(agreed.reduction),
            uplift=Uplift(decimals=self.currency_id.decimal_places),
        )
        return terms, self._history(versions[1:])

    @api.model
    def _history(self, versions):
        """Return what some versions changed, in the order in which they were recorded (``engine.events.History``)."""
        changes = tuple(row._change(place) for place, row in enumerate(versions) if row.kind not in BREAKS)
        return History(changes=changes, breaks=tuple(breaks(self._said_of_pauses(versions))))

    @api.model
    def _said_of_pauses(self, versions):
        """Return what versions say of pauses (``engine.pausing.Said``), in the order of their recording."""
        return [row._said() for row in versions if row.kind in BREAKS]

    def _paused_stretches(self):
        """Return the paused stretches of days of this charge: (ordinal first day, ordinal first day no more)."""
        versions = self.version_ids.sorted(lambda version: version._origin.id or 0)
        return stretches(self._said_of_pauses(versions))

    def _is_paused_on(self, day):
        """Return whether this charge is paused on a day (date)."""
        return any(start <= day.toordinal() < to for start, to in self._paused_stretches())

    def _cadence(self):
        every = Step(self.interval_count, self.interval_unit)
        return Cadence(self.anchor.toordinal(), every, self.day_of_month)

    def _scale(self):
        """Return how many units a whole of the currency has."""
        return 1 / exact(self.currency_id.rounding)

    def _open(self, stands, day):
        """Return what is to be billed of this charge on a day: a list of ``engine.standing.Open``.

        :param dict stands: as of ``_stands``, of this charge
        :param day: date
        """
        terms, known = self._terms()
        return open_parts(terms, known, stands, day.toordinal(), ANY_ZONE, self._scale())

    def _is_due_after(self, day):
        """Return whether a period of this charge is due after a day (date): it begins then, or ends in arrears."""
        last = self._last_charged_day()
        if not last or self.timing == "arrears":
            return not last or last >= day
        if self.first_day > day:
            return self.first_day <= last
        cadence = self._cadence()
        return cadence.start(cadence.holding(day.toordinal()) + 1) <= last.toordinal()

    def _last_charged_day(self):
        """Return the last day (date) of this charge as known today, before a pause without an end; False for none."""
        paused, agreed = self._paused_stretches()[-1:], self._last_day_agreed()
        if not paused or paused[0][1] < FOREVER:
            return agreed
        last = date.fromordinal(paused[0][0] - 1)
        return min(agreed, last) if agreed else last

    def _last_day_agreed(self):
        """Return the last day (date) that is agreed to be charged by now, False where there is no end."""
        return self.last_day

    def _find_next_due(self, stands):
        """Return the day (date) on which something of this charge is to be billed next, False for never.

        :param dict stands: as of ``_stands``, of this charge
        """
        if not self.version_ids:
            return False
        terms, known = self._terms()
        day = next_due(terms, known, stands, ANY_ZONE, self._scale())
        return date.fromordinal(day) if day else False
