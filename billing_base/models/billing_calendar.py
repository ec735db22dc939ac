from itertools import islice

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..engine.billing_days import FIRST_DAY, LAST_DAY, BillingDays, Refusal, read_days, write_days

KINDS = [("monthly", "Days of the month"), ("weekly", "Days of the week")]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHOWN_DAYS = 3


class BillingCalendar(models.Model):
    """The days on which customers are billed."""

    _name = "billing.calendar"
    _description = "Billing Days"
    _order = "name, id"

    name = fields.Char(
        required=True, translate=True, help="What people call these days, such as “Mid and end of month”."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Left empty, every company may use them.")
    kind = fields.Selection(KINDS, required=True, default="monthly", help="How the days are given.")
    days_of_month = fields.Char(
        "Days as Kept", default="last", help="The days of the month as they are kept, in the words of no language."
    )
    days_text = fields.Char(
        "Days of the Month",
        compute="_compute_days_text",
        inverse="_inverse_days_text",
        help="Numbers with commas, such as 1, 15, last. A day that a month does not have is its last one.",
    )
    monday = fields.Boolean(help="A billing day of the week.")
    tuesday = fields.Boolean(help="A billing day of the week.")
    wednesday = fields.Boolean(help="A billing day of the week.")
    thursday = fields.Boolean(help="A billing day of the week.")
    friday = fields.Boolean(help="A billing day of the week.")
    saturday = fields.Boolean(help="A billing day of the week.")
    sunday = fields.Boolean(help="A billing day of the week.")
    every = fields.Integer(
        required=True, default=1, help="1 for every month or week, 2 for every other one, 3 for every quarter…"
    )
    starting = fields.Date(
        "Counted From", help="Any day of a month, or week, that has billing days; asked for where not every one has."
    )
    cut_off_days = fields.Integer(
        "Cut-Off",
        default=0,
        help="What became due so many days before a billing day, or earlier, stands on it; what is later, on the next.",
    )
    next_days = fields.Char(compute="_compute_next_days", help="The next three billing days.")

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_days_kept(vals) for vals in vals_list])

    def write(self, vals):
        result = super().write(self._with_days_kept(vals))
        if vals.keys() & {"kind", "days_of_month", *WEEKDAYS, "every", "starting", "cut_off_days"}:
            # What waits for one of these days may wait for another one now.
            self.env["sale.order"].sudo()._billing_kept_back([("state", "=", "sale")])._billing_go_on()
        return result

    @api.depends("days_of_month")
    @api.depends_context("lang")
    def _compute_days_text(self):
        for calendar in self:
            days = calendar._read_days(calendar.days_of_month)
            calendar.days_text = write_days(days, self._last_word()) if days else calendar.days_of_month

    def _inverse_days_text(self):
        for calendar in self:
            calendar.days_of_month = calendar.days_text

    # While they are typed, they are in the text alone.
    @api.depends("kind", "days_text", *WEEKDAYS, "every", "starting", "cut_off_days")
    @api.depends_context("lang", "company")
    def _compute_next_days(self):
        today = self.env.company._billing_today()
        for calendar in self:
            days = calendar._usable_days(calendar.days_text)
            found = islice(days.days(today, LAST_DAY), SHOWN_DAYS) if days else ()
            calendar.next_days = " · ".join(format_date(self.env, day) for day in found)

    @api.constrains("kind", "days_of_month", *WEEKDAYS, "every", "starting", "cut_off_days")
    def _check_days(self):
        for calendar in self:
            if calendar.every > 1 and not calendar.starting:
                raise ValidationError(
                    self.env._("Counted From: give a day of a month, or week, that has billing days.")
                )
            try:
                calendar._billing_days()
            except Refusal as refusal:
                raise ValidationError(calendar._tell(refusal)) from refusal

    def _billing_days(self, text=None):
        """Return the days of this calendar (``engine.BillingDays``).

        :param text: its days of the month, those that are kept when left out
        :raises Refusal: where they make no sense
        """
        self.ensure_one()
        if self.kind == "weekly":
            days = tuple(number for number, name in enumerate(WEEKDAYS) if self[name])
        else:
            days = read_days(text or self.days_of_month or "", self._last_words())
        return BillingDays(self.kind, days, self.every, self.starting or FIRST_DAY, self.cut_off_days)

    def _usable_days(self, text=None):
        """Return the days of this calendar, None where they make no sense; the text is as of ``_billing_days``."""
        try:
            return self._billing_days(text)
        except Refusal:
            return None

    # === WORDS OF LANGUAGES === #

    @api.model
    def _with_days_kept(self, vals):
        """Return values with the days of the month as they are kept: the clock, and others, read another language."""
        days = self._read_days(vals.get("days_of_month"))
        return {**vals, "days_of_month": write_days(days)} if days else vals

    @api.model
    def _keep_typed_days(self):
        """Keep days that were typed in a language as those of no language; what waits for them goes on."""
        for calendar in self.with_context(active_test=False).search([("days_of_month", "!=", False)]):
            kept = self._with_days_kept({"days_of_month": calendar.days_of_month})
            if kept["days_of_month"] != calendar.days_of_month:
                calendar.write(kept)

    @api.model
    def _read_days(self, text):
        """Return the days of a month that a text names, in the words of any language; None where it names none."""
        try:
            return read_days(text or "", self._last_words())
        except Refusal:
            return None

    @api.model
    def _last_words(self):
        """Return what the last day is called in the languages of this database."""
        languages = [self.env.lang, *(code for code, _name in self.env["res.lang"].get_installed())]
        return tuple(self.with_context(lang=lang)._last_word() for lang in languages)

    @api.model
    def _last_word(self):
        return self.env._("last").lower()

    def _tell(self, refusal):
        """Return why these days make no sense, and where."""
        names = {"days": "days_text" if self.kind == "monthly" else "monday", "anchor": "starting"}
        names["cut_off"] = "cut_off_days"
        field = self._fields[names.get(refusal.place, refusal.place)]
        place = field.get_description(self.env, ["string"])["string"]
        if refusal.place == "days" and self.kind == "weekly":
            place = self.env._("Days of the Week")
        return self.env._(
            "%(name)s, %(place)s: %(reason)s",
            name=self.name,
            place=place,
            reason=REASONS[refusal.reason](self.env, **refusal.details),
        )


REASONS = {
    "none": lambda env: env._("choose at least one day."),
    "unknown": lambda env, value: env._(
        "“%s” is no day. Write numbers from 1 to 31 and the word last, with commas.", value
    ),
    "range": lambda env, value, least, most: env._(
        "%(value)s does not lie between %(least)s and %(most)s.", value=value, least=least, most=most
    ),
    "twice": lambda env: env._("a day is named twice."),
}
