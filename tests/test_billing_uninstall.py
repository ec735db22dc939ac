"""The end of the billing addon: what is half billed is billed to the end by Odoo alone, once; and it may come again."""

import json

import pytest

WORLD = """
import json
from odoo.fields import Command
env = env(context=dict(env.context, allowed_company_ids=env.ref('base.main_company').ids))
tax = env['account.tax'].create({'name': '21', 'amount': 21, 'type_tax_use': 'sale'})
product = env['product.product'].create({'name': 'Works', 'type': 'service', 'taxes_id': [Command.clear()]})
partner = env['res.partner'].create({'name': 'Harbour Works'})
for quantity, price, percents, attained in ((1, 1000, (50, 50), 1), (10, 100, (25, 75), 1), (10, 100, (50, 50), 2)):
    order = env['sale.order'].create({'partner_id': partner.id, 'order_line': [Command.create({
        'product_id': product.id, 'product_uom_qty': quantity, 'price_unit': price, 'tax_ids': tax.ids})]})
    schedule = env['billing.schedule'].create({'order_id': order.id, 'milestone_ids': [
        Command.create({'name': f'Part {percent}', 'due_on': 'manual', 'percent': percent}) for percent in percents]})
    order.action_confirm()
    schedule.milestone_ids[:attained].action_attain()
    env['billing.attainment']._drain()
env.cr.commit()
"""
UNINSTALL = """
env['ir.module.module'].search([('name', '=', 'milestone_billing')]).button_immediate_uninstall()
"""
INSTALL = """
env['ir.module.module'].search([('name', '=', 'milestone_billing')]).button_immediate_install()
"""
#: Odoo alone bills what it offers, once.
BILL = """
import json
orders = env['sale.order'].search([('partner_id.name', '=', 'Harbour Works')], order='id')
for order in orders:
    if order.invoice_status == 'to invoice':
        wizard = env['sale.advance.payment.inv'].with_context(active_model='sale.order', active_ids=order.ids)
        wizard.create({'advance_payment_method': 'delivered'}).create_invoices()
    order.invoice_ids.filtered(lambda move: move.state == 'draft').action_post()
found = [[order.amount_total, order.invoice_status, order.invoice_ids.sorted('id').mapped('amount_total')]
         for order in orders]
print('found:', json.dumps(found))
env.cr.commit()
"""
#: A new order with a plan, after the addon came again: its shares are numbered from one again.
AGAIN = """
from odoo.fields import Command
env = env(context=dict(env.context, allowed_company_ids=env.ref('base.main_company').ids))
order = env['sale.order'].search([('partner_id.name', '=', 'Harbour Works')], order='id', limit=1).copy()
schedule = env['billing.schedule'].create({'order_id': order.id, 'milestone_ids': [
    Command.create({'name': 'All', 'due_on': 'manual', 'percent': 100})]})
order.action_confirm()
schedule.milestone_ids.action_attain()
env['billing.attainment']._drain()
print('billed again:', schedule.milestone_ids.billed_amount == order.amount_untaxed, schedule.milestone_ids.state)
"""
#: What nothing that is still installed knows: other addons of billing keep their tables.
LEFT = """
SELECT 'table', relname::text FROM pg_class WHERE relkind = 'r' AND relname LIKE 'billing%%'
   AND relname NOT IN (SELECT replace(model, '.', '_') FROM ir_model UNION SELECT name FROM ir_model_relation)
UNION ALL SELECT 'model', model FROM ir_model WHERE model LIKE 'billing%%'
   AND id NOT IN (SELECT res_id FROM ir_model_data WHERE model = 'ir.model')
UNION ALL SELECT 'column', table_name || '.' || column_name FROM information_schema.columns
           WHERE column_name LIKE 'billing%%' AND table_schema = 'public' AND column_name != 'billing_type'
   AND (table_name::text, column_name::text) NOT IN (SELECT replace(model, '.', '_'), name FROM ir_model_fields)
   AND table_name NOT IN (SELECT name FROM ir_model_relation)
UNION ALL SELECT 'function', proname::text FROM pg_proc WHERE proname LIKE 'billing%%'
UNION ALL SELECT 'data', module || '.' || name FROM ir_model_data WHERE module = 'milestone_billing'
"""


