from markupsafe import Markup

from odoo import api, fields, models
from odoo.addons.billing_base.models.obstacles import explain
from odoo.fields import Domain

#: What of a run keeps something back.
KEPT_BACK = ("blocked", "failed")
#: What of it is asked here; the run asks for the rest.
ASKED = ("refused", "unexpected", "negative", "archived_customer", "archived_currency")


class SubscriptionCharge(models.Model):
    """What is due of a charge and was not billed: why, and who is asked to mend it."""

    _inherit = "subscription.charge"

    is_kept_back = fields.Boolean(
        "Kept Back", compute="_compute_kept_back", search="_search_is_kept_back", help="Due, and not billed by a run."
    )
    kept_back_reason = fields.Char(
        "Why It Waits", compute="_compute_kept_back", help="What keeps it from being billed."
    )
    kept_back_remedy = fields.Char("What Lifts It", compute="_compute_kept_back", help="What has it billed.")

    @api.depends("next_due", "order_id")
    @api.depends_context("lang")
    def _compute_kept_back(self):
        rows = self._kept_back_rows()
        for charge in self:
            row = rows.get(charge.order_id.id) if charge._is_due() else None
            charge.is_kept_back = bool(row)
            charge.kept_back_reason, charge.kept_back_remedy = explain(row.why, self.env) if row else (False, False)

    def _is_due(self):
        return bool(self.next_due and self.next_due <= self.company_id._billing_today())

    def _kept_back_rows(self):
        """Return of each order of these charges the last row of a run, where that kept it back: ``{id: row}``."""
        rows = self.env["billing.run.invoice"].sudo().search([("order_ids", "in", self.order_id.ids)], order="id")
        last = {order: row for row in rows for order in row.order_ids.ids}
        return {order: row for order, row in last.items() if row.state in KEPT_BACK}

    @api.model
    def _search_is_kept_back(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        domain = [("state", "in", KEPT_BACK), ("company_id", "in", self.env.companies.ids)]
        orders = self.env["billing.run.invoice"].sudo().search(domain).order_ids
        charges = self.sudo().search([("order_id", "in", orders.ids), ("next_due", "!=", False)])
        found = Domain("id", "in", charges.filtered("is_kept_back").ids)
        return found if (operator == "in") == (True in value) else ~found


class MailActivity(models.Model):
    _inherit = "mail.activity"

    subscription_why = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Why subscriptions of an order are not billed, as facts: the activity goes once they are.",
    )


class BillingSourceCharge(models.AbstractModel):
    _inherit = "billing.source.charge"

    @api.model
    def _kept_back(self, keys, why):
        # What waits for a rule or a hold is seen on the run; what failed is asked of a person, once.
        if self._asks_to_mend(why):
            charges = self.env["subscription.charge"].sudo().browse(int(key.split("/")[1]) for key in keys)
            for order in charges.exists().order_id:
                order._subscription_ask_to_mend(why)

    @api.model
    def _asks_to_mend(self, why):
        return why["name"] in ASKED

    @api.model
    def _billed(self, dues, lines):
        orders = [due.order for due in dues if due.source == self._name]
        self.env["sale.order"].sudo().browse(orders)._subscription_stop_asking()
        return super()._billed(dues, lines)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _create_invoices(self, grouped=False, final=False, date=None):
        moves = super()._create_invoices(grouped=grouped, final=final, date=date)
        charges = self._subscription_activities() and self.sudo().order_line._subscription_running()
        waiting = charges and charges.filtered(lambda charge: charge._is_due()).order_id
        if charges:
            (self - self.browse(waiting.ids))._subscription_stop_asking()
        return moves

    def _subscription_activities(self):
        domain = [("res_model", "=", self._name), ("res_id", "in", self.ids), ("subscription_why", "!=", False)]
        return self.env["mail.activity"].sudo().search(domain)

    def _subscription_ask_to_mend(self, why):
        """Ask the person responsible for what keeps subscriptions of this order back, unless that was asked.

        :param dict why: facts, as ``obstacles`` has them
        """
        self.ensure_one()
        asked = self._subscription_activities()
        person = asked[:1].user_id or self.user_id or self.env.ref("base.user_admin")
        env = self.with_context(lang=person.lang or self.env.lang).env
        reason, remedy = explain(why, env)
        # The note is HTML, and names in it may have been typed by anybody: they are escaped.
        said = {
            "summary": env._("Subscription not billed: %s", reason),
            "note": Markup("<p>%s</p>") % remedy,
            "subscription_why": why,
        }
        if asked:
            asked[:1].write(said)
            return
        self._without_defaults().activity_schedule("mail.mail_activity_data_todo", user_id=person.id, **said)

    def _subscription_stop_asking(self):
        """Close what was asked of subscriptions of these orders: they are billed."""
        if self:
            self._subscription_activities().unlink()
