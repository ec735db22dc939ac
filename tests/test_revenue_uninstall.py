"""The end of the addon: what it posted stays in the ledger, the other one goes on, and it may come again."""

import pytest
from revenue_world import WORLD

BOOKS = """
contract = env['revenue.contract'].search([], order='id', limit=1)
one = contract.obligation_ids
facts = {'contract_id': contract.id, 'date': '2026-01-15'}
env['revenue.price.change'].create({**facts, 'name': 'Bonus', 'amount': 120, 'reason': 'Agreed',
                                    'obligation_ids': [(6, 0, one.ids)]})
env['revenue.evidence'].create({'key': 'K1', 'obligation_id': one.id, 'date': '2026-01-15', 'kind': 'start'})
env['revenue.ssp'].create({'product_id': one.product_id.id, 'date_from': '2026-01-01', 'amount': 1000})
company = contract.company_id
company.revenue_loss_account_id = company.revenue_contract_liability_account_id
closes = env['revenue.close'].with_context(allowed_company_ids=company.ids)
preparer = env.ref('base.user_admin')
for date in ('2026-01-31', '2026-02-28'):
    close = closes.with_user(preparer).create({'date': date}).sudo(False)
    close.action_compute()
    close.with_user(env.user).sudo().action_approve()
    close.with_user(env.user).sudo().action_post()
    close.with_user(env.user).sudo().action_lock()
contract.with_user(preparer).action_open_position()
env['revenue.close'].create({'date': '2026-03-31'}).action_compute()
env.cr.commit()
"""
UNINSTALL = """
import logging
class Kept(logging.Handler):
    def emit(self, record):
        if record.levelno >= logging.WARNING:
            print('logged:', record.getMessage())
logging.getLogger('odoo').addHandler(Kept())
env['ir.module.module'].search([('name', '=', 'revenue_recognition')]).button_immediate_uninstall()
"""
INSTALL = """
env['ir.module.module'].search([('name', '=', 'revenue_recognition')]).button_immediate_install()
"""
LEDGER = """
SELECT move.name, move.state, move.date::text, account.id, line.balance::float, line.analytic_distribution::text
  FROM account_move_line line
  JOIN account_move move ON move.id = line.move_id
  JOIN account_account account ON account.id = line.account_id
 ORDER BY line.id
"""
LEFT = """
SELECT 'function', proname::text FROM pg_proc WHERE proname LIKE 'revenue%%'
UNION ALL SELECT 'table', relname::text FROM pg_class WHERE relkind = 'r' AND relname LIKE 'revenue%%'
UNION ALL SELECT 'column', table_name || '.' || column_name FROM information_schema.columns
           WHERE column_name LIKE 'revenue%%' AND table_schema = 'public'
             AND column_name != 'revenue_accrual_account_id'
UNION ALL SELECT 'data', module || '.' || name FROM ir_model_data WHERE module = 'revenue_recognition'
"""
#: Every screen the addon extended can be opened, and an order is billed by the other addon.
GOES_ON = """
order = env['sale.order'].search([('invoice_ids', '!=', False)], order='id', limit=1)
move = env['account.move'].search([('move_type', '=', 'entry'), ('state', '=', 'posted')], limit=1)
product = order.order_line.product_id
for record in (order, order.invoice_ids, move, product.product_tmpl_id, product.categ_id, order.partner_id,
               env['project.project'].create({'name': 'Quay'})):
    view = record.get_views([(False, 'form'), (False, 'list')])['views']['form']
    record.web_read({name: {} for name in record.fields_get() if '"' + name + '"' in view['arch']})
other = order.copy()
schedule = env['billing.schedule'].create({'order_id': other.id, 'milestone_ids': [
    (0, 0, {'name': 'Deposit', 'due_on': 'manual', 'percent': 30}),
    (0, 0, {'name': 'Rest', 'due_on': 'manual', 'amount_type': 'balance'})]})
other.action_confirm()
schedule.milestone_ids[0].action_attain()
env['billing.attainment']._drain()
line = other.invoice_ids.invoice_line_ids
print('billed:', line.price_subtotal, line.account_id.account_type)
env.cr.commit()
"""
ONCE_MORE = """
product = env['sale.order'].search([('invoice_ids', '!=', False)], order='id', limit=1).order_line.product_id
print('policies:', env['revenue.policy'].search_count([]), product.revenue_policy_id)
"""


@pytest.fixture
def database(odoo_database):
    """A database with two closed months, and one that is computed."""
    database = odoo_database()
    close_two_months(database)
    return database


def close_two_months(database, digits="9900", journal="RVX"):
    """Give the database contracts in new accounts with these digits, and close two months of them."""
    world = WORLD.replace("COUNT", "4").replace("PARAMETERS", "{}")
    database.odoo_shell(world.replace("9900", digits).replace("RVX", journal))
    database.odoo_shell(BOOKS)


def test_the_uninstalled_addon_leaves_the_ledger_and_comes_again(database):
    ledger = database.query(LEDGER)
    assert "posted" in {state for _name, state, *_rest in ledger}
    assert any(name.startswith("RVX") for name, *_rest in ledger)
    assert "logged:" not in database.odoo_shell(UNINSTALL)
    assert database.query(LEFT) == []
    assert database.query(LEDGER) == ledger
    assert "billed: 300.0 income" in database.odoo_shell(GOES_ON)
    database.odoo_shell(INSTALL)
    assert "policies: 12 revenue.policy()" in database.odoo_shell(ONCE_MORE)
    close_two_months(database, "9911", "RVY")
    states = database.query("SELECT state, count(*) FROM revenue_close GROUP BY 1 ORDER BY 1")
    assert states == [("computed", 1), ("locked", 2)]
