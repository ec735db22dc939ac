"""Everything that is known of budgets and of what became of them, as one query: a row for each fact.

Hours are hours, amounts are of the currency of the budget's company. A fact belongs to a project; to a milestone where
its task leads to one, by itself or by the tasks above it; and to a task. The query is built of parts, each of them one
kind of fact:

* ``_budgeted``: lines of the current version
* ``_worked``: timesheets, by their task
* ``_booked``: other analytic items of the project's analytic account that cost something; projects that share one
  count them once, in one of them
* ``_ordered``: what is ordered of suppliers and not billed by them, where Odoo's Purchase is installed
* ``_earned``, ``_delivered``: what milestones earned, and what was delivered of lines that no milestone bills
* ``_billed``, ``_received``: what invoices billed, those of cancelled orders too, and what of it was paid
"""

from odoo.tools import SQL

#: What is measured. Hours first, then amounts.
HOURS = ("budget_hours", "expected_hours", "spent_hours")
COSTS = ("budget_cost", "expected_cost", "spent_cost", "committed_cost")
REVENUE = ("earned_amount", "billed_amount", "paid_amount")
#: What lines expect of work that is not done: of labour of an attained milestone nothing, unless somebody said so.
OPEN = ("open_hours", "open_cost")
MEASURES = (*HOURS, *COSTS, *REVENUE, *OPEN)
KEYS = ("project_id", "company_id", "currency_id", "milestone_id", "task_id", "kind", "date")

#: Bills whose lines wait on such accounts cost something when they are written off, or goods leave the stock.
CAPITALISED = (
    "asset_current",
    "asset_fixed",
    "asset_non_current",
    "asset_prepayments",
    "asset_receivable",
    "liability_payable",
)


def facts(env, projects=None):
    """Return the query of all facts.

    :param projects: ids of projects; all that have a budget or billing milestones when left out
    :rtype: SQL
    """
    parts = [_budgeted(), _worked(env), _booked(), _earned(), _delivered(), _billed(), _received()]
    if "purchase.order.line" in env:
        parts.append(_ordered())
    return SQL("%s %s", _commons(projects), SQL(" UNION ALL ").join(parts))


def followed():
    """Return the condition of the projects (as ``project``) that are followed: with a budget or billing milestones."""
    return SQL(
        "(project.budget_id IS NOT NULL"
        " OR EXISTS (SELECT FROM billing_milestone own WHERE own.project_id = project.id))"
    )


def account_owners():
    """Return the query of the one project in which what is booked to an analytic account counts.

    Odoo gives all projects of an order one account. It is that of the order's own project where that is followed, else
    of the one that is there longest.
    """
    return SQL(
        """
        SELECT DISTINCT ON (project.account_id) project.account_id, project.id AS project_id
          FROM project_project project
         WHERE project.account_id IS NOT NULL AND %s
         ORDER BY project.account_id,
                  EXISTS (SELECT FROM sale_order sold
                           WHERE sold.project_id = project.id AND sold.state = 'sale') DESC,
                  project.id
        """,
        followed(),
    )


def _source(part, *ids):
    """Return the number of a row, the same each time: of its part, its project, and the ids of the records it is of."""
    return source(part, SQL("scope.project_id"), *ids)


def source(part, *keys):
    """Return a number made of the name of a part of the query and of keys, as SQL; browsers can count as far."""
    return SQL("hashtextextended(concat_ws('/', %s), 0) & %s", SQL(", ").join([SQL("%s", part), *keys]), 2**52 - 1)


def _row(number, keys, measures):
    """Return the columns of a part: expressions of its keys and of what it measures; the rest is nothing.

    :param SQL number: of the row, the same each time (``source``)
    :param dict keys: SQL by name of a key; ``project_id``, ``company_id`` and ``currency_id`` come from ``scope``
    :param dict measures: SQL by name of a measure
    """
    scope = {name: SQL("scope.%s", SQL.identifier(name)) for name in KEYS[:3]}
    nothing = {"milestone_id": "NULL::int", "task_id": "NULL::int", "kind": "NULL::varchar", "date": "NULL::date"}
    columns = [SQL("%s AS source", number)]
    columns += [
        SQL("%s AS %s", {**scope, **keys}.get(name) or SQL(nothing.get(name)), SQL.identifier(name)) for name in KEYS
    ]
    columns += [SQL("%s AS %s", measures.get(name, SQL("0::numeric")), SQL.identifier(name)) for name in MEASURES]
    return SQL(", ").join(columns)


