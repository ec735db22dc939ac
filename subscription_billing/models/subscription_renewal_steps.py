import logging
from datetime import timedelta

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.tools import format_date

_logger = logging.getLogger(__name__)


class SubscriptionCharge(models.Model):
    """What is done by itself towards the end of a term: a reminder, a quotation, a renewal, an end. Each once."""

    _inherit = "subscription.charge"

    term_step_day = fields.Date(
        "Next Step of Its Term",
        compute="_compute_term_step_day",
        store=True,
        help="The day on which something is done next about its term: a reminder, a quotation, a renewal or an end.",
    )

    _term_step_idx = models.Index("(company_id, term_step_day) WHERE term_step_day IS NOT NULL")

    @api.depends(
        *("state", "renewal", "version_ids", "term_ids.step_ids"),
        *("plan_id.reminder_days", "plan_id.quotation_days"),
    )
    def _compute_term_step_day(self):
        for charge in self:
            charge.term_step_day = min(charge._term_steps().values(), default=False)

    def _term_steps(self):
        """Return what is to be done about the last term of this charge, by its day: ``{name: date}``."""
        self.ensure_one()
        last, end = self.term_last_day, self.last_day
        if self.state != "running" or not last:
            return {}
        # An end that somebody chose; where the rule is to end, it is the rule's own.
        if end and (end < last or (end == last and self.renewal != "end")):
            return {}
        done, steps = set(self._last_term().step_ids.mapped("kind")), {}
        if self.plan_id.reminder_days and "reminder" not in done:
            steps["reminder"] = last - timedelta(days=self.plan_id.reminder_days)
        if self.renewal == "automatic":
            steps["renew"] = last + timedelta(days=1)
        if self.renewal == "quotation":
            steps["lapse"] = last + timedelta(days=1)
            if "quotation" not in done:
                steps["quotation"] = last - timedelta(days=self.plan_id.quotation_days)
        return steps

    def _last_term(self):
        return self.term_ids.sorted("number")[-1:]

    @api.model
    def _take_term_steps(self, company):
        """Do what is due today about the terms of the charges of a company; safe to repeat."""
        today = company._billing_today()
        due = self.search([("company_id", "=", company.id), ("term_step_day", "<=", today)])
        for charge in due._of_step("renew", today):
            # Whoever records the same at the same moment was first; of one that fails, its bill says why.
            charge._safely(lambda one: one._renew_by_rule())
        for charges in due._of_step("quotation", today).grouped(lambda one: (one.order_id, one.term_last_day)).values():
            charges._safely(lambda some: some._quote_renewal(), failed="_tell_quotation_failed")
        for charge in due._of_step("lapse", today):
            charge._safely(lambda one: one._lapse())
        for charge in due._of_step("reminder", today):
            charge._safely(lambda one: one._remind())

    def _of_step(self, name, today):
        """Return those of these charges of which a step is due by a day (date)."""
        return self.filtered(lambda charge: (day := charge._term_steps().get(name)) and day <= today)

    def _safely(self, act, failed=None):
        """Do something with these charges, or leave nothing of it; the others go on.

        :param act: takes these charges
        :param str failed: name of the method that tells people of an error (takes it)
        """
        try:
            with self.env.cr.savepoint():
                act(self)
        except (UniqueViolation, OperationalError) as error:
            _logger.info("Another transaction does the same of %s: %s", self, error)
        except Exception as error:
            _logger.warning("A step of the terms of %s failed: %s", self, error, exc_info=True)
            if failed:
                getattr(self, failed)(error)

    def _note_step(self, kind):
        """Record that a step is done of the last term of each of these charges.

        :raises psycopg2.errors.UniqueViolation: where it was done
        """
        terms = [charge._last_term() for charge in self]
        self.env["subscription.term.step"].sudo().create([{"term_id": term.id, "kind": kind} for term in terms])

    # === TELLING === #

    def _remind(self):
        """Remind the salesperson that the term of this charge ends, and of what happens then."""
        self.ensure_one()
        self._note_step("reminder")
        self._ask_salesperson(self._tell_reminder, self.term_last_day)

    def _tell_reminder(self, env):
        """Return the sentence of a reminder in the language of an environment."""
        said = {"name": self.with_env(env).display_name, "day": format_date(env, self.term_last_day)}
        if self.renewal == "automatic":
            return env._("%(name)s: the term ends on %(day)s and is renewed by itself", **said)
        if self.renewal == "quotation":
            return env._("%(name)s: the term ends on %(day)s unless the customer accepts its renewal", **said)
        return env._("%(name)s ends on %(day)s", **said)

    def _ask_salesperson(self, tell, day):
        """Put an activity on the order of these charges, in the language of whom it asks; without one, a note.

        :param tell: takes an environment, returns a sentence in its language
        :param day: date, until when
        """
        order = self.order_id.sudo()
        person = order.user_id or order.team_id.user_id
        if not person.active:
            history = order._billing_for_history()
            order._billing_log(tell(history.env))
            return
        env = order.with_context(lang=person.lang or self.env.lang).env
        order = order._without_defaults()
        order.activity_schedule("mail.mail_activity_data_todo", day, summary=tell(env), user_id=person.id)


class BillingRun(models.Model):
    _inherit = "billing.run"

    @api.model
    def _begin_automatic_of(self, company):
        # OVERRIDE: terms begin and end with the day.
        self.env["subscription.charge"]._take_term_steps(company)
        return super()._begin_automatic_of(company)
