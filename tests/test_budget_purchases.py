"""Purchase orders in budgets: what is ordered and not billed is committed, a bill counts once; then the addon goes."""

import json

PURCHASE = """
env['ir.module.module'].search([('name', '=', 'purchase')]).button_immediate_install()
"""
STORY = """
import json
from odoo.fields import Command
env = env(context=dict(env.context, allowed_company_ids=env.ref('base.main_company').ids))
project = env['project.project'].create({'name': 'Pier', 'allow_timesheets': True, 'company_id': env.company.id})
project._create_analytic_account()
row = {'kind': 'purchase', 'hours': 0.0, 'cost': 5000.0}
env['project.budget']._record(project, [row], 'Agreed')
vendor = env['res.partner'].create({'name': 'Steel Works'})
product = env['product.product'].create({'name': 'Beam', 'type': 'consu', 'purchase_method': 'purchase',
    'supplier_taxes_id': [Command.clear()]})
found = []


def say():
    env.flush_all()
    env.invalidate_all()
    cost = project._budget_standings()[project.id, 0].cost
    found.append([float(cost.committed), float(cost.spent), float(cost.to_complete)])


def order(quantity, price, share):
    line = {'product_id': product.id, 'name': 'Beams', 'product_qty': quantity, 'price_unit': price,
            'tax_ids': [Command.clear()], 'analytic_distribution': {str(project.account_id.id): share}}
    return env['purchase.order'].create({'partner_id': vendor.id, 'order_line': [Command.create(line)]})


def bill(purchase, quantity, price):
    purchase.action_create_invoice()
    move = purchase.invoice_ids.sorted('id')[-1]
    move.invoice_date = '2026-03-01'
    move.invoice_line_ids.filtered('purchase_line_id').write({'quantity': quantity, 'price_unit': price})
    return move


first = order(10.0, 100.0, 50)
say()
first.button_confirm()
say()
part = bill(first, 4.0, 110.0)
say()
part.action_post()
say()
part._reverse_moves([{'invoice_date': '2026-03-02'}], cancel=True)
say()
bill(first, 6.0, 100.0).action_post()
say()
second = order(1.0, 300.0, 100)
second.button_confirm()
say()
second.button_cancel()
say()
# A down payment: what it costs already is not to come as well, until the last bill takes it back.
third = order(10.0, 100.0, 100)
third.button_confirm()
say()
[ahead] = third._create_downpayments([{'name': 'Down payment', 'product_qty': 0.0, 'price_unit': 300.0,
    'order_id': third.id, 'is_downpayment': True, 'tax_ids': [Command.clear()]}])


def ahead_line(quantity):
    return Command.create({'name': 'Down payment', 'quantity': quantity, 'price_unit': 300.0, 'is_downpayment': True,
        'purchase_line_id': ahead.id, 'tax_ids': [Command.clear()],
        'analytic_distribution': {str(project.account_id.id): 100}})


paid = env['account.move'].create({'move_type': 'in_invoice', 'partner_id': vendor.id, 'invoice_date': '2026-03-03',
    'invoice_line_ids': [ahead_line(1.0)]})
say()
paid.action_post()
say()
last = bill(third, 10.0, 100.0)
last.invoice_line_ids.filtered(lambda line: line.purchase_line_id == ahead).unlink()
last.invoice_line_ids = [ahead_line(-1.0)]
last.action_post()
say()
report = env['project.budget.report']._read_group(
    [('project_id', '=', project.id)], [], ['committed_cost:sum', 'spent_cost:sum'])
print('found:', json.dumps(found), '|', report)
env.cr.commit()
"""
UNINSTALL = """
env['ir.module.module'].search([('name', '=', 'milestone_billing_budget')]).button_immediate_uninstall()
"""
AFTER = """
project = env['project.project'].search([('name', '=', 'Pier')])
left = env['ir.model'].search([('model', '=like', 'project.budget%')])
project.get_panel_data()
project.copy().unlink()
print('after:', project.name, len(left))
"""


def test_a_purchase_order_and_its_bill_count_once(odoo_database):
    database = odoo_database()
    database.odoo_shell(PURCHASE)
    output = database.odoo_shell(STORY)
    found = next(line for line in output.splitlines() if line.startswith("found:"))
    assert json.loads(found[6:].split("|")[0]) == [
        [0.0, 0.0, 5000.0],
        [500.0, 0.0, 4500.0],
        [500.0, 0.0, 4500.0],
        [300.0, 220.0, 4480.0],
        [300.0, 0.0, 4700.0],
        [0.0, 300.0, 4700.0],
        [300.0, 300.0, 4400.0],
        [0.0, 300.0, 4700.0],
        [1000.0, 300.0, 3700.0],
        [1000.0, 300.0, 3700.0],
        [700.0, 600.0, 3700.0],
        [0.0, 1300.0, 3700.0],
    ], found
    database.odoo_shell(UNINSTALL)
    output = database.odoo_shell(AFTER)
    assert "after: Pier 0" in output
