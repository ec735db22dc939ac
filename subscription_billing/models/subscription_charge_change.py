from datetime import date, timedelta

from odoo import api, models
from odoo.addons.record_protection.reading import values
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

#: Who may change what was agreed, by a day of the past, too.
CHANGE_GROUPS = ("sales_team.group_sale_manager", "account.group_account_invoice")
#: What of a version may be changed, by its kind.
SAID = {"price": ("price_unit", "discount"), "quantity": ("quantity",)}
#: Words for days.
NOW, NEXT_PERIOD = "now", "next_period"
#: How far ahead something is agreed.
MOST_YEARS = 20


class SubscriptionCharge(models.Model):
    """How what was agreed changes: from today on, from an earlier day, or from one to come."""

    _inherit = "subscription.charge"

    def _record(self, kind, day, note="", **values):
        """Record what is agreed from a day on.

        :param str kind: of the version
        :param day: date
        :param values: what it says
        """
        self.ensure_one()
        Version = self.env["subscription.charge.version"].sudo()
        return Version.create([{"charge_id": self.id, "kind": kind, "day": day, "note": note, **values}])

    # === CHANGES === #

    def change(
        self,
        day: str,
        price_unit: float | None = None,
        quantity: float | None = None,
        discount: float | None = None,
        note: str = "",
        replaces_later: bool = False,
    ) -> dict:
        """Change what was agreed of this charge from a day on: of the past, today, or to come.

        What is billed already of periods since then is corrected by the difference, with the next invoice. The order
        line says what holds today; of a change to come, from its day on.

        :param str day: ISO date, the first day on which it holds, not before the start and not after the end of the
            charge; or ``now``; or ``next_period``, the first day of the next period
        :param float price_unit: the price of one unit and period, as it was when left out
        :param float quantity: how much is charged in each period, as it was when left out
        :param float discount: in percent, as it was when left out
        :param str note: why
        :param bool replaces_later: whether what was agreed of the same before, from later days on, holds no more
        :return: ``{"next_due"}``: the ISO date on which something is to be billed or given back next; False for never
        :raises AccessError: for who neither manages sales nor invoices
        :raises UserError: when the day is before the start or after the end, a number is none, nothing is to change,
            or nothing is left to charge before notice and minimum term allow an end, for who does not manage sales
        """
        self._check_change()
        day = self._read_change_day(day)
        numbers = {"price_unit": price_unit, "quantity": quantity, "discount": discount}
        numbers = {name: self._read_number(name, value) for name, value in numbers.items() if value is not None}
        if not numbers:
            raise UserError(self.env._("Nothing to change: give a price, a quantity or a discount."))
        self._check_may_come_to_nothing(day, numbers)
        self.sudo()._change_from(day, numbers, self._read_note(note), bool(replaces_later))
        return self._say_next_due()

    def pause(self, day: str, until: str | None = None, note: str = "") -> dict:
        """Charge nothing from a day on, until it is resumed.

        What is billed of paused days is given back as after a change; the end and the terms stay.

        :param str day: ISO date, the first day that is not charged; or ``now``; or ``next_period``
        :param str until: ISO date, the last day that is not charged, where it is known; else :meth:`resume` ends it
        :param str note: why
        :return: as of :meth:`change`
        :raises AccessError: for who neither manages sales nor invoices
        :raises UserError: when it is paused on that day already, a day does not lie in its time, or it lasts as long as
            the charge binds and begins before notice and minimum term allow an end, for who does not manage sales
        """
        self._check_change()
        day, note = self._read_change_day(day), self._read_note(note)
        last = read_argument(self.env, "until", values.day, until) if until else None
        self._check_may_pause(day, last)
        self.sudo()._pause_from(day, last, note)
        return self._say_next_due()

    def resume(self, day: str, note: str = "") -> dict:
        """End a pause: charge again from a day on. A pause that is to come ends on its first day.

        :param str day: ISO date, the first day that is charged again; or ``now``; or ``next_period``
        :param str note: why
        :return: as of :meth:`change`
        :raises AccessError: for who neither manages sales nor invoices
        :raises UserError: when it is not paused on that day
        """
        self._check_change()
        self.sudo()._resume_from(self._read_change_day(day), self._read_note(note))
        return self._say_next_due()

    def _change_from(self, day, numbers, note, replaces_later=False):
        """Record another price or quantity from a day on, and have the order line say what holds today.

        :param day: date
        :param dict numbers: by name: ``price_unit``, ``discount``, ``quantity``
        :param bool replaces_later: whether the same is recorded for each later day of which something else is agreed
        """
        self._check_runs()
        for kind, names in SAID.items():
            said = {name: numbers[name] for name in names if name in numbers}
            days = [day, *self._later_days(kind, day)] if replaces_later else [day]
            for one in days if said else ():
                if kind == "quantity":
                    self._record_quantity(one, said["quantity"], note)
                    continue
                before = self._price_to_change(one) if kind == "price" else self._agreed_on(kind, one)
                self._record(kind, one, note, **{**before, **said})
        self._tell_changed()

    def _record_quantity(self, day, quantity, note=""):
        """Record another quantity, also for what goes on from this charge later with the quantity that it had.

        :param day: date
        :param float quantity: how much
        """
        following = self._following()
        carried = self._carries_quantity(following, day)
        self._record("quantity", day, note, quantity=quantity)
        if not carried:
            return
        begins = following.first_day
        held = self._holding("quantity", begins - timedelta(days=1)).quantity
        if held != following._holding("quantity", begins).quantity:
            following._record("quantity", begins, note, quantity=held)

    def _carries_quantity(self, following, day):
        """Return whether the charge as which this one goes on after a day (date) goes on with the quantity it has."""
        if not following or following.first_day <= day:
            return False
        last = following.first_day - timedelta(days=1)
        agreed = following._holding("quantity", following.first_day)
        return self._holding("quantity", last).quantity == agreed.quantity

    def _pause_from(self, day, last, note):
        """Record a pause.

        :param day: date, the first day not charged
        :param last: date, the last one; None where it is not known
        """
        self._check_runs()
        if self._is_paused_on(day):
            raise UserError(self.env._("%(name)s is paused on %(day)s already.", name=self.display_name, day=day))
        if last and last < day:
            raise UserError(self.env._("until: %(last)s is before %(day)s.", last=last, day=day))
        self._record("pause", day, note, last_day=last)
        self._tell_changed()

    def _leave_out_cancelled(self, cancelled):
        """Pause these charges for the days on which their order was cancelled, but for what is billed of them.

        :param dict cancelled: on which day (date) each one was cancelled
        """
        stands = self._stands()
        for charge in self.filtered(lambda row: row.kind == "recurring" and cancelled.get(row)):
            first = max(cancelled[charge] + timedelta(days=1), charge._first_day_not_billed(stands.get(charge, {})))
            last = charge._last_day_gone()
            if first > last:
                continue
            order = charge.order_id.sudo()
            history = order._billing_for_history()
            days = {"first": format_date(history.env, first), "last": format_date(history.env, last)}
            told = history.env._(
                "%(name)s is not charged from %(first)s to %(last)s, while the order was cancelled. “Resume” in the "
                "subscription, from %(first)s, charges these days.",
                name=charge.with_env(history.env).display_name,
                **days,
            )
            charge._record("pause", first, self.env._("The order was cancelled"), last_day=last)
            order._billing_log(told)

    def _first_day_not_billed(self, stands):
        """Return the first day (date) after all periods of which something is billed.

        :param dict stands: as of ``_stands``, of this charge
        """
        billed = [number for number, units in stands.items() if units]
        after = date.fromordinal(self._cadence().start(max(billed) + 1)) if billed else self.first_day
        return max(after, self._first_billed_day())

    def _last_day_gone(self):
        """Return the last day (date) that is over: of charges billed by whole periods, that of the last period."""
        after = self._now()
        if self.proration == "none":
            cadence = self._cadence()
            after = date.fromordinal(cadence.start(cadence.holding(after.toordinal())))
        return min(after - timedelta(days=1), self.last_day or date.max)

    def _resume_from(self, day, note):
        """Record the end of a pause.

        :param day: date, the first day charged again
        """
        self._check_runs()
        if not self._is_paused_on(day):
            raise UserError(self.env._("%(name)s is not paused on %(day)s.", name=self.display_name, day=day))
        self._record("resume", day, note)
        self._tell_changed()

    def _agreed_on(self, kind, day):
        """Return what a kind of version says on a day, by name."""
        version = self._holding(kind, day)
        return {name: version[name] for name in SAID[kind]}

    def _later_days(self, kind, day):
        """Return the days after a day from which something else of a kind is agreed already."""
        return sorted({row.day for row in self.version_ids if row.kind == kind and row.day > day})

    # === CHECKS AND WORDS === #

    def _check_change(self):
        """Let a caller pass who may change this charge.

        :raises AccessError: for anybody else
        """
        self.ensure_one()
        self._check_may_change()
        self.check_access("read")

    @api.model
    def _check_may_change(self):
        """Let users pass who may change what was agreed.

        :raises AccessError: for anybody else
        """
        if not (self.env.su or any(self.env.user.has_group(group) for group in CHANGE_GROUPS)):
            raise AccessError(
                self.env._("What was agreed is changed by sales managers and by who invoices. Ask one of them.")
            )

    def _check_runs(self):
        if self.state != "running":
            raise UserError(self.env._("%s is cancelled: nothing of it changes.", self.order_id.name))

    def _read_change_day(self, day):
        """Return the day (date) that a caller names, by a date or a word."""
        if isinstance(day, str) and day in (NOW, NEXT_PERIOD):
            day = self._today() if day == NOW else self._next_period()
        else:
            day = read_argument(self.env, "day", values.day, day)
        if day < self.first_day:
            raise UserError(self.env._("day: %(day)s is before the start, %(first)s.", day=day, first=self.first_day))
        if self.last_day and day > self.last_day:
            raise UserError(self.env._("day: %(day)s is after the end, %(last)s.", day=day, last=self.last_day))
        if day.year > self._today().year + MOST_YEARS:
            raise UserError(self.env._("day: %(day)s is more than %(most)s years ahead.", day=day, most=MOST_YEARS))
        return day

    def _next_period(self):
        """Return the first day (date) of the next period, as the customer has today."""
        return date.fromordinal(self._cadence().first_from(self._today().toordinal() + 1))

    @api.model
    def _read_number(self, name, value):
        number = read_argument(self.env, name, values.number, value)
        return float(number)

    @api.model
    def _read_note(self, note):
        return read_argument(self.env, "note", values.text, note or "")

    def _say_next_due(self):
        return {"next_due": str(self.sudo().next_due or "") or False}

    def _as_versions(self, day, numbers):
        """Return versions in memory that say other numbers from a day on."""
        new, found = self.env["subscription.charge.version"].new, []
        for kind, names in SAID.items():
            said = {name: numbers[name] for name in names if name in numbers}
            if said:
                before = self._price_to_change(day) if kind == "price" else self._agreed_on(kind, day)
                found.append(new({"kind": kind, "day": day, **before, **said}))
        return found
