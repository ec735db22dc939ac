from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal, pager
from odoo.http import request

LIST_URL = "/my/billing_plans"


class BillingPortal(CustomerPortal):
    """The billing plans of a customer: all his orders on one page."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "billing_plan_count" in counters:
            values["billing_plan_count"] = self._count_billing_plans(limit=1)
        return values

    @http.route([LIST_URL, f"{LIST_URL}/page/<int:page>"], type="http", auth="user", website=True)
    def portal_my_billing_plans(self, page=1, sortby="date", **_kwargs):
        """Show where the plan of each order of the customer stands.

        :param int page: of the pager
        :param str sortby: ``date`` or ``name``
        """
        sortings = self._get_billing_sortings()
        sortby = sortby if sortby in sortings else "date"
        pages = pager(
            url=LIST_URL,
            total=self._count_billing_plans(),
            page=page,
            step=self._items_per_page,
            url_args={"sortby": sortby},
        )
        orders = request.env["sale.order"]
        if pages["page_count"]:
            orders = orders.search(
                self._billing_plan_domain(),
                order=sortings[sortby]["order"],
                limit=self._items_per_page,
                offset=pages["offset"],
            )
        request.session["my_orders_history"] = orders.ids[:100]
        values = {
            **self._prepare_portal_layout_values(),
            "overviews": orders._billing_plan_overviews(),
            "page_name": "billing_plan",
            "pager": pages,
            "default_url": LIST_URL,
            "searchbar_sortings": sortings,
            "sortby": sortby,
        }
        return request.render("milestone_billing.portal_my_billing_plans", values)

    def _billing_plan_domain(self):
        return request.env["sale.order"]._billing_plan_domain(request.env.user.partner_id)

    def _get_billing_sortings(self):
        return {
            "date": {"label": request.env._("Order Date"), "order": "date_order desc, id desc"},
            "name": {"label": request.env._("Order"), "order": "name, id"},
        }

    def _count_billing_plans(self, limit=None):
        """Return how many plans the user may see, counting up to ``limit``."""
        orders = request.env["sale.order"]
        if not orders.has_access("read") or not request.env["billing.schedule"].has_access("read"):
            return 0
        return orders.search_count(self._billing_plan_domain(), limit=limit)