@pytest.fixture(scope="module")
def world(module_odoo_database):
    """A database with orders that are billed in part, and in whole, to be copied."""
    database = module_odoo_database()
    database.odoo_shell(WORLD)
    return database.name


@pytest.fixture
def database(odoo_database, world):
    """A copy of that database."""
    return odoo_database(of=world)


@pytest.mark.parametrize("addon", ["milestone_billing", "billing_base"])
def test_odoo_alone_bills_what_the_uninstalled_addon_has_not(database, addon):
    """Also when it goes along with the addon that it stands on."""
    database.odoo_shell(UNINSTALL.replace("milestone_billing", addon))
    assert database.query(LEFT) == []
    said = database.odoo_shell(f"{BILL}\nenv.invalidate_all()\n{BILL}").splitlines()
    found = [json.loads(row.removeprefix("found: ")) for row in said if row.startswith("found: ")]
    billed = [
        [1210.0, "invoiced", [605.0, 605.0]],
        [1210.0, "invoiced", [302.5, 907.5]],
        [1210.0, "invoiced", [605.0, 605.0]],
    ]
    assert found == [billed, billed]
    if addon == "billing_base":
        check_comes_again(database)


def check_comes_again(database):
    """The addon, with the one that it stands on, bills new orders by plans."""
    said = database.odoo_shell(f"{INSTALL}\nprint('plans:', env['billing.schedule'].search_count([]))\n{AGAIN}")
    assert "plans: 0" in said
    assert "billed again: True" in said


#: A hold on each kind of thing.
HOLDS = """
order = env['sale.order'].search([('partner_id.name', '=', 'Harbour Works')], order='id', limit=1)
for target in ({'partner_id': order.partner_id.id}, {'order_id': order.id},
               {'milestone_id': order.billing_milestone_ids[:1].id}):
    env['billing.hold'].create({'reason': 'Disputed', 'date_to': '2999-01-01', **target})
env.cr.commit()
"""
#: What is held without the addon; and that a hold is put on something.
HELD = """
import json
from odoo.exceptions import ValidationError
order = env['sale.order'].search([('partner_id.name', '=', 'Harbour Works')], order='id', limit=1)
[row, *_others] = env['billing.run'].preview(str(order.company_id._billing_today()), order.partner_id.ids)['invoices']
try:
    with env.cr.savepoint():
        env['billing.hold'].create({'reason': 'On what?'})
except ValidationError as error:
    print('refused:', error)
print('held:', json.dumps([row['state'], row['reason'].count('Disputed')]))
env['billing.hold'].search([]).action_release()
[row] = env['billing.run'].preview(str(order.company_id._billing_today()), order.partner_id.ids)['invoices']
print('released:', row['state'])
env.cr.rollback()
"""
#: What is on record of holds.
KEPT = """
SELECT partner_id IS NOT NULL, order_id IS NOT NULL, reason, date_to::text, is_active FROM billing_hold ORDER BY id
"""
MESSAGES = """
SELECT count(*) FROM mail_message WHERE model = 'billing.hold' AND res_id NOT IN (SELECT id FROM billing_hold)
"""


def test_holds_on_customers_and_orders_stay_without_milestones(database):
    """Those on milestones go with them; with the addon back, they are there as before."""
    database.odoo_shell(HOLDS + UNINSTALL)
    assert database.query(LEFT) == []
    left = [(True, False, "Disputed", "2999-01-01", True), (False, True, "Disputed", "2999-01-01", True)]
    assert database.query(KEPT) == left
    assert database.query(MESSAGES) == [(0,)]
    said = database.odoo_shell(HELD + INSTALL)
    assert "refused: Say what is held" in said
    assert 'held: ["blocked", 2]' in said
    assert "released: to_bill" in said
    assert database.query(KEPT) == left


