import logging
from datetime import date, timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import from_units
from odoo.tools import SQL, format_date

from ..engine.metering import LASTING
from ..engine.proration import fraction

_logger = logging.getLogger(__name__)
KINDS = [
    ("included", "Included units are used up"),
    ("commitment", "The commitment is used up"),
    ("budget", "A budget is used up"),
    ("jump", "Usage jumps"),
]
#: Which sum of a day says how much was used, of meters whose days are compared.
ADDED_UP = {"sum": "sum", "count": "count"}
#: With how many days before it a day is compared.
BEFORE = 7
#: How long after usage came alerts are looked at: what comes meanwhile is looked at together.
SOON = timedelta(minutes=1)
#: What of an alert says how far it was looked at.
LOOKED = frozenset({"looked_on", "seen_batch"})
#: Charges with alerts that were not looked at today, or not since usage came; the longest waiting first.
WAITING = """
SELECT array_agg(alert.id ORDER BY alert.id)
  FROM subscription_usage_alert alert
  JOIN subscription_charge charge ON charge.id = alert.charge_id
  JOIN subscription_metering_point point ON point.id = charge.metering_point_id
 WHERE alert.active AND charge.state = 'running'
   AND (alert.looked_on IS NULL OR alert.looked_on != %s OR point.last_batch > COALESCE(alert.seen_batch, 0))
 GROUP BY charge.id
 ORDER BY min(alert.looked_on) NULLS FIRST, min(alert.seen_batch), charge.id
"""


