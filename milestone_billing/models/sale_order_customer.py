from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


class BillingSchedule(models.Model):
    _inherit = "billing.schedule"

    def _customer_money(self, by):
        """Return what posted invoices, less credit notes, bill of these schedules, and what of it is paid.

        In one query for any number of milestones; only invoices in another currency than their order's are read.
        What a credit note settles of an invoice is not paid: its own settled part is taken off.

        :param str by: ``"id"`` for each milestone, ``"order_id"`` for each order
        :return: ``{id: (invoiced, paid)}``, untaxed, in the currency of the order; without those of which nothing is
            posted
        """
        self._flush_money()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT milestone.%s,
                       SUM(ROUND(money.invoiced / currency.rounding) * currency.rounding),
                       SUM(ROUND(money.paid / currency.rounding) * currency.rounding)
                  FROM (%s) money
                  JOIN billing_milestone milestone ON milestone.id = money.id
                  JOIN res_currency currency ON currency.id = milestone.currency_id
                 GROUP BY 1
                """,
                SQL.identifier(by),
                self._posted_money(),
            )
        )
        money = {key: (float(invoiced), float(paid)) for key, invoiced, paid in rows}
        for line in self._foreign_lines():
            milestone = line.billing_milestone_id
            invoiced = line._billing_order_amount(milestone.currency_id) * -line.move_id.direction_sign
            key = milestone[by] if by == "id" else milestone[by].id
            before = money.get(key, (0.0, 0.0))
            amounts = (invoiced, invoiced * line.move_id._billing_settled_share())
            money[key] = tuple(milestone.currency_id.round(sum(pair)) for pair in zip(before, amounts, strict=True))
        return money

    def _flush_money(self):
        self.env["account.move.line"].flush_model(["price_subtotal", "currency_id", "billing_milestone_id"])
        self.env["account.move"].flush_model(["state", "move_type", "amount_total", "amount_residual"])
        self.env["billing.milestone"].flush_model(["schedule_id", "order_id", "currency_id"])

    def _posted_money(self):
        """Return the query of the amounts of each milestone with posted lines in the order's currency."""
        return SQL(
            """
            SELECT line.billing_milestone_id AS id, SUM(amount.signed) AS invoiced,
                   SUM(amount.signed * CASE WHEN move.amount_total = 0 THEN 1
                                            ELSE 1 - move.amount_residual / move.amount_total END) AS paid
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN billing_milestone milestone ON milestone.id = line.billing_milestone_id
             CROSS JOIN LATERAL (
                   SELECT CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END * line.price_subtotal AS signed
                   ) amount
             WHERE milestone.schedule_id = ANY(%s) AND move.state = 'posted'
               AND line.currency_id = milestone.currency_id
             GROUP BY 1
            """,
            self.ids,
        )

    def _foreign_lines(self):
        """Return the posted invoice lines of these schedules in another currency than their order's."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN billing_milestone milestone ON milestone.id = line.billing_milestone_id
                 WHERE milestone.schedule_id = ANY(%s) AND move.state = 'posted'
                   AND line.currency_id != milestone.currency_id
                """,
                self.ids,
            )
        )
        return self.env["account.move.line"].sudo().browse(row_id for (row_id,) in rows)

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


class AccountMove(models.Model):
    _inherit = "account.move"

    def _billing_settled_share(self):
        """Return which part of this invoice is settled, between 0 and 1."""
        self.ensure_one()
        return 1 - self.amount_residual / self.amount_total if self.amount_total else 1.0


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
        money, upcoming = shown._customer_money("order_id"), shown._next_milestones()
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
                    "progress": order._billing_progress_words(amount, invoiced, paid),
                    "next": coming.name if coming else "",
                    "when": coming._customer_when() if coming else "",
                }
            )
        return found

    def _billing_progress_words(self, amount, invoiced, paid):
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