#: A contract of an order that is half billed, and a month of it that is closed.
BOOKS = """
import json
from datetime import timedelta
from odoo import fields
from odoo.fields import Command
company = env.ref('base.main_company')
env = env(context=dict(env.context, allowed_company_ids=company.ids))
admin = env.ref('base.user_admin')
Accounts = env['account.account']
for number, name in enumerate(('contract_liability', 'contract_asset', 'refund_liability', 'contract_cost')):
    field = f'revenue_{name}_account_id'
    if field in company and not company[field]:
        kind = 'asset_current' if name in ('contract_asset', 'contract_cost') else 'liability_current'
        company[field] = Accounts.create({'code': f'99{number:02}00', 'name': name, 'account_type': kind})
company.revenue_journal_id = company.revenue_journal_id or env['account.journal'].create(
    {'name': 'Revenue', 'code': 'REVU', 'type': 'general'})
past = fields.Date.start_of(fields.Date.today(), 'month') - timedelta(days=1)
start = fields.Date.start_of(past, 'month')
product = env['product.product'].create({'name': 'Support', 'type': 'service', 'taxes_id': [Command.clear()],
    'revenue_policy_id': env.ref('revenue_recognition.policy_subscription').id})
order = env['sale.order'].create({'partner_id': env['res.partner'].create({'name': 'Quay Works'}).id, 'order_line': [
    Command.create({'product_id': product.id, 'price_unit': 1200, 'tax_ids': [], 'revenue_start': start,
                    'revenue_end': start + timedelta(days=364)})]})
schedule = env['billing.schedule'].create({'order_id': order.id, 'invoice_policy': 'post',
    'invoice_date_policy': 'attained', 'milestone_ids': [
        Command.create({'name': f'Part {percent}', 'due_on': 'manual', 'percent': percent}) for percent in (30, 70)]})
order.action_confirm()
order.date_order = f'{start} 12:00:00'
order.revenue_contract_id.date = start
schedule.milestone_ids[0]._attain(100.0, start + timedelta(days=10), 'manual')
env['billing.attainment']._drain()
close = env['revenue.close'].with_user(admin).create({'date': past, 'company_id': company.id})
close.action_compute()
close = close.with_user(env.user).sudo()
close.action_approve()
close.action_post()
env.cr.commit()
"""
#: The rest is billed, by whichever addon is there.
REST = """
import json
order = env['sale.order'].search([('partner_id.name', '=', 'Quay Works')])
if 'billing.schedule' in env and order.billing_schedule_ids:
    order.billing_schedule_ids.milestone_ids.filtered(lambda row: not row._is_attained()).action_attain()
    env['billing.attainment']._drain()
else:
    wizard = env['sale.advance.payment.inv'].with_context(active_model='sale.order', active_ids=order.ids)
    wizard.create({'advance_payment_method': 'delivered'}).create_invoices()
order.invoice_ids.filtered(lambda move: move.state == 'draft').action_post()
last = order.invoice_ids.sorted('id')[-1]
found = [order.invoice_status, order.invoice_ids.sorted('id').mapped('amount_untaxed'),
         last.invoice_line_ids.account_id.account_type]
if 'revenue.contract' in env:
    contract = order.revenue_contract_id
    [position] = env['revenue.contract'].get_position([contract.id])
    found += [position['transaction_price'], position['billed'], len(contract.modification_ids),
              env['revenue.close'].search([('state', '=', 'posted')]).mapped('difference')]
print('found:', json.dumps(found))
env.cr.commit()
"""


def _rest(database):
    [line] = [row for row in database.odoo_shell(REST).splitlines() if row.startswith("found: ")]
    return json.loads(line.removeprefix("found: "))


@pytest.fixture(scope="module")
def books(module_odoo_database):
    """A database with such a contract, to be copied."""
    database = module_odoo_database()
    database.odoo_shell(BOOKS)
    return database.name


def test_books_see_nothing_of_the_uninstalled_addon(odoo_database, books):
    """A contract of an order that was half billed is worth and billed what it was; Odoo alone bills the rest."""
    database = odoo_database(of=books)
    database.odoo_shell(UNINSTALL)
    assert database.query(LEFT) == []
    assert _rest(database) == ["invoiced", [360.0, 840.0], "liability_current", 1200.0, 1200.0, 0, [0.0]]


def test_plan_goes_on_without_the_books(odoo_database, books):
    """The other way round: what is half billed is billed to the end, on income, once revenue is removed."""
    database = odoo_database(of=books)
    database.odoo_shell(UNINSTALL.replace("milestone_billing", "revenue_recognition"))
    assert _rest(database) == ["invoiced", [360.0, 840.0], "income"]
    database.odoo_shell(UNINSTALL)
    assert database.query(LEFT) == []
