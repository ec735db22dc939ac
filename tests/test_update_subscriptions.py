"""A database of the last released version, with subscriptions in it, becomes one of this version."""

import pytest
from test_update import facts_of

from odoo_dev.addons import shared_addons
from odoo_dev.landed import landed_shell

#: What an update leaves as it is of subscriptions.
FACTS = {
    "other orders": """
        SELECT id, state, amount_total, invoice_status FROM sale_order
         WHERE id NOT IN (SELECT order_id FROM subscription_charge) ORDER BY id""",
    "other lines": """
        SELECT id, price_subtotal, qty_invoiced, qty_to_invoice, untaxed_amount_invoiced, invoice_status
          FROM sale_order_line WHERE id NOT IN (SELECT line_id FROM subscription_charge) ORDER BY id""",
    "charges": """
        SELECT id, line_id, plan_id, state, tz, first_day, anchor, day_of_month, timing, proration,
               quantity, discount, last_day, next_due
          FROM subscription_charge ORDER BY id""",
    "versions": """
        SELECT id, charge_id, kind, day, quantity, price_unit, discount, last_day, note, user_id, create_date
          FROM subscription_charge_version ORDER BY id""",
    "billed": """
        SELECT id, subscription_charge_id, subscription_period, subscription_from, subscription_to, price_subtotal
          FROM account_move_line WHERE subscription_charge_id IS NOT NULL ORDER BY id""",
}
#: What the runs of a year to come would bill, by charge and period.
COMING = """
for charge in env['subscription.charge'].search([], order='id'):
    for one in charge._open(charge._stands().get(charge, {}), charge._today().replace(year=charge._today().year + 2)):
        print('coming:', charge.id, one.part.start, one.part.to, one.units)
"""
#: A hold that holds in every company, though its customer is of one.
HELD = """
customer = env['res.partner'].search([('company_id', '!=', False), ('is_company', '=', True)], limit=1)
env['billing.hold'].create({'partner_id': customer.id, 'reason': 'Dispute'})
env.cr.commit()
"""
HOLDS = """
    SELECT hold.company_id, customer.company_id
      FROM billing_hold hold JOIN res_partner customer ON customer.id = hold.partner_id
     WHERE customer.company_id IS NOT NULL"""
GO_ON = """
charge = env['subscription.charge'].search([('stage', '=', 'running')], limit=1)
charge.pause('now', note='Renovation')
print('paused:', charge.stage, charge.next_ids.ids)
env.cr.rollback()
"""


#: What lines of subscriptions say whose price rises.
PRICES = """
    SELECT line.price_unit, line.invoice_status, charge.price_unit
      FROM sale_order_line line JOIN subscription_charge charge ON charge.line_id = line.id
     WHERE charge.state = 'running' AND charge.uplift_percent > 0"""


def facts(database):
    """What is on record, of subscriptions too. Their own lines say the price that rose, since they follow it."""
    found = facts_of(database) | {title: database.query(statement) for title, statement in FACTS.items()}
    del found["orders"], found["order lines"]
    return found


def coming(said):
    return [line for line in said.splitlines() if line.startswith("coming:")]


@pytest.fixture(scope="module")
def updated(landed_database):
    """The released database, updated; and what was on record, and was to come, before."""
    landed_shell(landed_database, HELD)
    before = facts(landed_database)
    before["coming"] = coming(landed_shell(landed_database, COMING))
    names = ",".join(shared_addons())
    title = "Updating a database of the last released version"
    landed_database.installation.run(title, landed_database.name, "-i", names, "-u", names, log="update-last-landed")
    return landed_database, before


def test_an_update_keeps_every_fact_and_sum(updated):
    database, before = updated
    for title, rows in facts(database).items():
        assert before[title], f"the demo companies have {title}"
        assert before[title] == rows, title


def test_holds_on_customers_of_one_company_are_of_that_company(updated):
    database, _before = updated
    holds = database.query(HOLDS)
    assert holds
    assert all(own == of_customer for own, of_customer in holds)


def test_after_the_update_the_same_is_to_come(updated):
    database, before = updated
    assert before["coming"]
    assert coming(database.odoo_shell(COMING)) == before["coming"]


def test_after_the_update_subscriptions_go_on(updated):
    database, _before = updated
    assert "paused: paused []" in database.odoo_shell(GO_ON)


#: Of each charge: what its plan said of terms, and which are on record.
TERMS = """
    SELECT charge.term_count, charge.renewal, charge.term_number, count(term.id), max(term.number),
           max(term.last_day) >= current_date, charge.term_last_day = max(term.last_day)
      FROM subscription_charge charge LEFT JOIN subscription_term term ON term.charge_id = charge.id
     GROUP BY charge.id ORDER BY charge.id"""


def test_after_the_update_each_term_until_today_is_on_record(updated):
    database, _before = updated
    rows = database.query(TERMS)
    renewed = [row for row in rows if row[0] and row[1] == "automatic"]
    assert renewed, "the demo has a licence that is renewed by itself"
    for _count, _rule, number, recorded, last, is_running, is_said in renewed:
        assert number == recorded == last >= 2
        assert is_running
        assert is_said
    assert [row for row in rows if not row[0] and row[3]] == []


def test_after_the_update_a_line_says_the_price_that_rose(updated):
    database, _before = updated
    rows = database.query(PRICES)
    assert rows
    assert all(line == charge for line, _status, charge in rows)
    assert 1236.0 in [price for price, _status, _charge in rows], "1,200.00 and 3 % in its second year"
