from collections import namedtuple

from odoo import api, models
from odoo.addons.billing_base.engine.forecast import Expected, cumulated
from odoo.addons.billing_base.models.billing_source import OF_ORDER
from odoo.tools import SQL

#: Taxes of shares are read in millionths of a unit, and rounded along the plan.
SCALE = 1_000_000
#: A milestone of which something is not billed: what is due and what is to come, in units, untaxed and with taxes.
OpenMilestone = namedtuple(
    "OpenMilestone", "milestone order name since planned due due_taxed rest rest_taxed stands terms project"
)


class BillingSourceMilestone(models.AbstractModel):
    """What a forecast is told of milestones: what is planned, or due, and stands on no invoice."""

    _inherit = "billing.source.milestone"

    @api.model
    def _forecast(self, company, orders, until):
        """Return what is to be billed of milestones: what is attained of each now, the rest on its planned date.

        In one query. A milestone without a date is expected all the same, undated; so is one that nothing makes due any
        more. With taxes, the milestones of an order add up to what is left of it to bill.
        """
        rows, holds = self._open_milestones(company, orders), self._milestone_holds(company)
        delays = self.env["billing.milestone"].browse(row.milestone for row in rows)._forecast_delays()
        by_order, found = {}, []
        for row in rows:
            by_order.setdefault(row.order, []).append(row)
        for own in by_order.values():
            due = cumulated([int(row.due_taxed) for row in own], SCALE)
            rest = cumulated([int(row.rest_taxed) for row in own], SCALE)
            for row, *totals in zip(own, due, rest, strict=True):
                found += self._expected_of(row, *totals, holds.get(row.milestone, ()), delays.get(row.milestone, 0))
        return found

    @api.model
    def _expected_of(self, row, due, rest, holds, delay):
        """Yield what is expected of a milestone: what is due of it, and what is to come.

        :param int due, rest: what either comes to with taxes, units
        :param delay: days, None where nobody can say
        """
        base = Expected("billing.milestone", row.milestone, row.name, row.order, 0, 0, 0, 0, None, "due")
        base = base._replace(project=row.project or 0, terms=row.terms or OF_ORDER, holds=holds)
        if row.due or due:
            stands = "blocked" if row.stands == "blocked" else "due"
            yield base._replace(untaxed=int(row.due), total=due, day=row.since, certainty=stands)
        if row.rest or rest:
            nobody_knows = delay is None or row.stands == "gone"
            yield base._replace(
                untaxed=int(row.rest),
                total=rest,
                day=None if nobody_knows else row.planned,
                certainty="blocked" if nobody_knows else "planned",
                delay=delay or 0,
                moves=True,
            )

    @api.model
    def _open_milestones(self, company, orders):
        """Return rows of milestones of which something is not billed, by order and in the order of their plans.

        Untaxed amounts are units of the order's currency, those with taxes millionths of them.
        """
        for model in ("billing.milestone", "billing.milestone.allocation", "sale.order", "sale.order.line"):
            self.env[model].flush_model()
        outside = self._outside_ahead(company, orders)
        found = self.env.execute_query(
            SQL(
                """
                SELECT milestone.id, orders.id, MIN(orders.name || ' · ' || milestone.name),
                       MIN(COALESCE(milestone.waits_since, milestone.attained_date)), MIN(milestone.planned_date),
                       ROUND(SUM(open.due) / MIN(currency.rounding)),
                       ROUND(SUM(open.due * price.taxed) * %(scale)s / MIN(currency.rounding)),
                       ROUND(SUM(open.rest) / MIN(currency.rounding)),
                       ROUND(SUM(open.rest * price.taxed) * %(scale)s / MIN(currency.rounding)),
                       MIN(CASE WHEN milestone.trigger_gone THEN 'gone'
                                WHEN milestone.state IN ('blocked', 'failed') THEN 'blocked' END),
                       MIN(COALESCE(milestone.payment_term_id, schedule.payment_term_id, template.payment_term_id)),
                       MIN(milestone.project_id)
                  FROM billing_milestone milestone
                  JOIN sale_order orders ON orders.id = milestone.order_id
                  JOIN res_currency currency ON currency.id = orders.currency_id
                  JOIN billing_schedule schedule ON schedule.id = milestone.schedule_id
                  LEFT JOIN billing_schedule_template template ON template.id = schedule.template_id
                  JOIN billing_milestone_allocation share ON share.milestone_id = milestone.id
                  JOIN sale_order_line line ON line.id = share.line_id
                 CROSS JOIN LATERAL (
                       SELECT CASE WHEN COALESCE(NULLIF(share.amount, 0), share.invoiced_amount) < 0
                                   THEN -1 ELSE 1 END AS side
                       ) way
                 CROSS JOIN LATERAL (
                       SELECT GREATEST(0, way.side * (share.amount - COALESCE(share.invoiced_amount, 0)
                                  - COALESCE(share.outside_amount, 0) + COALESCE(share.reopened_amount, 0))) AS whole,
                              GREATEST(0, way.side * COALESCE(share.to_bill_amount, 0)) AS due
                       ) left_over
                  LEFT JOIN UNNEST(%(shares)s::int[], %(outside_due)s::bigint[], %(outside_rest)s::bigint[])
                       AS outside(share, due, rest) ON outside.share = share.id
                 CROSS JOIN LATERAL (
                       SELECT way.side * (left_over.due - COALESCE(outside.due, 0) * currency.rounding) AS due,
                              way.side * (left_over.whole - left_over.due
                                          - COALESCE(outside.rest, 0) * currency.rounding) AS rest
                       ) open
                 CROSS JOIN LATERAL (
                       SELECT COALESCE(line.price_total / NULLIF(line.price_subtotal, 0), 1) AS taxed
                       ) price
                 WHERE %(orders)s AND milestone.company_id = %(company)s
                   AND (open.due <> 0 OR open.rest <> 0)
                 GROUP BY milestone.id, orders.id
                 ORDER BY orders.id, milestone.sequence, milestone.id
                """,
                scale=SCALE,
                orders=self._of_orders(orders),
                company=company.id,
                shares=list(outside),
                outside_due=[due for due, _rest in outside.values()],
                outside_rest=[rest for _due, rest in outside.values()],
            )
        )
        return [OpenMilestone(*row) for row in found]

    @api.model
    def _outside_ahead(self, company, orders):
        """Return what was invoiced outside the plan and comes off shares to come, as it will once they are billed.

        :return: ``{id of a share: (off what is due of it, off the rest)}``, units on the side of their lines
        """
        found = {}
        lines = self.env["sale.order.line"].browse(self._lines_outside(company, orders))
        for line, left in lines._billing_outside_left().items():
            if left > 0:
                found.update(line.billing_allocation_ids._outside_ahead(left))
        return found

    @api.model
    def _lines_outside(self, company, orders):
        """Return the ids of scheduled order lines that stand on invoices outside their plans."""
        self.env["account.move.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT line.id
                  FROM sale_order_line line
                  JOIN sale_order orders ON orders.id = line.order_id
                  JOIN sale_order_line_invoice_rel link ON link.order_line_id = line.id
                  JOIN account_move_line billed ON billed.id = link.invoice_line_id
                 WHERE %s AND line.company_id = %s AND line.billing_schedule_id IS NOT NULL
                   AND billed.billing_allocation_id IS NULL AND billed.parent_state <> 'cancel'
                   AND billed.display_type = 'product'
                """,
                self._of_orders(orders),
                company.id,
            )
        )
        return [line for (line,) in rows]

    @api.model
    def _milestone_holds(self, company):
        """Return the holds on milestones that are not released: ``{id: holds}``, as the engine takes them."""
        lasting = self.env["billing.forecast"]._lasting(company)
        domain = [("released_on", "=", False), ("milestone_id.company_id", "=", company.id), *lasting]
        found = {}
        for hold in self.env["billing.hold"].search(domain):
            days = ((hold.date_from, hold.date_to or None),)
            found[hold.milestone_id.id] = found.get(hold.milestone_id.id, ()) + days
        return found


class BillingSourceOrderLine(models.AbstractModel):
    _inherit = "billing.source.order.line"

    @api.model
    def _other_sources(self):
        return [*super()._other_sources(), SQL("line.billing_schedule_id IS NOT NULL")]