def _converted(amount, currency, day):
    """Return an amount of a currency in that of the budget, at the rate of a day, rounded as money of it."""
    return SQL(
        "CASE WHEN %(currency)s = scope.currency_id THEN (%(amount)s)::numeric "
        "ELSE ROUND((%(amount)s)::numeric * %(into)s / %(of)s, scope.decimals) END",
        amount=amount,
        currency=currency,
        into=_rate(SQL("scope.currency_id"), day),
        of=_rate(currency, day),
    )


def _rate(currency, day):
    """Return the rate that Odoo converts a currency with, on a day: the last one, or the first where none is as old."""
    rates = SQL(
        "SELECT rate.rate::numeric FROM res_currency_rate rate WHERE rate.currency_id = %s"
        " AND (rate.company_id IS NULL OR rate.company_id = scope.root_id)",
        currency,
    )
    return SQL(
        "COALESCE((%(rates)s AND rate.name <= %(day)s ORDER BY rate.company_id, rate.name DESC LIMIT 1),"
        " (%(rates)s ORDER BY rate.company_id, rate.name LIMIT 1), 1)",
        rates=rates,
        day=day,
    )


def _share(distribution):
    """Return which part of an amount an analytic distribution gives to the account of the project."""
    return SQL(
        "(SELECT COALESCE(SUM(part.value::numeric), 0) / 100 FROM jsonb_each_text(%s) part"
        " WHERE scope.account_id::text = ANY(string_to_array(part.key, ',')))",
        distribution,
    )


def _commons(projects):
    """Return what the parts share: projects with their currency, the project of orders and milestones, tasks' homes."""
    wanted = SQL("project.id = ANY(%s)", list(projects)) if projects is not None else SQL("TRUE")
    return SQL(
        """
        WITH RECURSIVE owner AS (%(owners)s), scope AS (
            SELECT project.id AS project_id, project.budget_id, owner.account_id, company.id AS company_id,
                   company.currency_id, currency.decimal_places AS decimals,
                   split_part(company.parent_path, '/', 1)::int AS root_id
              FROM project_project project
              LEFT JOIN project_budget budget ON budget.id = project.budget_id
              LEFT JOIN sale_order_line line ON line.id = project.sale_line_id
              JOIN res_company company
                ON company.id = COALESCE(budget.company_id, project.company_id, line.company_id, %(seller)s)
              JOIN res_currency currency ON currency.id = company.currency_id
              LEFT JOIN owner ON owner.project_id = project.id
             WHERE %(wanted)s AND %(followed)s
        ), link AS (
            SELECT line.order_id, project.id AS project_id
              FROM project_project project JOIN sale_order_line line ON line.id = project.sale_line_id
             UNION SELECT order_id, project_id FROM billing_milestone WHERE project_id IS NOT NULL
             UNION SELECT id, project_id FROM sale_order WHERE project_id IS NOT NULL
        ), order_home AS (
            SELECT link.order_id, sold.state, COALESCE(sold.project_id, MIN(link.project_id)) AS project_id
              FROM link JOIN sale_order sold ON sold.id = link.order_id
             GROUP BY link.order_id, sold.state, sold.project_id
        ), order_project AS (
            SELECT order_id, project_id FROM order_home WHERE state = 'sale'
        ), milestone_project AS (
            SELECT own.id AS milestone_id, COALESCE(own.project_id, order_project.project_id) AS project_id
              FROM billing_milestone own JOIN order_project ON order_project.order_id = own.order_id
        ), direct AS (
            SELECT DISTINCT ON (waiting.task_id) waiting.task_id, waiting.milestone_id
              FROM (SELECT rel.task_id, rel.milestone_id FROM billing_milestone_task_rel rel
                     UNION ALL
                    SELECT task.id, own.id FROM project_task task
                      JOIN billing_milestone own ON own.project_milestone_id = task.milestone_id) waiting
              JOIN milestone_project ON milestone_project.milestone_id = waiting.milestone_id
              JOIN billing_milestone own ON own.id = waiting.milestone_id
             ORDER BY waiting.task_id, own.sequence, own.id
        ), climb AS (
            SELECT task.id AS task_id, task.parent_id, direct.milestone_id
              FROM project_task task JOIN scope ON scope.project_id = task.project_id
              LEFT JOIN direct ON direct.task_id = task.id
             UNION ALL
            SELECT climb.task_id, above.parent_id, direct.milestone_id
              FROM climb JOIN project_task above ON above.id = climb.parent_id
              LEFT JOIN direct ON direct.task_id = above.id
             WHERE climb.milestone_id IS NULL
        ), home AS (
            SELECT task_id, milestone_id FROM climb WHERE milestone_id IS NOT NULL
        )
        """,
        owners=account_owners(),
        seller=_seller(),
        wanted=wanted,
        followed=followed(),
    )


