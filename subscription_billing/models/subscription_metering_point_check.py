import logging
from datetime import date

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, format_date

from ..ingest import rollups

_logger = logging.getLogger(__name__)
#: The most days that one check names, and that its activity does.
MOST_DIFFERING, MOST_NAMED = 1_000, 20
#: The parameter that says which month was checked last, where a check was not through.
CHECKED = "subscription_billing.usage_checked_back_to"
MANAGERS = ("sales_team.group_sale_manager", "account.group_account_invoice")


class SubscriptionMeteringPoint(models.Model):
    """What days sum up to is checked against the records each night, and worked out anew on demand."""

    _inherit = "subscription.metering.point"

    def action_rebuild(self):
        """Work the sums of all days out of their records anew.

        :return: what was done, for the screen
        :raises AccessError: for who neither manages sales nor invoices, or may not read them
        """
        self.check_access("read")
        if not any(self.env.user.has_group(group) for group in MANAGERS):
            raise AccessError(self.env._("Only sales managers and invoicing can do this."))
        self.sudo()._rebuild_all()
        message = self.env._("The days were worked out of their records anew.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message, "next": {"type": "ir.actions.act_window_close"}},
        }

    def _rebuild_all(self):
        """Work all days out anew, have subscriptions follow, and close what was asked of it."""
        before = self._first_days()
        self._rebuild_days()
        after = self._first_days()
        touched = {id_: min(day for day in (before.get(id_), after.get(id_)) if day) for id_ in before | after}
        self.env["subscription.usage"]._follow(touched)
        self.activity_ids.filtered("subscription_usage_check").unlink()

    def _first_days(self):
        """Return the first day of usage of each of these points: ``{id: date}``."""
        query = SQL(
            "SELECT point_id, min(day) FROM subscription_usage_day WHERE point_id = ANY(%s) GROUP BY point_id", self.ids
        )
        return dict(self.env.execute_query(query))

    @api.model
    def _cron_check(self):
        """Check what days sum up to against the records, from the latest month back (called each night).

        What time is left for is checked; the next run goes on where this one ended.

        :return: the days that differ: ``{id of the metering point: dates}``
        """
        parameters, found = self.env["ir.config_parameter"].sudo(), {}
        checked = parameters.get_param(CHECKED) or "9999"
        months = [month for month in rollups.local_months(self.env.cr) if str(month) < checked]
        self.env["ir.cron"]._commit_progress(remaining=len(months))
        for month in months:
            for point_id, days in self._check_month(month).items():
                found.setdefault(point_id, []).extend(days)
            parameters.set_param(CHECKED, month != months[-1] and str(month))
            if not self.env["ir.cron"]._commit_progress(1):
                break
        return found

    @api.model
    def _check_month(self, month):
        """Ask for the days of a month (its first day) that differ: return them by point."""
        found = {}
        for point_id, day in rollups.differing(self.env.cr, month, MOST_DIFFERING):
            found.setdefault(point_id, []).append(day)
        points = self.sudo().browse(sorted(found))
        for point in points:
            _logger.warning("Usage of metering point %s differs from its records on %s", point.id, found[point.id])
        for point in points.filtered(lambda row: not row.activity_ids.filtered("subscription_usage_check")):
            point._ask_to_rebuild(found[point.id])
        return found

    def _ask_to_rebuild(self, days: list[date]):
        """Ask for days that differ from their records.

        :param days: dates, in order
        """
        person = self._who_checks()
        env = self.with_context(lang=person.lang or self.env.lang).env
        named = ", ".join(format_date(env, day) for day in days[:MOST_NAMED]) + (" …" if len(days) > MOST_NAMED else "")
        self._without_defaults().activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=person.id,
            subscription_usage_check=True,
            summary=env._("Usage differs from its records"),
            note=Markup("<p>%s</p>") % env._("Days: %s. “Work Out Anew” sums the records up again.", named),
        )

    def _who_checks(self):
        """Return who is asked: somebody who manages accounting in the company, else the administrator."""
        managers = self.env.ref("account.group_account_manager").all_user_ids
        found = managers.filtered(lambda user: user.active and self.company_id in user.company_ids)
        return found.sorted("id")[:1] or self.env.ref("base.user_admin")