class SubscriptionUsageAlert(models.Model):
    """When somebody is told of what a subscription uses: once in a period, or once a day where usage jumps."""

    _name = "subscription.usage.alert"
    _description = "Usage Alert"
    _order = "charge_id, id"
    _rec_name = "kind"

    active = fields.Boolean(default=True)
    charge_id = fields.Many2one(
        "subscription.charge", "Subscription", required=True, index=True, ondelete="cascade", help="Whose usage it is."
    )
    company_id = fields.Many2one(related="charge_id.company_id", store=True, index=True, precompute=True)
    currency_id = fields.Many2one(related="charge_id.currency_id")
    kind = fields.Selection(KINDS, "When", required=True, default="included", help="What is watched.")
    percent = fields.Float(default=80.0, min_display_digits=0, help="At how much of it somebody is told.")
    budget = fields.Monetary(help="What a period should cost at most; more is billed all the same.")
    factor = fields.Float(
        "Times the Mean",
        default=3.0,
        min_display_digits=0,
        help="A day that uses more than so many times the mean of the seven days before is a jump.",
    )
    tell_customer = fields.Boolean("Mail to the Customer", help="He is told, too; else the salesperson alone.")
    sent_ids = fields.One2many("subscription.usage.alert.sent", "alert_id", "Told", readonly=True)
    looked_on = fields.Date(readonly=True, copy=False, help="The day, in universal time, on which it was looked at.")
    seen_batch = fields.Integer(
        "Last Batch Seen", readonly=True, copy=False, help="The last batch of usage that was known then."
    )

    _once_fields = frozenset({"charge_id"})
    _numbers_positive = models.Constraint(
        "CHECK(percent > 0 AND factor > 0 AND (kind != 'budget' OR budget > 0))",
        "Percent, budget and factor are above zero.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        alerts = super().create(vals_list)
        alerts.charge_id.sudo(False).check_access("read")
        alerts._wake()
        return alerts

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys() <= LOOKED:
            # What it watches now may have come before.
            self.sudo().write({"looked_on": False})
            self._wake()
        return result

    # === LOOKING === #

    @api.model
    def _wake(self):
        """Have alerts looked at soon after this transaction is committed."""
        precommit = self.env.cr.precommit
        if not precommit.data.get("subscription_billing.alerts_woken"):
            precommit.data["subscription_billing.alerts_woken"] = True
            precommit.add(self._trigger_check)

    @api.model
    def _trigger_check(self):
        """Have the scheduled action run soon, once, however much comes until then."""
        cron = self.env.ref("subscription_billing.ir_cron_check_usage_alerts", raise_if_not_found=False)
        now = fields.Datetime.now()
        if cron and not self.env["ir.cron.trigger"].sudo().search_count(
            [("cron_id", "=", cron.id), ("call_at", ">", now)], limit=1
        ):
            cron.sudo()._trigger(now + SOON)

    @api.model
    def _cron_check(self):
        """Tell of what came since alerts were looked at, a subscription after the other, for as long as Odoo gives."""
        self.env.flush_all()
        waiting = self.env.execute_query(SQL(WAITING, fields.Datetime.now().date()))
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for [ids] in waiting:
            alerts = self.sudo().browse(ids).exists()
            if alerts:
                alerts._look()
            if not self.env["ir.cron"]._commit_progress(1):
                return

    def _look(self):
        """Look at these alerts of one charge, and keep how far; what fails is logged, and looked at with what comes."""
        # Whoever is told reads it in his language, whoever looks.
        lang = self.charge_id.order_id._billing_for_history().env.lang
        alerts = self.with_company(self.company_id).with_context(lang=lang)
        charge = alerts.charge_id
        seen = {"looked_on": fields.Datetime.now().date(), "seen_batch": charge.metering_point_id.last_batch}
        try:
            with self.env.cr.savepoint():
                alerts._check_usage_of(charge)
        except OperationalError as error:
            _logger.info("Another transaction does something of charge %s, its alerts wait: %s", charge.id, error)
            return
        except Exception:
            _logger.warning("Usage alerts of charge %s were not looked at", charge.id, exc_info=True)
        self.write(seen)

    def _check_usage_of(self, charge):
        """Tell whom these alerts are for, where what they watch has come of a charge: today, and of days sent since."""
        bills = {}
        for alert in self:
            days = alert._days_to_look_at()
            if alert.kind == "jump":
                for day in days:
                    alert._tell_once(day, alert._jumped(day))
                continue
            for part in charge._parts_of(days):
                if part not in bills:
                    bills[part] = charge._used_in_part(part)
                alert._tell_once(date.fromordinal(part.start), alert._reached(bills[part]))

    def _days_to_look_at(self):
        """Return the days (dates) of which usage came since this alert was looked at, and today."""
        self.ensure_one()
        charge = self.charge_id
        today = charge._now()
        if not (self.looked_on or self.seen_batch):
            # What was used before somebody watched it is no news.
            return [today]
        query = SQL(
            """
            SELECT DISTINCT day FROM subscription_usage_day
             WHERE point_id = %s AND batch_id > %s AND day >= %s AND day < %s
          ORDER BY day
            """,
            charge.metering_point_id.id,
            self.seen_batch or 0,
            charge.first_day,
            today,
        )
        return [*(day for [day] in self.env.execute_query(query)), today]

    def _reached(self, bill):
        """Return what has come of a period, in words; nothing where it has not.

        :param bill: of the period so far (``engine.bill.Rounded``)
        """
        charge, env = self.charge_id, self.env
        used, most = self._of(bill)
        if not most or used * 100 < most * self.percent:
            return None
        said = {"charge": charge.display_name, "percent": round(100 * float(used / most))}
        text = env._("%(charge)s: %(percent)s %% of %(what)s are used.", what=self._what(most), **said)
        over = bill.part.to <= charge._now().toordinal()
        return f"{text} ({charge._tell_days(bill.part.start, bill.part.to, env)})" if over else text

    def _of(self, bill):
        """Return what was used so far, and of how much."""
        charge = self.charge_id
        unit, book, part = charge.currency_id.rounding, charge.price_book_id, bill.part
        if self.kind == "included":
            share = fraction(charge.proration, charge._cadence(), part.number, part.start, part.to)
            return float(sum(segment.quantity for segment in bill.segments)), float(book._included(share))
        amount = from_units(sum(bill.amounts) + bill.overage, unit)
        if self.kind == "budget":
            return amount, self.budget
        share = fraction(charge.proration, charge._cadence(), part.number, part.start, part.to)
        return amount, book.commitment * float(share) if book.group_by in LASTING else 0.0

    def _what(self, most):
        charge, env = self.charge_id, self.env
        if self.kind == "included":
            return env._("%s included", charge._tell_usage_quantity(most, env))
        money = charge._tell_money(most, env)
        return env._("the budget of %s", money) if self.kind == "budget" else env._("the commitment of %s", money)

    def _jumped(self, day):
        """Return in words that the usage of a day (date) jumped, nothing where it did not."""
        charge, env = self.charge_id, self.env
        column = ADDED_UP.get(charge.price_book_id.meter_id.aggregation)
        if not column:
            return None
        query = SQL(
            """
            SELECT COALESCE(sum(%(column)s) FILTER (WHERE day = %(today)s), 0),
                   COALESCE(sum(%(column)s) FILTER (WHERE day < %(today)s), 0)
              FROM subscription_usage_day
             WHERE point_id = %(point)s AND day BETWEEN %(today)s - %(days)s AND %(today)s
            """,
            today=day,
            column=SQL.identifier(column),
            point=charge.metering_point_id.id,
            days=BEFORE,
        )
        [(now, before)] = env.execute_query(query)
        mean = float(before) / BEFORE
        if mean <= 0 or float(now) <= mean * self.factor:
            return None
        said = {"charge": charge.display_name, "now": charge._tell_usage_quantity(float(now), env)}
        said["mean"] = charge._tell_usage_quantity(round(mean, 3), env)
        if day == charge._now():
            return env._("%(charge)s: %(now)s today, %(mean)s a day in the week before.", **said)
        said["day"] = format_date(env, day)
        return env._("%(charge)s: %(now)s on %(day)s, %(mean)s a day in the week before.", **said)

    def _tell_once(self, day, text):
        """Tell the salesperson, and the customer where that is wanted, unless they were told.

        :param day: date: the first day of the period, or the one on which usage jumped
        :param text: in words, what has come; nothing where nothing has
        """
        if not text:
            return
        query = SQL(
            """
            INSERT INTO subscription_usage_alert_sent (alert_id, charge_id, kind, percent, day, text, create_date)
            VALUES (%s, %s, %s, %s, %s, %s, now() AT TIME ZONE 'UTC') ON CONFLICT DO NOTHING RETURNING id
            """,
            self.id,
            self.charge_id.id,
            self.kind,
            self.percent,
            day,
            text,
        )
        if not self.env.execute_query(query):
            return
        self.sent_ids.invalidate_recordset()
        order = self.charge_id.order_id
        order.activity_schedule(
            "mail.mail_activity_data_todo", summary=text, user_id=order.user_id.id or self.create_uid.id
        )
        if self.tell_customer:
            order.message_post(
                body=text, partner_ids=order.partner_id.ids, message_type="comment", subtype_xmlid="mail.mt_comment"
            )
            # Odoo's mail queue keeps what a scheduled action writes for its next turn, once an hour.
            queue = self.env.ref("mail.ir_cron_mail_scheduler_action", raise_if_not_found=False)
            if queue:
                queue.sudo()._trigger()


class SubscriptionUsageAlertSent(models.Model):
    """That somebody was told: once in a period, whatever happens at the same moment."""

    _name = "subscription.usage.alert.sent"
    _description = "Usage Alert That Was Told"
    _inherit = ["record.append.only"]
    _order = "id desc"
    _rec_name = "text"

    alert_id = fields.Many2one("subscription.usage.alert", index="btree_not_null", ondelete="restrict")
    charge_id = fields.Many2one("subscription.charge", required=True, index=True, ondelete="restrict")
    kind = fields.Selection(KINDS, "When", required=True)
    percent = fields.Float()
    day = fields.Date(required=True, help="The first day of the period, or the day on which usage jumped.")
    text = fields.Char("Told", required=True, help="What was told.")
    create_date = fields.Datetime("On", readonly=True, help="When it was told.")

    _once = models.UniqueIndex("(alert_id, day)", "Of a period, somebody is told once.")


class SubscriptionCharge(models.Model):
    _inherit = "subscription.charge"

    @api.model
    def _follow_usage(self, days):
        # OVERRIDE: whoever watches usage is told soon after it came: whoever sends it does not wait for that.
        done = super()._follow_usage(days)
        watched = [
            ("charge_id.metering_point_id", "in", list(days)),
            ("charge_id.state", "=", "running"),
        ]
        alerts = self.env["subscription.usage.alert"].sudo()
        if alerts.search_count(watched, limit=1):
            alerts._wake()
        return done
