"""The end of the bridge between subscriptions and revenue: both go on, no figure moves, and it may come again."""

import pytest

SELL = """
from odoo.fields import Command
env.user.group_ids |= env.ref('revenue_recognition.group_revenue_controller') | env.ref('account.group_account_user')
company = env.company
for number, field in enumerate(('contract_liability', 'contract_asset', 'refund_liability')):
    company[f'revenue_{field}_account_id'] = env['account.account'].create({
        'code': f'9977{number}', 'name': field,
        'account_type': 'asset_current' if field == 'contract_asset' else 'liability_current'})
company.revenue_journal_id = env['account.journal'].create({'name': 'Revenue', 'code': 'RVZ', 'type': 'general'})
product = env['product.product'].create({
    'name': 'Seats', 'type': 'service', 'invoice_policy': 'order', 'taxes_id': [Command.clear()],
    'revenue_policy_id': env.ref('revenue_recognition.policy_subscription').id})
env['revenue.ssp'].create({'product_id': product.id, 'date_from': '2025-01-01', 'amount': 100})
fee = env['product.product'].create({
    'name': 'Activation', 'type': 'service', 'taxes_id': [Command.clear()],
    'revenue_policy_id': env.ref('subscription_revenue.policy_activation_fee_subscription').id})
plan = env['subscription.plan'].create({'name': 'Monthly'})
meter = env['subscription.meter'].create({'name': 'Traffic', 'code': 'traffic', 'unit': 'GB'})
book = env['subscription.price.book'].create({
    'name': 'Traffic', 'meter_id': meter.id, 'currency_id': company.currency_id.id})
env['subscription.price'].create({
    'book_id': book.id, 'first_day': '2020-01-01', 'model': 'flat', 'price': 0.5}).activate()
arrears = env['subscription.plan'].create({'name': 'By usage', 'timing': 'arrears'})
order = env['sale.order'].create({
    'partner_id': env['res.partner'].create({'name': 'Harbour Works'}).id, 'date_order': '2026-01-01 12:00:00',
    'order_line': [
        Command.create({'product_id': product.id, 'price_unit': 100, 'subscription_plan_id': plan.id,
                        'subscription_start': '2026-01-01'}),
        Command.create({'product_id': fee.id, 'price_unit': 50}),
        Command.create({'product_id': product.id, 'price_unit': 0, 'subscription_plan_id': arrears.id,
                        'subscription_start': '2026-01-01', 'subscription_kind': 'usage',
                        'subscription_price_book_id': book.id, 'subscription_metered_as': 'ACME'})]})
order.action_confirm()
order.date_order = '2026-01-01 12:00:00'
contract = order.revenue_contract_id
contract.date = '2026-01-01'
env['subscription.usage'].record([{
    'meter': 'traffic', 'subject': 'ACME', 'key': 'A', 'at': '2026-01-10T12:00:00Z', 'quantity': 40}])
seats = env['subscription.charge'].search([('order_id', '=', order.id), ('kind', '=', 'recurring')])
seats.change('2026-02-10', quantity=3)
preparer = env.ref('base.user_admin')
preparer.group_ids |= env.ref('revenue_recognition.group_revenue_controller')
closes = env['revenue.close'].with_context(allowed_company_ids=company.ids)
for date in ('2026-01-31', '2026-02-28'):
    close = closes.with_user(preparer).create({'date': date}).sudo(False)
    close.action_compute()
    close.with_user(env.user).sudo().action_approve()
    close.with_user(env.user).sudo().action_post()
env.cr.commit()
"""
POSITION = """
contract = env['revenue.contract'].search([('order_ids.partner_id.name', '=', 'Harbour Works')])
days = ('2026-01-31', '2026-02-28', '2026-03-20')
found = [env['revenue.contract'].get_position([contract.id], day)[0] for day in days]
print('position:', [[one[name] for name in ('transaction_price', 'revenue', 'contract_asset')] for one in found])
"""
CHANGE = """
import logging
class Kept(logging.Handler):
    def emit(self, record):
        if record.levelno >= logging.WARNING:
            print('logged:', record.getMessage())
logging.getLogger('odoo').addHandler(Kept())
env['ir.module.module'].search([('name', '=', 'subscription_revenue')]).button_immediate_DOING()
"""
LEFT = """
SELECT module || '.' || name FROM ir_model_data WHERE module = 'subscription_revenue'
UNION ALL SELECT column_name FROM information_schema.columns WHERE column_name = 'with_subscription'
"""


@pytest.fixture
def database(odoo_database):
    """A database with a subscription and a fee whose contract was closed twice."""
    database = odoo_database()
    database.odoo_shell(SELL)
    return database


def position(database):
    """Return the line that says where the contract stands."""
    [line] = [line for line in database.odoo_shell(POSITION).splitlines() if line.startswith("position:")]
    return line


def test_the_uninstalled_bridge_leaves_contracts_as_they_are_and_comes_again(database):
    before = position(database)
    # January 100.00, with 20.00 of usage; February 9 of 28 days of 100.00 and 19 of 300.00; March 300.00.
    assert "[[170.0, " in before
    assert "logged:" not in database.odoo_shell(CHANGE.replace("DOING", "uninstall"))
    assert database.query(LEFT) == []
    assert position(database) == before
    policies = database.query("SELECT count(*) FROM revenue_policy WHERE name->>'en_US' LIKE 'Activation Fee, with%%'")
    assert policies == [(1,)], "what contracts follow stays"
    assert "logged:" not in database.odoo_shell(CHANGE.replace("DOING", "install"))
    assert position(database) == before
