from collections import defaultdict
from fractions import Fraction

from odoo import api, models
from odoo.tools import SQL

from ..engine.forecast import Expected, Part, Planner, apportioned, at_once, flows, less_advances
from ..engine.rules import hold
from ..engine.units import to_units
from ..models.billing_source import OF_ORDER


class BillingForecast(models.TransientModel):
    """What a forecast is worked out from: what sources expect, invoices that are not paid, and how customers pay."""

    _inherit = "billing.forecast"

    @api.model
    def _flows(self, company, orders, until, scenario=None, changed=None):
        """Return the invoices and receipts to come of a company: a list of ``engine.forecast.Flow``.

        Their amounts are in units of the currency of the current company, at today's rates.

        :param orders: ids of ``sale.order``; None for all, and what has no order
        :param until: date: what is charged without an end is looked at until then
        :param scenario: ``billing.forecast.scenario``, none for the plan as it is
        :param changed: takes the expected (``engine.forecast.Expected``) and returns it as it would be
        """
        rows = self._expected(company, orders, until)
        return self._flows_of(company, rows if changed is None else map(changed, rows), scenario)

    @api.model
    def _flows_of(self, company, rows, scenario=None):
        """Return the invoices and receipts of what is expected: a list of ``engine.forecast.Flow``.

        What is of a company that a scenario is not for comes as planned: both series are of the same companies.
        """
        planner, rates = self._planner(company), self._rates(company)
        supposed = (scenario._supposed(),) if scenario and scenario._is_for(company) else ()
        plans = (planner.plan(row, *supposed) for row in rows)
        return [flow for plan in plans if plan is not None for flow in flows(plan, rates[plan.expected.currency])]

    # === WHAT IS EXPECTED === #

    @api.model
    def _expected(self, company, orders, until):
        """Return what will be invoiced of a company, and what is invoiced and not paid (``Expected``)."""
        rows = []
        for source in self.env["billing.source"].sudo()._sources():
            rows += source._forecast(company, orders, until)
        rows = self._less_advances(company, orders, self._of_their_orders(company, rows))
        rows += self._drafted(company, orders) + self._owed(company, orders)
        projects = self._projects({row.order for row in rows})
        if not projects:
            return rows
        return [row if row.project else row._replace(project=projects.get(row.order, 0)) for row in rows]

    @api.model
    def _of_their_orders(self, company, rows):
        """Return what is expected with what its order says: customer, currency, terms, billing days and holds."""
        facts = self._order_facts(company, {row.order for row in rows})
        found = []
        for row in rows:
            customer, currency, terms, calendar, holds = facts[row.order]
            found.append(
                row._replace(
                    customer=row.customer or customer,
                    currency=row.currency or currency,
                    terms=terms if row.terms == OF_ORDER else row.terms,
                    calendar=calendar,
                    holds=row.holds + holds,
                )
            )
        return found

    @api.model
    def _order_facts(self, company, orders):
        """Return, of orders: ``{id: (customer, currency, payment terms, billing days: ids, 0 for none; holds)}``."""
        self.env["sale.order"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT orders.id, address.commercial_partner_id, sold.commercial_partner_id, orders.currency_id,
                       orders.payment_term_id, orders.billing_when, orders.billing_calendar_id
                  FROM sale_order orders
                  JOIN res_partner address ON address.id = orders.partner_invoice_id
                  JOIN res_partner sold ON sold.id = orders.partner_id
                 WHERE orders.id = ANY(%s)
                """,
                list(orders),
            )
        )
        on_orders, on_customers = self._holds(company)
        calendars = self._calendars_by_rule(company, {customer for _id, customer, *_rest in rows})
        found = {}
        for order, customer, sold, currency, terms, when, calendar in rows:
            holds = on_orders.get(order, ()) + on_customers.get(customer, ())
            if sold != customer:
                holds += on_customers.get(sold, ())
            found[order] = customer, currency, terms or 0, calendars(customer, when, calendar), holds
        return found

    @api.model
    def _projects(self, orders):
        """Return the projects of orders: ``{id of the order: id of the project}``. An addon may know some."""
        return {}

    @api.model
    def _calendars_by_rule(self, company, customers):
        """Return a function that says which billing days an order waits for: an id, 0 for none.

        It takes the order's customer (id) and its own rules; what it says is what ``_billing_rules`` says.

        :param customers: ids of commercial partners
        """
        if not self.env["billing.calendar"].search_count([], limit=1):
            return lambda _customer, _when, _calendar: 0
        partners = self.env["res.partner"].browse(sorted(customers)).with_company(company)
        theirs = {partner.id: self._days_said(partner) for partner in partners}
        own, known = self._days_said(company), {}

        def find(customer, when, calendar):
            order = {"billing_when": when, "billing_calendar_id": calendar}
            key = when, calendar, *theirs[customer].values()
            if key not in known:
                rules = hold([("order", order), ("customer", theirs[customer]), ("company", own)])
                waits = rules["billing_when"].value == "days"
                known[key] = waits and rules["billing_calendar_id"].value or 0
            return known[key]

        return find

    @api.model
    def _days_said(self, record):
        return {"billing_when": record.billing_when, "billing_calendar_id": record.billing_calendar_id.id}

    @api.model
    def _holds(self, company):
        """Return the holds that are not released: ``({order id: holds}, {commercial partner id: holds})``."""
        holds = self.env["billing.hold"].search(
            [("released_on", "=", False), ("company_id", "in", (company.id, False)), *self._lasting(company)]
        )
        on_orders, on_customers = defaultdict(tuple), defaultdict(tuple)
        for one in holds:
            days = ((one.date_from, one.date_to or None),)
            if one.order_id:
                on_orders[one.order_id.id] += days
            elif one.partner_id:
                on_customers[one.partner_id.id] += days
        return on_orders, on_customers

    @api.model
    def _lasting(self, company):
        return ["|", ("date_to", "=", False), ("date_to", ">=", company._billing_today())]

    # === DOWN PAYMENTS === #

    @api.model
    def _less_advances(self, company, orders, rows):
        """Return what is expected once what was paid in advance of its orders comes off."""
        advances = self._advances(company, orders)
        if not advances:
            return rows
        found, own, coming_off = [], defaultdict(list), self._coming_off(list(advances))
        for row in rows:
            (own[row.order] if row.order in advances else found).append(row)
        for order, (untaxed, total) in advances.items():
            less, left_untaxed, left = less_advances(own[order], untaxed, total, coming_off.get(order, at_once))
            found += [row for row in less if row.untaxed or row.total]
            if less and (left or left_untaxed):
                # More was paid in advance than is to come: it is given back.
                found.append(less[-1]._replace(untaxed=-left_untaxed, total=-left, day=None, holds=()))
        return found

    @api.model
    def _coming_off(self, orders):
        """Return what says which invoices the down payments of orders come off: ``{order id: function}``.

        The functions are as ``engine.forecast.less_advances`` takes them. Of orders left out they come off at once.

        :param list orders: ids
        """
        return {}

    @api.model
    def _advances(self, company, orders):
        """Return what is left of down payments: ``{order id: (untaxed, with taxes)}`` in units of its currency."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT orders.id, currency.rounding, SUM(amount.sign * line.price_subtotal),
                       SUM(amount.sign * line.price_total)
                  FROM sale_order_line sold
                  JOIN sale_order orders ON orders.id = sold.order_id
                  JOIN res_currency currency ON currency.id = orders.currency_id
                  JOIN sale_order_line_invoice_rel link ON link.order_line_id = sold.id
                  JOIN account_move_line line ON line.id = link.invoice_line_id AND line.parent_state <> 'cancel'
                                             AND line.currency_id = orders.currency_id
                  JOIN account_move move ON move.id = line.move_id
                 CROSS JOIN LATERAL (SELECT CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END AS sign) amount
                 WHERE sold.is_downpayment AND sold.display_type IS NULL AND sold.company_id = %s AND %s
                 GROUP BY 1, 2
                """,
                company.id,
                self.env["billing.source"]._of_orders(orders),
            )
        )
        found = {order: (to_units(net, unit), to_units(total, unit)) for order, unit, net, total in rows}
        return {order: amounts for order, amounts in found.items() if amounts[1] > 0}

    # === INVOICES === #

    @api.model
    def _drafted(self, company, orders):
        """Return what draft invoices and credit notes come to, by order (``Expected``)."""
        self.env["account.move"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move.id, move.commercial_partner_id, move.currency_id, currency.rounding,
                       CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END * move.amount_untaxed,
                       CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END * move.amount_total,
                       move.invoice_date, move.invoice_date_due, COALESCE(move.invoice_payment_term_id, 0)
                  FROM account_move move
                  JOIN res_currency currency ON currency.id = move.currency_id
                 WHERE move.state = 'draft' AND move.move_type IN ('out_invoice', 'out_refund') AND move.company_id = %s
                   AND move.amount_total <> 0 %s
                """,
                company.id,
                self._moves_of(orders),
            )
        )
        shares, names = self._shares(rows), self._names(rows)
        today, found = company._billing_today(), []
        for move, customer, currency, unit, untaxed, total, day, _due, terms in rows:
            base = Expected(
                "account.move",
                move,
                names[move],
                0,
                customer or 0,
                currency,
                0,
                0,
                day or today,
                "drafted",
                terms=terms,
            )
            found += self._by_order(base, to_units(untaxed, unit), to_units(total, unit), shares.get(move), orders)
        return found

    @api.model
    def _owed(self, company, orders):
        """Return the receivable items that are not paid, by order (``Expected``): invoices less what settles them.

        An addon that moves the day on which something is to be paid moves the item's own.
        """
        self.env["account.move.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.move_id, move.commercial_partner_id, item.partner_id, item.currency_id, currency.rounding,
                       item.amount_residual_currency, COALESCE(item.date_maturity, item.date)
                  FROM account_move_line item
                  JOIN account_account account ON account.id = item.account_id
                                              AND account.account_type = 'asset_receivable'
                  JOIN account_move move ON move.id = item.move_id
                  JOIN res_currency currency ON currency.id = item.currency_id
                 WHERE item.parent_state = 'posted' AND item.reconciled IS NOT TRUE AND item.company_id = %s
                   AND item.amount_residual_currency <> 0 %s
                 ORDER BY item.id
                """,
                company.id,
                self._moves_of(orders),
            )
        )
        shares, names = self._shares(rows), self._names(rows)
        partners = {row[2] for row in rows if row[2] and not row[1]}
        customers = {
            partner.id: partner.commercial_partner_id.id for partner in self.env["res.partner"].browse(partners)
        }
        found = []
        for move, customer, partner, currency, unit, residual, day in rows:
            customer = customer or customers.get(partner, 0)
            base = Expected(
                "account.move", move, names[move], 0, customer, currency, 0, 0, day, "invoiced", is_invoiced=True
            )
            found += self._by_order(base, 0, to_units(residual, unit), shares.get(move), orders)
        return found

    @api.model
    def _moves_of(self, orders):
        """Return the condition (``SQL``) on a table ``move`` that it invoices some of these orders.

        :param orders: ids; None for all, and what has none
        """
        if orders is None:
            return SQL()
        return SQL(
            """
            AND EXISTS (
                SELECT FROM account_move_line line
                  JOIN sale_order_line_invoice_rel link ON link.invoice_line_id = line.id
                  JOIN sale_order_line sold ON sold.id = link.order_line_id
                 WHERE line.move_id = move.id AND sold.order_id = ANY(%s)
            )
            """,
            list(orders),
        )

    @api.model
    def _names(self, rows):
        """Return the names of the documents of rows, whose first column is their id."""
        moves = self.env["account.move"].browse({row[0] for row in rows})
        return {move.id: move.name or move.ref or self.env._("Draft Invoice") for move in moves}

    @api.model
    def _shares(self, rows):
        """Return what each order has of documents, as weights: ``{document: [(id of the order or 0, weight)]}``.

        :param rows: whose first column is the id of a document
        """
        moves = list({row[0] for row in rows})
        found = defaultdict(list)
        for move, order, weight in self.env.execute_query(
            SQL(
                """
                SELECT line.move_id, COALESCE(sold.order_id, 0), SUM(line.price_total)
                  FROM account_move_line line
                  LEFT JOIN LATERAL (
                       SELECT MIN(one.order_id) AS order_id
                         FROM sale_order_line_invoice_rel link
                         JOIN sale_order_line one ON one.id = link.order_line_id
                        WHERE link.invoice_line_id = line.id
                       ) sold ON TRUE
                 WHERE line.move_id = ANY(%s) AND line.display_type = 'product'
                 GROUP BY 1, 2
                 ORDER BY 1, 2
                """,
                moves,
            )
        ):
            found[move].append((order, Fraction(weight)))
        return found

    @api.model
    def _by_order(self, base, untaxed, total, shares, orders):
        """Yield what of a document each order has, to the unit; of some orders alone where these are asked for."""
        shares = shares or [(0, Fraction(1))]
        weights = [weight for _order, weight in shares]
        for (order, _weight), net, whole in zip(
            shares, apportioned(untaxed, weights), apportioned(total, weights), strict=True
        ):
            if (net or whole) and (orders is None or order in orders):
                yield base._replace(order=order, untaxed=net, total=whole)

    # === DAYS AND RATES === #

    @api.model
    def _planner(self, company):
        """Return what works out the days of a company (``engine.forecast.Planner``)."""
        late, usual = self.env["res.partner"].sudo()._billing_late_by_customer(company)
        company_or_none = [("company_id", "in", (company.id, False))]
        calendars = self.env["billing.calendar"].sudo().with_context(active_test=False).search(company_or_none)
        usable = {calendar.id: calendar._usable_days() for calendar in calendars}
        days = {number: known for number, known in usable.items() if known}
        return Planner(company._billing_today(), days, self._payment_parts, late, usual)

    @api.model
    def _payment_parts(self, terms, day, currency):
        """Return the parts of payment terms for an invoice of a day, as Odoo's ``_compute_terms`` has them.

        :param int terms: id, 0 for at once
        :param int currency: id
        """
        lines = self.env["account.payment.term"].sudo().browse(terms or ()).line_ids
        unit = self.env["res.currency"].browse(currency).rounding
        return [
            Part(
                Fraction(repr(line.value_amount)) / 100 if line.value == "percent" else Fraction(0),
                to_units(line.value_amount, unit) if line.value == "fixed" else 0,
                line._get_due_date(day),
            )
            for line in lines
        ] or [Part(Fraction(1), 0, day)]

    @api.model
    def _rates(self, company):
        """Return how many units of the current company's currency one unit of each currency is, today, by its id."""
        report, today = self.env.company.currency_id, company._billing_today()
        return Rates(self.env, company, report, today)


class Rates(dict):
    """Rates of units by the id of a currency, found when they are asked for."""

    def __init__(self, env, company, report, day):
        super().__init__({report.id: Fraction(1)})
        self._env, self._company, self._report, self._day = env, company, report, day

    def __missing__(self, number):
        currency, report = self._env["res.currency"].browse(number), self._report
        rate = currency._get_conversion_rate(currency, report, self._company, self._day)
        units = Fraction(repr(currency.rounding)) / Fraction(repr(report.rounding))
        self[number] = Fraction(repr(rate)) * units
        return self[number]
