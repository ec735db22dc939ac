from datetime import date
from fractions import Fraction

from odoo import api, models

from ..engine.bill import bills, rounded
from ..engine.cadence import FOREVER, Cadence, Step
from ..engine.events import History
from ..engine.life import due_parts, end_of
from ..engine.pausing import breaks, stretches
from ..engine.standing import next_due, open_parts
from ..engine.terms import Recurring
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
        """Return what the engine is told of this charge: what is agreed, and all that happened (``History``)."""
        self.ensure_one()
        return self._agreed_terms()

    def _agreed_terms(self):
        """Return what is agreed of this charge, and what changed since: (``engine.terms.Recurring``, ``History``)."""
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

    def _zone(self):
        """Return the zone of the customer's days (``engine.zone.Zone``); of periods alone, which are days, any."""
        return ANY_ZONE

    def _scale(self):
        """Return how many units a whole of the currency has."""
        return 1 / exact(self.currency_id.rounding)

    def _reached(self, day):
        """Return the day (date) by which something of this charge is due on a day of its company (date)."""
        return day

    def _open(self, stands, day):
        """Return what is to be billed of this charge on a day: a list of ``engine.standing.Open``.

        :param dict stands: as of ``_stands``, of this charge
        :param day: date
        """
        terms, known = self._terms()
        return open_parts(terms, known, stands, self._reached(day).toordinal(), self._zone(), self._scale())

    def _last_day_agreed(self):
        """Return the last day (date) that is agreed to be charged by now, False where there is no end."""
        return self.last_day

    def _bills_after(self, day):
        """Return whether more than nothing of this charge is billed next after a day, once all is billed by then.

        :param day: date
        """
        terms, known = self._terms()
        due = due_parts(terms, end_of(terms, known), day.toordinal())
        billed = {
            one.part.number: one.total for one in map(rounded, bills(terms, known, due, self._zone(), self._scale()))
        }
        coming = next_due(terms, known, billed, self._zone(), self._scale())
        if coming is None or coming <= day.toordinal():
            return False
        return any(one.units > 0 for one in open_parts(terms, known, billed, coming, self._zone(), self._scale()))

    def _find_next_due(self, stands):
        """Return the day (date) on which something of this charge is to be billed next, False for never.

        :param dict stands: as of ``_stands``, of this charge
        """
        if not self.version_ids:
            return False
        terms, known = self._terms()
        day = next_due(terms, known, stands, self._zone(), self._scale())
        return date.fromordinal(day) if day else False
