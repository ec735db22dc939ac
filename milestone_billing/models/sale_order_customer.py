from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


class BillingSchedule(models.Model):
    _inherit = "billing.schedule"

    def _next_milestones(self):
        """Return the milestone of these schedules that comes next in each order: ``{order id: milestone}``.

        The first that is not attained, by its planned day; those without one come after, as the plan has them.
        """
        milestones = self.env["billing.milestone"].sudo()
        milestones.flush_model(["schedule_id", "order_id", "attained_percent", "state", "planned_date", "sequence"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (order_id) order_id, id
                  FROM billing_milestone
                 WHERE schedule_id = ANY(%s) AND attained_percent < 100 AND state != 'cancelled'
                 ORDER BY order_id, planned_date NULLS LAST, sequence, id
                """,
                self.ids,
            )
        )
        found = milestones.browse(row_id for _order, row_id in rows)
        return dict(zip((order for order, _row in rows), found, strict=True))


class SaleOrder(models.Model):
    """The billing plans of a customer, all on one page of the portal."""

    _inherit = "sale.order"

    def _billing_plan_domain(self, partner):
        """Return the domain of the confirmed orders of a customer whose plan he is shown.

        :param partner: the one who reads (``res.partner``)
        """
        shown = Domain("show_to_customer", "=", True) & Domain("milestone_ids", "!=", False)
        return (
            Domain("partner_id", "child_of", partner.commercial_partner_id.ids)
            & Domain("state", "=", "sale")
            & Domain("billing_schedule_ids", "any", shown)
        )

    def _billing_plan_overviews(self):
        """Return where the plan of each of these orders stands, for its customer, in its currency, untaxed.

        Read with all rights: whoever may read the order may read its plan. The sums are made by the database.

        :return: ``[{"order", "projects": those the user may read, "amount", "invoiced", "paid", "progress": in words,
            "next": name of the milestone that comes next, or "", "when": when, in words, or ""}]``, in this order
        """
        orders = self.sudo()
        shown = orders.billing_schedule_ids.filtered("show_to_customer")
        totals = dict(
            self.env["billing.milestone"]
            .sudo()
            ._read_group([("schedule_id", "in", shown.ids)], ["order_id"], ["amount:sum"])
        )
        money = self.env["billing.milestone"]._posted_money(
            SQL("milestone.schedule_id = ANY(%s)", shown.ids), by="order_id"
        )
        upcoming = shown._next_milestones()
        readable = orders.project_ids.with_env(self.env)._filtered_access("read")
        found = []
        for order in orders:
            amount = order.currency_id.round(totals.get(order, 0.0))
            invoiced, paid = money.get(order.id, (0.0, 0.0))
            coming = upcoming.get(order.id)
            found.append(
                {
                    "order": order,
                    "projects": order.project_ids & readable,
                    "amount": amount,
                    "invoiced": invoiced,
                    "paid": paid,
                    "progress": order._billing_progress_text(amount, invoiced, paid),
                    "next": coming.name if coming else "",
                    "when": coming._customer_when() if coming else "",
                }
            )
        return found

    def _billing_progress_text(self, amount, invoiced, paid):
        """Return how far a plan is, in words."""
        compare, percent = self.currency_id.compare_amounts, self.env["billing.milestone"]._short_percent
        if compare(invoiced, 0.0) <= 0:
            return self.env._("Nothing invoiced yet")
        if compare(paid, amount) >= 0:
            return self.env._("All paid")
        whole = amount or invoiced
        return self.env._(
            "%(invoiced)s %% invoiced, %(paid)s %% paid",
            invoiced=percent(round(100.0 * invoiced / whole, 1)),
            paid=percent(round(100.0 * paid / whole, 1)),
        )
