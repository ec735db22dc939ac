from datetime import date

from odoo import api, models
from odoo.addons.billing_base.engine.units import from_units
from odoo.addons.record_protection.reading import values
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import UserError


class SubscriptionCharge(models.Model):
    """What other systems ask of charges, and how a charge ends, over XML-RPC and JSON-2 too."""

    _inherit = "subscription.charge"

    def cancel(self, last_day: str = "", note: str = "", when: str = "") -> dict:
        """End this charge after a day: of the past, today, or to come.

        What is billed of later days is given back with the next invoice, or by a credit note where none is to come.
        The order line says the end.

        :param str last_day: ISO date, the last day that is charged; the day before the start charges nothing
        :param str note: why
        :param str when: instead of ``last_day``: ``now``, ``end`` (of the term, or of the running period where there
            is none), ``notice`` (the earliest day that notice and minimum term allow), or an ISO date
        :return: ``{"end", "next_due"}``: ISO dates; the latter is the day on which something is to be billed or given
            back next, False for never
        :raises AccessError: for who neither manages sales nor invoices
        :raises UserError: when the day is before the start, the charge is cancelled already, or notice and minimum term
            allow a later day only, which is named; sales managers may end it earlier
        """
        self.ensure_one()
        self._check_may_change()
        self.check_access("read")
        day = self.sudo()._read_end(last_day, when)
        self._check_may_end(day)
        if (self.first_day - day).days > 1:
            raise UserError(
                self.env._("last_day: %(day)s is before the start, %(first)s.", day=day, first=self.first_day)
            )
        self.sudo()._end_after(day, read_argument(self.env, "note", values.text, note or ""))
        return {"end": str(day), "next_due": str(self.sudo().next_due or "") or False}

    def _end_after(self, day, note):
        """Record that this charge ends after a day (date), and have its order line say so."""
        self._check_runs()
        self._check_end_free(day)
        if self.last_day != day:
            self._record("end", self._today(), note, last_day=day)
            self._tell_changed()

    @api.readonly
    def get_status(self) -> list:
        """Return what is agreed of these charges, how that changed, and what of it stands on invoices.

        :return: a dictionary for each, in the order of the ids: ``id``, ``order``, ``customer``, ``plan``, ``state``,
            ``kind`` (``recurring``, ``usage``, ``commitment``, ``prepaid``), ``metered_as``, ``used`` and ``costs``
            (usage of the period of today, and what it comes to by now), ``funds_left``, ``quantity``,
            ``price_unit``, ``discount`` (percent), ``currency``, ``start``, ``end``, ``next_due``,
            ``changes`` (``day``, ``what``, the values it says, ``recorded``, ``by``, ``note``; oldest first) and
            ``periods`` (``from``, ``to``, ``amount`` as the price says, drafts included). Days are ISO dates, False
            for none; amounts in the currency.
        :raises AccessError: for who may not read them
        """
        self.check_access("read")
        charges = self.sudo()
        stands = charges._stands()
        return [charge._status(stands.get(charge, {})) for charge in charges]

    def _status(self, stands):
        """Return what ``get_status`` says of this charge.

        :param dict stands: as of ``_stands``, of this charge
        """
        self.ensure_one()
        return {
            "id": self.id,
            "order": self.order_id.name,
            "customer": self.partner_id.display_name,
            "plan": self.plan_id.name,
            "state": self.state,
            "kind": self.kind,
            "metered_as": self.metering_point_id.name or "",
            "used": self.used_quantity,
            "costs": self.used_amount,
            "funds_left": self.funds_left,
            "quantity": self.quantity,
            "price_unit": self.price_unit,
            "discount": self.discount,
            "currency": self.currency_id.name,
            "start": str(self.first_day),
            "end": str(self.last_day or "") or False,
            "next_due": str(self.next_due or "") or False,
            "changes": [version._status() for version in self.version_ids.sorted("id")],
            "periods": [self._period_status(number, units) for number, units in sorted(stands.items()) if units],
        }

    def _period_status(self, number, units):
        cadence, first = self._cadence(), self.first_day.toordinal()
        start, to = max(cadence.start(number), first), cadence.start(number + 1)
        days = {"from": self._iso(start), "to": self._iso(to - 1)}
        return {**days, "amount": from_units(units, self.currency_id.rounding)}

    @api.model
    def _iso(self, day):
        """Return an ordinal day as an ISO date."""
        return date.fromordinal(day).isoformat()
