"""Many contracts for the revenue benchmark: a few real orders, and beside them rows written straight into the tables.

What belongs to Odoo (orders, projects, milestones, invoices) is a real record made once and copied by SQL, so that
every row has what Odoo expects of it.
"""

from odoo.addons.revenue_recognition.closing.account_roles import ROLES
from odoo.fields import Command
from odoo.tools import SQL

CUSTOMERS = 1000
REAL_ORDERS = 20
#: The real records that are copied: of each table, how the benchmark finds its own.
TABLES = ("project_project", "sale_order", "sale_order_line", "account_move", "account_move_line")


def set_up(env):
    """Give the company its books, customers, rates and a few real orders with their contracts."""
    company = env.company
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
    accounts = {
        role: env["account.account"].create(
            {"code": f"99{number:02}00", "name": f"Bench {role.key}", "account_type": role.account_type}
        )
        for number, role in enumerate(ROLES.values())
        if role.company_field in company._fields
    }
    journal = env["account.journal"].create({"name": "Revenue", "code": "REVB", "type": "general"})
    company.write({role.company_field: account.id for role, account in accounts.items()})
    company.write({"revenue_journal_id": journal.id, "revenue_granularity": "summary"})
    foreign = env.ref("base.EUR" if company.currency_id != env.ref("base.EUR") else "base.USD")
    foreign.active = True
    env["res.currency.rate"].create(
        [
            {
                "name": f"{2024 + month // 12}-{month % 12 + 1:02}-01",
                "currency_id": foreign.id,
                "rate": 0.8 + month / 100,
            }
            for month in range(24)
        ]
    )
    env["res.partner"].create([{"name": f"Bench Customer {number}"} for number in range(CUSTOMERS)])
    make_orders(env)


def make_orders(env):
    """Confirm orders of three products that follow policies: they become contracts by themselves."""
    products = env["product.product"]
    for policy in ("one_time", "subscription", "goods"):
        products |= env["product.product"].create(
            {
                "name": f"Bench {policy}",
                "type": "service",
                "taxes_id": [Command.clear()],
                "revenue_policy_id": env.ref(f"revenue_recognition.policy_{policy}").id,
            }
        )
    env["revenue.ssp"].create(
        [
            {
                "product_id": product.id,
                "currency_id": env.company.currency_id.id,
                "date_from": "1970-01-01",
                "amount": 1000,
            }
            for product in products
        ]
    )
    customers = env["res.partner"].search([("name", "=like", "Bench Customer%")], limit=REAL_ORDERS)
    orders = env["sale.order"].create(
        [
            {
                "partner_id": customer.id,
                "order_line": [Command.create({"product_id": product.id, "price_unit": 900}) for product in products],
            }
            for customer in customers
        ]
    )
    orders.action_confirm()
    orders.date_order = "2025-03-01 12:00:00"
    orders.revenue_contract_id.date = "2025-03-01"
    orders._create_invoices(grouped=True).write({"invoice_date": "2025-03-01"})
    orders.invoice_ids.action_post()


def populate(env, obligations, size):
    """Write contracts with so many obligations in all.

    :param size: obligations of each contract
    :return: the id of the first contract
    """
    originals = copied(env)
    env.flush_all()
    values = {
        "company": env.company.id,
        "currency": env.company.currency_id.id,
        "foreign": env["res.currency"].search([("id", "!=", env.company.currency_id.id)], limit=1).id,
        "liability": env.company.revenue_contract_liability_account_id.id,
        "asset": env.company.revenue_contract_asset_account_id.id,
        "refund": env.company.revenue_refund_liability_account_id.id,
        "journal": env.company.revenue_journal_id.id,
        "income": env.company.income_account_id.id,
        "plan": env["account.analytic.plan"].search([], limit=1).id,
        "partner": env["res.partner"].search([("name", "=", "Bench Customer 0")]).id,
        "customers": CUSTOMERS,
        "count": obligations,
        "size": size,
        "contract": highest(env.cr, "revenue_contract"),
        "obligation": highest(env.cr, "revenue_obligation"),
        **{f"{table}_id": highest(env.cr, table) for table in TABLES},
        "analytic": highest(env.cr, "account_analytic_account"),
    }
    for statement in STATEMENTS:
        env.cr.execute(SQL(statement, **values))
    for table, (source, overrides) in COPIES.items():
        copy(env.cr, table, originals[table], source, overrides, values)
    for statement in FACTS:
        env.cr.execute(SQL(statement, **values))
    for table in ("revenue_contract", "revenue_obligation", "account_analytic_account", *TABLES):
        env.cr.execute(SQL("SELECT setval(%s, (SELECT MAX(id) FROM %s))", f"{table}_id_seq", SQL.identifier(table)))
    env.invalidate_all()
    return values["contract"] + 1


def copied(env):
    """Make the real records that are copied; return their ids by table."""
    order = env["sale.order"].search([("state", "=", "sale")], limit=1)
    move = order.invoice_ids[:1]
    line = move.line_ids.filtered(lambda one: one.display_type == "product")[:1]
    project = env["project.project"].create({"name": "Bench Project", "allow_milestones": True})
    return {
        "project_project": project.id,
        "sale_order": order.id,
        "sale_order_line": order.order_line[:1].id,
        "account_move": move.id,
        "account_move_line": line.id,
    }