def _seller():
    """Return the company that sells what a project (``project``) is for: of its orders, else of its milestones."""
    return SQL(
        """
        (SELECT sold.company_id FROM sale_order sold WHERE sold.project_id = project.id
          ORDER BY sold.state = 'sale' DESC, sold.id LIMIT 1),
        (SELECT sold.company_id FROM billing_milestone own JOIN sale_order sold ON sold.id = own.order_id
          WHERE own.project_id = project.id ORDER BY own.id LIMIT 1)
        """
    )


def _budgeted():
    columns = _row(
        _source("budget", SQL("line.id")),
        {
            "milestone_id": SQL("COALESCE(home.milestone_id, line.milestone_id)"),
            "task_id": SQL("line.task_id"),
            "kind": SQL("line.kind"),
        },
        {
            "budget_hours": SQL("line.hours"),
            "budget_cost": SQL("line.cost"),
            "expected_hours": SQL("CASE WHEN line.has_expected THEN line.expected_hours ELSE line.hours END"),
            "expected_cost": SQL("CASE WHEN line.has_expected THEN line.expected_cost ELSE line.cost END"),
            "open_hours": _open(SQL("line.expected_hours"), SQL("line.hours")),
            "open_cost": _open(SQL("line.expected_cost"), SQL("line.cost")),
        },
    )
    return SQL(
        "SELECT %s FROM scope JOIN project_budget_line line ON line.budget_id = scope.budget_id"
        " LEFT JOIN home ON home.task_id = line.task_id"
        " LEFT JOIN billing_milestone own ON own.id = COALESCE(home.milestone_id, line.milestone_id)",
        columns,
    )


def _open(expected, budgeted):
    """Return what a budget line expects, of work that is not done."""
    return SQL(
        "CASE WHEN line.has_expected THEN %s WHEN line.kind = 'labour' AND own.attained_percent >= 100 THEN 0"
        " ELSE %s END",
        expected,
        budgeted,
    )


def _worked(env):
    hour = env.ref("uom.product_uom_hour").sudo().factor
    amount = _converted(SQL("-item.amount"), SQL("item.currency_id"), SQL("item.date"))
    columns = _row(
        _source("worked", SQL("item.id")),
        {
            "milestone_id": SQL("home.milestone_id"),
            "task_id": SQL("item.task_id"),
            "kind": SQL("'labour'"),
            "date": SQL("item.date"),
        },
        {
            "spent_hours": SQL(
                "item.unit_amount::numeric * COALESCE(unit.factor::numeric, %(hour)s) / %(hour)s", hour=hour
            ),
            "spent_cost": amount,
        },
    )
    return SQL(
        "SELECT %s FROM scope JOIN account_analytic_line item ON item.project_id = scope.project_id"
        " LEFT JOIN uom_uom unit ON unit.id = item.product_uom_id"
        " LEFT JOIN home ON home.task_id = item.task_id",
        columns,
    )


