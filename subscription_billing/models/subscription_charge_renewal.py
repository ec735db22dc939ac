import logging
from dataclasses import replace
from datetime import date

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.addons.record_protection.reading import values
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import ConcurrencyError, UserError

from ..engine.cadence import Step, later
from .subscription_charge_terms import exact
from .subscription_plan import UNITS

_logger = logging.getLogger(__name__)

MOST_TERMS = 10_000


class SubscriptionCharge(models.Model):
    """The terms of a charge: the first one is agreed, each further one is a renewal, recorded once.

    What is billed follows from them. A charge that is renewed by itself goes on by its rule also where the clock has
    not recorded the next term yet, so that a forecast says what will be billed; whoever bills records the term first.
    One that is renewed by quotation is charged until the end of its last term.
    """

    _inherit = "subscription.charge"

    notice_count = fields.Integer(
        "Notice", readonly=True, help="How long before its end it has to be cancelled, in its unit."
    )
    notice_unit = fields.Selection(UNITS, readonly=True, help="The unit of the notice.")
    minimum_count = fields.Integer(
        "Minimum Term", readonly=True, help="Before so long, in its unit, sales managers alone end it."
    )
    minimum_unit = fields.Selection(UNITS, readonly=True, help="The unit of the minimum term.")
    term_ids = fields.One2many("subscription.term", "charge_id", "Terms", readonly=True, help="The latest one first.")
    term_number = fields.Integer(
        compute="_compute_term", store=True, help="The number of the last term; 0 where there is none."
    )
    term_last_day = fields.Date(
        "Term Ends", compute="_compute_term", store=True, help="The last day of the last term; empty without a term."
    )

    @api.depends("term_ids")
    def _compute_term(self):
        for charge in self:
            last = charge.term_ids.sorted("number")[-1:]
            charge.term_number, charge.term_last_day = last.number, last.last_day

    @api.depends("term_ids")
    def _compute_agreed(self):
        return super()._compute_agreed()

    @api.depends("term_ids")
    def _compute_next_due(self):
        return super()._compute_next_due()

    # === FOR THE ENGINE === #

    def _agreed_terms(self):
        # OVERRIDE: how long it runs, and what its price rises by, is said by its terms.
        terms, known = super()._agreed_terms()
        if not self.term_count:
            return terms, known
        by_itself = self.renewal == "automatic"
        terms = replace(
            terms,
            term=self._term_step(),
            # Where it ends after its term, its end is recorded like any other.
            renews=self.renewal != "quotation",
            renewal_percent=exact(self.uplift_percent) if by_itself and self.uplift_percent else None,
        )
        further = self.term_ids.filtered(lambda term: term.number > 1).sorted("number")
        return terms, replace(known, renewals=tuple(term._renewal() for term in further))

    def _last_day_agreed(self):
        last_day = super()._last_day_agreed()
        if self.renewal == "quotation" and self.term_last_day:
            return min(last_day or self.term_last_day, self.term_last_day)
        return last_day

    def _term_step(self):
        return Step(self.term_count, self.term_unit)

    def _term_days(self, number):
        """Return first and last day (dates) of a term."""
        first, step = self.first_day.toordinal(), self._term_step()
        return date.fromordinal(later(first, step, number - 1)), date.fromordinal(later(first, step, number) - 1)

    # === RECORDING === #

    @api.model_create_multi
    def create(self, vals_list):
        charges = super().create(vals_list)
        for charge in charges.filtered("term_count"):
            charge._record_term(1, "agreed")
        return charges

    def _record_term(self, number, how, uplift_percent=0.0, note="", **values):
        """Record a term of this charge; whoever recorded it at the same moment was first.

        :param str how: of ``HOW``
        :return: the term
        :raises psycopg2.errors.UniqueViolation: where the term is there
        """
        self.ensure_one()
        first, last = self._term_days(number)
        vals = {"number": number, "first_day": first, "last_day": last, "how": how, "note": note, **values}
        Term = self.env["subscription.term"].sudo()
        term = Term.create([{"charge_id": self.id, "uplift_percent": uplift_percent, **vals}])
        if number > 1:
            self.line_id._subscription_tell()
        return term

    # === BY RULE === #

    def _renewed_by_itself(self):
        """Return those of these charges that go on by themselves after their last term."""
        return self.filtered(
            lambda charge: (
                charge.state == "running"
                and charge.renewal == "automatic"
                and charge.term_last_day
                and not (charge.last_day and charge.last_day <= charge.term_last_day)
            )
        )

    def _renew_by_rule(self):
        """Record the terms that began by themselves until today, of each charge.

        Whoever records the same at the same moment was first, and this is left to him.
        """
        for charge in self._renewed_by_itself():
            try:
                with self.env.cr.savepoint():
                    charge._renew_until(charge.company_id._billing_today())
            except (UniqueViolation, OperationalError) as error:
                _logger.info("%s is renewed by another transaction: %s", charge, error)

    def _renew_until(self, day):
        """Record the terms of this charge, renewed by itself, until the one that holds a day (date)."""
        while self._renewed_by_itself() and self.term_last_day < day:
            self._record_term(self.term_number + 1, "rule", self.uplift_percent)

    @api.model
    def _record_terms_of_old(self):
        """Record the terms until today of charges that have none on record, as an update finds them; safe to repeat."""
        charges = self.search([("term_count", ">", 0), ("term_ids", "=", False)])
        for charge in charges:
            charge._record_term(1, "agreed")
        charges._renew_by_rule()

    # === BY HAND === #

    def renew(self, number: int, uplift_percent: float | None = None, note: str = "") -> dict:
        """Renew this charge for one more term, before its rule does or where it has none that would.

        Where it ends with its last term, it goes on. What is billed follows by itself.

        :param int number: of the term to make, 2 for the first renewal. A term that is there is answered as it is:
            said twice, or at the moment of the clock, it is renewed once.
        :param float uplift_percent: by how much the price rises on its first day; as its plan said when left out
        :param str note: why
        :return: ``{"term", "next_due"}``: ``number``, ``from``, ``to``, ``uplift_percent``, ``how``, ``recorded``,
            ``by`` and ``note`` of the term; the ISO date on which something is to be billed next, False for never
        :raises AccessError: for who neither manages sales nor invoices
        :raises UserError: when it has no terms, is cancelled, ended before the end of its term, the number is not that
            of the next term, or the last term did not begin yet
        """
        self._check_change()
        number = read_argument(self.env, "number", values.whole, number, MOST_TERMS, 1)
        percent = self.uplift_percent if uplift_percent is None else self._read_uplift(uplift_percent)
        note = self._read_note(note)
        charge = self.sudo()
        term = charge.term_ids.filtered(lambda term: term.number == number)
        if not term:
            charge._check_may_renew(number)
            term = charge._renew_as(number, "hand", percent, note)
            charge._wake_if_due()
        return {"term": term._status(), "next_due": str(charge.next_due or "") or False}

    def _read_uplift(self, uplift_percent):
        percent = self._read_number("uplift_percent", uplift_percent)
        if percent <= -100:
            raise UserError(self.env._("uplift_percent: a price falls by less than 100 %."))
        return percent

    def _check_may_renew(self, number):
        """Let a term be made that comes next.

        :raises UserError: saying why not
        """
        if not self.term_number:
            raise UserError(self.env._("%s has no term that could be renewed.", self.display_name))
        self._check_runs()
        self._check_is_last()
        if number != self.term_number + 1:
            raise UserError(
                self.env._(
                    "number: the next term of %(name)s is %(number)s.",
                    name=self.display_name,
                    number=self.term_number + 1,
                )
            )
        if self.last_day and self.last_day < self.term_last_day:
            raise UserError(
                self.env._(
                    "%(name)s ends on %(day)s, before its term: take the end back first.",
                    name=self.display_name,
                    day=self.last_day,
                )
            )
        first = self._term_days(self.term_number)[0]
        if first > self._today():
            raise UserError(
                self.env._("%(name)s is renewed from %(day)s on already.", name=self.display_name, day=first)
            )

    def _renew_as(self, number, how, uplift_percent, note, **values):
        """Renew this charge for a term that comes next, and have it go on where it ended with the last one.

        :param values: further ones of the term
        :return: the term
        """
        ends = self.last_day and self.last_day == self.term_last_day
        try:
            with self.env.cr.savepoint():
                term = self._record_term(number, how, uplift_percent, note, **values)
        except UniqueViolation as error:
            # Odoo tries again, and finds the term.
            raise ConcurrencyError(str(error)) from error
        if ends:
            self._go_on_until(term.last_day if self.renewal == "end" else False, note)
        return term

    def _go_on_until(self, last_day, note):
        """Record another, later end of this charge, and have its order line say so.

        :param last_day: date; False for none
        """
        self._record("end", self._today(), note, last_day=last_day)
        self._tell_changed()

    # === FOR OTHER SYSTEMS === #

    def _status(self, stands):
        # OVERRIDE: its terms.
        terms = [term._status() for term in self.term_ids.sorted("number")]
        return {**super()._status(stands), "renewal": self.term_count and self.renewal or "", "terms": terms}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _create_invoices(self, grouped=False, final=False, date=None):
        # OVERRIDE: nothing of a term is billed before it is recorded.
        today = (self.company_id[:1] or self.env.company)._billing_today()
        charges = self.order_line._subscription_running()
        charges.filtered(lambda one: one.term_last_day and one.term_last_day < today)._renew_by_rule()
        return super()._create_invoices(grouped=grouped, final=final, date=date)
