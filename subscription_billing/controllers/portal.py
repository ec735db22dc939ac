from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal, pager
from odoo.exceptions import UserError
from odoo.http import request

from .usage_portal import send_table

LIST_URL = "/my/subscriptions"


class SubscriptionPortal(CustomerPortal):
    """The subscriptions of a customer: what runs, what comes, and what he may change himself."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "subscription_count" in counters:
            values["subscription_count"] = self._my_subscriptions().search_count(
                self._my_subscription_domain(), limit=1
            )
        return values

    @http.route([LIST_URL, f"{LIST_URL}/page/<int:page>"], type="http", auth="user", website=True)
    def portal_my_subscriptions(self, page=1, **_kwargs):
        """Show the subscriptions of the customer.

        :param int page: of the pager
        """
        charges, domain = self._my_subscriptions(), self._my_subscription_domain()
        pages = pager(url=LIST_URL, total=charges.search_count(domain), page=page, step=self._items_per_page)
        found = charges.search(domain, limit=self._items_per_page, offset=pages["offset"])
        values = {
            **self._prepare_portal_layout_values(),
            "summaries": [charge._portal_summary() for charge in found],
            "page_name": "subscription",
            "pager": pages,
            "default_url": LIST_URL,
        }
        return request.render("subscription_billing.portal_my_subscriptions", values)

    @http.route(f"{LIST_URL}/<int:charge_id>", type="http", auth="user", website=True)
    def portal_my_subscription(self, charge_id, quantity=None, done=None, **_kwargs):
        """Show one subscription, and what another quantity would bill.

        :param int charge_id: of the subscription
        :param str quantity: to show what its invoices become with it
        :param str done: what was done just now: ``quantity`` or ``cancel``
        """
        charge = self._my_subscription(charge_id)
        if not charge:
            return request.redirect(LIST_URL)
        values = self._subscription_values(charge, done=done)
        if quantity and charge._portal_may_change():
            try:
                values["wanted"] = charge._portal_read_quantity(quantity)
                values["preview"] = charge._portal_preview(values["wanted"])
            except UserError as error:
                values["problem"] = str(error)
        return request.render("subscription_billing.portal_my_subscription", values)

    @http.route(f"{LIST_URL}/<int:charge_id>/quantity", type="http", auth="user", website=True, methods=["POST"])
    def portal_change_quantity(self, charge_id, quantity="", **_kwargs):
        """Change the quantity from today on, where the plan allows.

        :param int charge_id: of the subscription
        :param str quantity: as the customer entered it
        """
        return self._do(
            charge_id,
            "quantity",
            lambda charge, partner: charge._portal_change_quantity(charge._portal_read_quantity(quantity), partner),
        )

    @http.route(f"{LIST_URL}/<int:charge_id>/cancel", type="http", auth="user", website=True, methods=["POST"])
    def portal_cancel_subscription(self, charge_id, **_kwargs):
        """Cancel to the earliest day, where the plan allows.

        :param int charge_id: of the subscription
        """
        return self._do(charge_id, "cancel", lambda charge, partner: charge._portal_end(partner))

    @http.route(f"{LIST_URL}/<int:charge_id>/usage.csv", type="http", auth="user", website=True)
    def portal_subscription_usage(self, charge_id, **_kwargs):
        """Send the records of the running period.

        :param int charge_id: of the subscription
        """
        charge = self._my_subscription(charge_id)
        table = charge and charge._portal_usage_table()
        if not table:
            return request.redirect(LIST_URL)
        return send_table(*table, str(charge.id))

    def _do(self, charge_id, done, act):
        """Do something to a subscription of the customer, and show it again: what came of it, or what is in the way."""
        charge = self._my_subscription(charge_id)
        if not charge:
            return request.redirect(LIST_URL)
        try:
            with request.env.cr.savepoint():
                act(charge, request.env.user.partner_id)
        except UserError as error:
            values = self._subscription_values(charge)
            return request.render("subscription_billing.portal_my_subscription", dict(values, problem=str(error)))
        return request.redirect(f"{LIST_URL}/{charge.id}?done={done}")

    def _subscription_values(self, charge, done=None):
        return {
            **self._prepare_portal_layout_values(),
            "summary": charge._portal_summary(),
            "charge": charge,
            "coming": charge._portal_coming(3),
            "usage": charge._portal_usage(),
            "invoices": charge._portal_invoices(request.env.user.partner_id),
            "may_change": charge._portal_may_change(),
            "may_cancel": charge._portal_may_cancel(),
            "last_day": charge._portal_may_cancel() and charge._portal_last_day(),
            "page_name": "subscription",
            "wanted": charge.quantity,
            "preview": [],
            "problem": "",
            "done": done if done in ("quantity", "cancel") else None,
        }

    # === WHOSE === #

    def _my_subscriptions(self):
        """Return the model with all rights: customers have none of their own to it."""
        return request.env["subscription.charge"].sudo()

    def _my_subscription_domain(self):
        return self._my_subscriptions()._of_customer(request.env.user.partner_id)

    def _my_subscription(self, charge_id):
        """Return a subscription of the customer (``subscription.charge``), with all rights; none of others."""
        return self._my_subscriptions().search([*self._my_subscription_domain(), ("id", "=", charge_id)])