def _booked():
    amount = SQL("-item.amount::numeric * %s", _picked_part())
    columns = _row(
        _source("booked", SQL("item.id")),
        {
            "milestone_id": SQL("home.milestone_id"),
            "task_id": SQL("line.task_id"),
            "kind": SQL("CASE WHEN move.move_type IN ('in_invoice', 'in_refund') THEN 'purchase' ELSE 'other' END"),
            "date": SQL("item.date"),
        },
        {"spent_cost": _converted(amount, SQL("item.currency_id"), SQL("item.date"))},
    )
    return SQL(
        """
        SELECT %s
          FROM scope
          JOIN account_analytic_line item ON item.account_id = scope.account_id AND item.project_id IS NULL
          LEFT JOIN account_move_line booked ON booked.id = item.move_line_id
          LEFT JOIN account_move move ON move.id = booked.move_id
          LEFT JOIN account_account account ON account.id = booked.account_id
          LEFT JOIN sale_order_line line ON line.id = item.so_line
          LEFT JOIN home ON home.task_id = line.task_id
         WHERE CASE WHEN booked.id IS NULL THEN %s ELSE %s END
        """,
        columns,
        _is_typed_cost(),
        _is_cost(),
    )


def _is_typed_cost():
    """Return whether an item that no entry books (``item``) is a cost, or takes one back.

    Goods that come back take back what they cost. What people type above zero is an income, which is no cost, unless
    the same amount was typed below zero of the same partner, product and account: each such item takes back one.
    """
    return SQL(
        """
        (item.amount < 0 OR item.category = 'picking_entry' OR (
            SELECT COUNT(*) FILTER (WHERE same.amount = -item.amount)
                   >= COUNT(*) FILTER (WHERE same.amount = item.amount AND same.id <= item.id)
              FROM account_analytic_line same
             WHERE same.account_id = item.account_id AND same.project_id IS NULL AND same.move_line_id IS NULL
               AND same.category IS NOT DISTINCT FROM item.category
               AND (same.partner_id, same.product_id, same.general_account_id)
                   IS NOT DISTINCT FROM (item.partner_id, item.product_id, item.general_account_id)
        ))
        """
    )


def _is_cost():
    """Return whether what is booked (``move``, ``account``) is a cost by now."""
    return SQL(
        "CASE WHEN move.move_type IN ('in_invoice', 'in_refund', 'in_receipt') THEN account.account_type != ALL(%s)"
        " ELSE left(account.account_type, 7) = 'expense' END",
        list(CAPITALISED),
    )


def _picked_part():
    """Return the part of an item that counts: of goods taken from the stock, what no bill or invoice books as cost.

    A transfer writes an analytic item of its own (``picking_entry``), beside the bill or the cost of goods sold.
    """
    return SQL(
        """
        CASE WHEN item.category = 'picking_entry' AND booked.id IS NULL THEN (
            SELECT CASE WHEN taken.picked > 0 THEN GREATEST(1 - GREATEST(taken.booked, 0) / taken.picked, 0) ELSE 1 END
              FROM (
                SELECT COALESCE(SUM(-same.amount::numeric)
                                FILTER (WHERE booked.id IS NULL AND same.category = 'picking_entry'), 0) AS picked,
                       COALESCE(SUM(-same.amount::numeric)
                                FILTER (WHERE booked.id IS NOT NULL AND %s), 0) AS booked
                  FROM account_analytic_line same
                  LEFT JOIN account_move_line booked ON booked.id = same.move_line_id
                  LEFT JOIN account_move move ON move.id = booked.move_id
                  LEFT JOIN account_account account ON account.id = booked.account_id
                 WHERE same.account_id = item.account_id AND same.product_id = item.product_id
                   AND same.project_id IS NULL
              ) taken
        ) ELSE 1 END
        """,
        _is_cost(),
    )


