from odoo import api, models
from odoo.tools import SQL


class BillingMilestone(models.Model):
    """What posted invoices, less credit notes, bill of milestones, and what of it is paid: wherever it is shown."""

    _inherit = "billing.milestone"

    def _paid_amounts(self):
        """Return what is paid of these milestones: ``{id: untaxed amount in the order's currency}``, without zeros."""
        money = self._posted_money(SQL("milestone.id = ANY(%s)", self.ids)) if self else {}
        return {key: paid for key, (_invoiced, paid) in money.items() if paid > 0}

    @api.model
    def _posted_money(self, which, by="id"):
        """Return what is invoiced and paid, in one query for any number of milestones.

        A line is paid as far as its invoice is. What a credit note settles of an invoice is not paid: its own settled
        part is taken off; and no more is paid of a milestone than is invoiced of it. Invoices in another currency than
        their order's are read one by one, and converted as Odoo converts what an order has invoiced: at the rate of the
        invoice's day.

        :param SQL which: a condition on the table ``milestone``
        :param str by: ``"id"`` for each milestone, ``"order_id"`` for each order
        :return: ``{id: (invoiced, paid)}``, untaxed, in the currency of the order; without those of which nothing is
            posted
        """
        self._flush_money()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT milestone.%s,
                       SUM(money.invoiced),
                       SUM(LEAST(ROUND(money.paid / currency.rounding) * currency.rounding,
                                 GREATEST(money.invoiced, 0)))
                  FROM (%s) money
                  JOIN billing_milestone milestone ON milestone.id = money.id
                  JOIN res_currency currency ON currency.id = milestone.currency_id
                 GROUP BY 1
                """,
                SQL.identifier(by),
                self._own_money(which),
            )
        )
        money = {key: (float(invoiced), float(paid)) for key, invoiced, paid in rows}
        for line in self._foreign_lines(which):
            milestone = line.billing_milestone_id
            invoiced = line._billing_order_amount(milestone.currency_id) * -line.move_id.direction_sign
            key = milestone[by] if by == "id" else milestone[by].id
            before = money.get(key, (0.0, 0.0))
            amounts = (invoiced, invoiced * line.move_id._billing_settled_share())
            whole, paid = (milestone.currency_id.round(sum(pair)) for pair in zip(before, amounts, strict=True))
            money[key] = (whole, min(paid, max(whole, 0.0)))
        return money

    @api.model
    def _flush_money(self):
        self.env["account.move.line"].flush_model(["price_subtotal", "currency_id", "billing_milestone_id"])
        self.env["account.move"].flush_model(["state", "move_type", "amount_total", "amount_residual"])
        self.flush_model(["schedule_id", "order_id", "currency_id"])

    @api.model
    def _own_money(self, which):
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
             WHERE %s AND move.state = 'posted' AND line.currency_id = milestone.currency_id
             GROUP BY 1
            """,
            which,
        )

    @api.model
    def _foreign_lines(self, which):
        """Return posted invoice lines of milestones in another currency than their order's."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN billing_milestone milestone ON milestone.id = line.billing_milestone_id
                 WHERE %s AND move.state = 'posted' AND line.currency_id != milestone.currency_id
                """,
                which,
            )
        )
        return self.env["account.move.line"].sudo().browse(row_id for (row_id,) in rows)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _billing_settled_share(self):
        """Return which part of this invoice is settled, between 0 and 1."""
        self.ensure_one()
        return 1 - self.amount_residual / self.amount_total if self.amount_total else 1.0