def copy(cr, table, original, source, overrides, values):
    """Copy one row of a table for each row of a query.

    :param source: a query that gives what the overrides speak of, as ``b``
    :param overrides: SQL of the columns that differ, by name
    """
    cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
    columns = [name for (name,) in cr.fetchall()]
    cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s o, (%s) b WHERE o.id = %s",
            SQL.identifier(table),
            SQL(", ").join(map(SQL.identifier, columns)),
            SQL(", ").join(
                SQL(overrides[name], **values) if name in overrides else SQL.identifier("o", name) for name in columns
            ),
            SQL.identifier(table),
            SQL(source, **values),
            original,
        )
    )


def highest(cr, table):
    """Return the highest id of a table."""
    cr.execute(SQL("SELECT COALESCE(MAX(id), 0) FROM %s", SQL.identifier(table)))
    return cr.fetchone()[0]


#: Obligation ``n`` of contract ``c``; one in ten contracts is invoiced, one in twenty is in a foreign currency.
STATEMENTS = (
    """
    CREATE TEMP TABLE bench ON COMMIT DROP AS
    SELECT n, c, DATE '2025-01-01' + c %% 180 AS start, 100 + (n::bigint * 7919 %% 990000) / 100.0 AS price,
           (ARRAY['daily', 'daily', 'daily', 'daily', 'daily', 'monthly', 'monthly', 'monthly', 'dated', 'dated',
                  'confirmed', 'accepted', 'accepted', 'units', 'milestones', 'cost', 'hours', 'usage', 'manual',
                  'invoiced'])[(c * 7 + n %% %(size)s * 3) %% 20 + 1] AS kind,
           %(obligation)s + n AS id, %(contract)s + c AS contract_id,
           %(sale_order_line_id)s + n AS line_id, %(project_project_id)s + n AS project_id
      FROM (SELECT n, (n - 1) / %(size)s + 1 AS c FROM generate_series(1, %(count)s) n) numbers
    """,
    """
    INSERT INTO revenue_contract (id, name, partner_id, company_id, currency_id, date, state, fixed, journal_id,
           liability_account_id, asset_account_id, refund_account_id, create_date, write_date)
    SELECT contract_id, 'BENCH/' || c, %(partner)s + c %% %(customers)s, %(company)s,
           CASE WHEN c %% 60 IN (7, 10, 47) THEN %(foreign)s ELSE %(currency)s END, start, 'active',
           COALESCE(SUM(price) FILTER (WHERE kind NOT IN ('usage', 'invoiced')), 0), %(journal)s,
           %(liability)s, %(asset)s, %(refund)s, NOW(), NOW()
      FROM bench GROUP BY contract_id, c, start
    """,
    """
    INSERT INTO account_analytic_account (id, name, plan_id, company_id, active)
    SELECT %(analytic)s + n, jsonb_build_object('en_US', 'Bench ' || n), %(plan)s, %(company)s, TRUE
      FROM bench WHERE kind IN ('cost', 'hours')
    """,
)
COPIES = {
    "project_project": (
        "SELECT * FROM bench WHERE kind IN ('cost', 'hours', 'milestones')",
        {
            "id": "b.project_id",
            "account_id": "CASE WHEN b.kind != 'milestones' THEN %(analytic)s + b.n END",
            "company_id": "%(company)s",
        },
    ),
    "sale_order": (
        "SELECT DISTINCT c, contract_id FROM bench WHERE kind IN ('milestones', 'invoiced')",
        {"id": "%(sale_order_id)s + b.c", "name": "'BENCH/' || b.c", "revenue_contract_id": "b.contract_id"},
    ),
    "sale_order_line": (
        "SELECT * FROM bench WHERE kind IN ('milestones', 'invoiced')",
        {
            "id": "b.line_id",
            "order_id": "%(sale_order_id)s + b.c",
            "price_unit": "b.price",
            "revenue_contract_id": "b.contract_id",
        },
    ),
    "account_move": (
        "SELECT c, start FROM bench WHERE c %% 10 = 0 GROUP BY c, start",
        {
            "id": "%(account_move_id)s + b.c",
            "name": "'BENCH/' || b.c",
            "date": "b.start",
            "invoice_date": "b.start",
            "currency_id": "CASE WHEN b.c %% 60 IN (7, 10, 47) THEN %(foreign)s ELSE %(currency)s END",
        },
    ),
    "account_move_line": (
        "SELECT c, contract_id, start, SUM(price) AS price FROM bench WHERE c %% 10 = 0 GROUP BY c, contract_id, start",
        {
            "id": "%(account_move_line_id)s + b.c",
            "move_id": "%(account_move_id)s + b.c",
            "date": "b.start",
            "account_id": "%(liability)s",
            "currency_id": "CASE WHEN b.c %% 60 IN (7, 10, 47) THEN %(foreign)s ELSE %(currency)s END",
            "amount_currency": "-ROUND(b.price / 2, 2)",
            "balance": "-ROUND(b.price / 2, 2)",
            "debit": "0",
            "credit": "ROUND(b.price / 2, 2)",
            "revenue_contract_id": "b.contract_id",
        },
    ),
}
FACTS = (
    """
    INSERT INTO revenue_obligation (id, contract_id, company_id, key, name, sequence, measure, trigger, date_start,
           date_end, monthly, price, ssp, ssp_kind, quantity, "distinct", project_id, revenue_account_id)
    SELECT id, contract_id, %(company)s, 'OB' || n, 'Bench ' || kind, 10,
           CASE kind WHEN 'daily' THEN 'straight_line' WHEN 'monthly' THEN 'straight_line'
                     WHEN 'dated' THEN 'point_in_time' WHEN 'confirmed' THEN 'point_in_time'
                     WHEN 'accepted' THEN 'point_in_time' WHEN 'cost' THEN 'cost_to_cost'
                     WHEN 'invoiced' THEN 'as_invoiced' ELSE kind END,
           CASE kind WHEN 'dated' THEN 'date' WHEN 'confirmed' THEN 'confirmation' WHEN 'accepted' THEN 'acceptance'
                     END,
           CASE WHEN kind IN ('daily', 'monthly') THEN start WHEN kind = 'dated' THEN start + n %% 300 END,
           CASE WHEN kind IN ('daily', 'monthly') THEN start + 729 END,
           kind = 'monthly', price, ROUND(price * (1 + n %% 3 / 10.0), 2), 'amount', 100, 'auto',
           CASE WHEN kind IN ('cost', 'hours', 'milestones') THEN project_id END, %(income)s
      FROM bench
    """,
    """
    UPDATE revenue_obligation o
       SET allocated = ROUND(o.ssp / total.ssp
                             * (k.fixed + CASE WHEN (k.id - %(contract)s) %% 12 = 5 THEN 101 ELSE 0 END), 2)
      FROM revenue_contract k, (SELECT contract_id, SUM(ssp) AS ssp FROM revenue_obligation
                                 WHERE measure NOT IN ('usage', 'as_invoiced') GROUP BY contract_id) total
     WHERE k.id = o.contract_id AND total.contract_id = o.contract_id AND o.measure NOT IN ('usage', 'as_invoiced')
    """,
    """
    INSERT INTO revenue_obligation_sale_line_rel (obligation_id, sale_line_id)
    SELECT id, line_id FROM bench WHERE kind IN ('milestones', 'invoiced')
    """,
    """
    INSERT INTO sale_order_line_invoice_rel (invoice_line_id, order_line_id)
    SELECT %(account_move_line_id)s + c, line_id FROM bench WHERE kind = 'invoiced' AND c %% 10 = 0
    """,
    """
    INSERT INTO project_milestone (name, project_id, sale_line_id, quantity_percentage, is_reached, reached_date)
    SELECT 'Step ' || step, project_id, line_id, 0.25, step < 3, CASE WHEN step < 3 THEN start + step * 20 END
      FROM bench, generate_series(1, 4) step WHERE kind = 'milestones'
    """,
    """
    INSERT INTO account_analytic_line (company_id, name, date, amount, unit_amount, category, account_id, project_id)
    SELECT %(company)s, 'Bench', start + month * 30, CASE kind WHEN 'cost' THEN -price / 20 ELSE -400 END, 8, 'other',
           %(analytic)s + n, CASE kind WHEN 'hours' THEN project_id END
      FROM bench, generate_series(1, 3) month WHERE kind IN ('cost', 'hours')
    """,
    """
    INSERT INTO revenue_evidence (company_id, key, contract_id, obligation_id, date, kind, value, create_date)
    SELECT %(company)s, kind || n, contract_id, id, start + n %% 60,
           CASE kind WHEN 'accepted' THEN 'satisfy' WHEN 'manual' THEN 'progress' WHEN 'cost' THEN 'estimate_cost'
                     ELSE kind END,
           CASE kind WHEN 'accepted' THEN 1 WHEN 'units' THEN 7 WHEN 'usage' THEN 33.4 WHEN 'manual' THEN 0.35
                     ELSE price / 2 END, NOW()
      FROM bench WHERE kind IN ('accepted', 'units', 'usage', 'manual', 'cost')
    """,
    """
    INSERT INTO revenue_price_change (contract_id, company_id, name, date, amount, constrained, reason)
    SELECT DISTINCT contract_id, %(company)s, 'Bonus', start + month * 60, 100 + month, FALSE, 'Estimated'
      FROM bench, generate_series(0, 1) month WHERE c %% 12 = 5
    """,
    """
    INSERT INTO revenue_modification (contract_id, company_id, name, date, kind, state, treatment, fixed_delta)
    SELECT DISTINCT contract_id, %(company)s, 'Change', start + 70, 'modify', 'applied',
           CASE WHEN c %% 40 = 3 THEN 'catch_up' ELSE 'prospective' END, 50
      FROM bench WHERE c %% 20 = 3
    """,
)