def _ordered():
    """Of a confirmed line, the part that no posted bill bills yet. What a credit note gives back stays billed.

    What a posted down payment bills already comes off what is ordered, line by line, until the bills take it back.
    """
    rest = SQL("GREATEST(1 - COALESCE(billed.quantity, 0) / line.product_qty::numeric, 0)")
    ordered = SQL("line.price_subtotal::numeric * %s * %s", rest, _share(SQL("line.analytic_distribution")))
    whole = SQL("NULLIF(SUM(%s) OVER (PARTITION BY scope.project_id, purchase.id), 0)", ordered)
    left = SQL("GREATEST(1 - GREATEST(COALESCE(paid.amount, 0), 0) / %s, 0)", whole)
    amount = _converted(
        SQL("%s * COALESCE(%s, 1)", ordered, left),
        SQL("purchase.currency_id"),
        SQL("COALESCE(purchase.date_approve, purchase.date_order)::date"),
    )
    return SQL(
        """
        SELECT %s
          FROM scope
          JOIN purchase_order_line line
            ON line.product_qty > 0 AND line.display_type IS NULL AND line.is_downpayment IS NOT TRUE
           AND line.analytic_distribution IS NOT NULL
           AND scope.account_id::text = ANY(string_to_array(
                   (SELECT string_agg(part, ',') FROM jsonb_object_keys(line.analytic_distribution) part), ','))
          JOIN purchase_order purchase ON purchase.id = line.order_id AND purchase.state = 'purchase'
          JOIN uom_uom unit ON unit.id = line.product_uom_id
          LEFT JOIN LATERAL (
               SELECT SUM(bill.quantity::numeric * COALESCE(own.factor, unit.factor)::numeric / unit.factor::numeric)
                      AS quantity
                 FROM account_move_line bill
                 LEFT JOIN uom_uom own ON own.id = bill.product_uom_id
                 JOIN account_move move ON move.id = bill.move_id
                WHERE bill.purchase_line_id = line.id AND move.state = 'posted' AND move.move_type = 'in_invoice'
               ) billed ON TRUE
          LEFT JOIN LATERAL (%s) paid ON TRUE
         WHERE COALESCE(billed.quantity, 0) < line.product_qty
        """,
        _row(
            _source("ordered", SQL("line.id")),
            {
                "kind": SQL("'purchase'"),
                "date": SQL("COALESCE(purchase.date_approve, purchase.date_order)::date"),
            },
            {"committed_cost": amount},
        ),
        _paid_ahead(),
    )


def _paid_ahead():
    """Return what posted down payments of a purchase (``purchase``) cost the project already, less what came off again.

    In the currency of the purchase.
    """
    return SQL(
        """
        SELECT SUM(%s * CASE WHEN move.currency_id = purchase.currency_id THEN booked.amount_currency
                             ELSE booked.balance * COALESCE(purchase.currency_rate, 1) END::numeric) AS amount
          FROM purchase_order_line ahead
          JOIN account_move_line booked ON booked.purchase_line_id = ahead.id
          JOIN account_move move ON move.id = booked.move_id AND move.state = 'posted'
          JOIN account_account account ON account.id = booked.account_id
         WHERE ahead.order_id = purchase.id AND ahead.is_downpayment AND %s
        """,
        _share(SQL("booked.analytic_distribution")),
        _is_cost(),
    )


def _earned():
    day = SQL("sold.date_order::date")
    return SQL(
        """
        SELECT %s
          FROM scope
          JOIN milestone_project ON milestone_project.project_id = scope.project_id
          JOIN billing_milestone own ON own.id = milestone_project.milestone_id
          JOIN sale_order sold ON sold.id = own.order_id
         WHERE own.due_amount != 0
        """,
        _row(
            _source("earned", SQL("own.id")),
            {"milestone_id": SQL("own.id"), "date": SQL("own.attained_date")},
            {"earned_amount": _converted(SQL("own.due_amount"), SQL("own.currency_id"), day)},
        ),
    )


def _delivered():
    """What is delivered of order lines that no milestone bills, by Odoo's quantity, at the price of the line."""
    price = SQL(
        "CASE WHEN line.product_uom_qty != 0 THEN line.price_subtotal::numeric / line.product_uom_qty::numeric"
        " ELSE line.price_unit::numeric * (1 - COALESCE(line.discount, 0)::numeric / 100) END"
    )
    amount = SQL("ROUND(line.qty_delivered::numeric * %s, currency.decimal_places)", price)
    return SQL(
        """
        SELECT %s
          FROM scope
          JOIN order_project ON TRUE
          JOIN sale_order sold ON sold.id = order_project.order_id
          JOIN res_currency currency ON currency.id = sold.currency_id
          JOIN sale_order_line line ON line.order_id = sold.id
           AND COALESCE(line.project_id, order_project.project_id) = scope.project_id
         WHERE line.display_type IS NULL AND line.qty_delivered != 0 AND line.is_downpayment IS NOT TRUE
           AND NOT EXISTS (SELECT FROM billing_milestone_allocation share WHERE share.line_id = line.id)
        """,
        _row(
            _source("delivered", SQL("line.id")),
            {"task_id": SQL("line.task_id")},
            {"earned_amount": _converted(amount, SQL("sold.currency_id"), SQL("sold.date_order::date"))},
        ),
    )


def _invoiced():
    """Return the posted invoice lines of the orders of the projects, each once, with its project and milestone.

    A cancelled order keeps what was billed of it.
    """
    return SQL(
        """
        SELECT DISTINCT ON (item.id) item.id, item.move_id, item.balance, item.price_subtotal, item.company_currency_id,
               item.billing_milestone_id, COALESCE(own.project_id, line.project_id, order_home.project_id) AS project_id
          FROM order_home
          JOIN sale_order_line line ON line.order_id = order_home.order_id
          JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
          JOIN account_move_line item ON item.id = rel.invoice_line_id
          LEFT JOIN billing_milestone own ON own.id = item.billing_milestone_id
         WHERE item.parent_state = 'posted' AND item.display_type = 'product'
         ORDER BY item.id, line.id
        """
    )


def _billed():
    return SQL(
        """
        SELECT %s
          FROM scope
          JOIN (%s) item ON item.project_id = scope.project_id
          JOIN account_move move ON move.id = item.move_id
         WHERE move.move_type IN ('out_invoice', 'out_refund')
        """,
        _row(
            _source("billed", SQL("item.id")),
            {
                "milestone_id": SQL("item.billing_milestone_id"),
                "date": SQL("COALESCE(move.invoice_date, move.date)"),
            },
            {"billed_amount": _converted(SQL("-item.balance"), SQL("item.company_currency_id"), SQL("move.date"))},
        ),
        _invoiced(),
    )


def _received():
    """What customers paid of invoices, without taxes, on the days they paid.

    What credit notes, entries, write-offs and discounts settle is not paid.
    """
    paid = SQL("payment.amount * item.price_subtotal / NULLIF(move.amount_total, 0)")
    return SQL(
        """
        SELECT %s
          FROM scope
          JOIN (%s) item ON item.project_id = scope.project_id
          JOIN account_move move ON move.id = item.move_id
          JOIN LATERAL (
               SELECT match.id, match.max_date AS date,
                      CASE WHEN match.debit_move_id = due.id THEN match.amount ELSE -match.amount END * %s AS amount
                 FROM account_move_line due
                 JOIN account_account account ON account.id = due.account_id
                 JOIN account_partial_reconcile match ON due.id IN (match.debit_move_id, match.credit_move_id)
                 JOIN account_move_line other
                   ON other.id = CASE WHEN match.debit_move_id = due.id THEN match.credit_move_id
                                      ELSE match.debit_move_id END
                 JOIN account_move against ON against.id = other.move_id
                 JOIN account_journal journal ON journal.id = against.journal_id
                 LEFT JOIN account_payment paid ON paid.id = against.origin_payment_id
                WHERE due.move_id = move.id AND account.account_type = 'asset_receivable'
                  AND (paid.id IS NOT NULL OR journal.type IN ('bank', 'cash', 'credit'))
               ) payment ON TRUE
         WHERE move.move_type IN ('out_invoice', 'out_refund')
        """,
        _row(
            _source("received", SQL("item.id"), SQL("payment.id")),
            {"milestone_id": SQL("item.billing_milestone_id"), "date": SQL("payment.date")},
            {
                "paid_amount": SQL(
                    "ROUND((%s), scope.decimals)",
                    _converted(paid, SQL("item.company_currency_id"), SQL("payment.date")),
                )
            },
        ),
        _invoiced(),
        _money_part(),
    )


def _money_part():
    """Return which part of what a payment (``against``) settles is money: the rest is written off, or a discount."""
    return SQL(
        """
        (SELECT COALESCE(LEAST(GREATEST(
                    SUM(entry.balance::numeric) FILTER (
                        WHERE kept.account_type IN ('asset_cash', 'liability_credit_card')
                           OR entry.account_id IN (paid.outstanding_account_id, journal.default_account_id,
                                                 journal.suspense_account_id))
                    / NULLIF(-SUM(entry.balance::numeric) FILTER (
                        WHERE kept.account_type IN ('asset_receivable', 'liability_payable')), 0),
                0), 1), 0)
           FROM account_move_line entry JOIN account_account kept ON kept.id = entry.account_id
          WHERE entry.move_id = against.id)
        """
    )
