"""Taxes worked out by code, of an addon of Odoo that is not always there: they are billed in parts, once."""

import json

INSTALL = """
env['ir.module.module'].search([('name', '=', 'account_tax_python')]).button_immediate_install()
"""
#: A levy that is capped for the whole line: of each invoice by itself it would come to as much again.
STORY = """
import json
from odoo.fields import Command
env = env(context=dict(env.context, allowed_company_ids=env.ref('base.main_company').ids))
vat = env['account.tax'].create({'name': '21', 'amount': 21, 'type_tax_use': 'sale'})
levies = env['account.tax'].create([
    {'name': formula, 'amount_type': 'code', 'formula': formula, 'type_tax_use': 'sale', 'amount': 0}
    for formula in ('min(base * 0.2, 100)', 'quantity * 1.5')])
product = env['product.product'].create({'name': 'Works', 'type': 'service', 'taxes_id': [Command.clear()]})
partner = env['res.partner'].create({'name': 'Harbour Works'})
for levy in levies:
    order = env['sale.order'].create({'partner_id': partner.id, 'order_line': [Command.create({
        'product_id': product.id, 'product_uom_qty': 10, 'price_unit': 100, 'tax_ids': (levy | vat).ids})]})
    parts = [{'name': f'Part {percent}', 'due_on': 'manual', 'percent': percent} for percent in (30, 70)]
    schedule = env['billing.schedule'].create({
        'order_id': order.id, 'invoice_policy': 'post', 'milestone_ids': [Command.create(part) for part in parts]})
    order.action_confirm()
    for milestone in schedule.milestone_ids:
        milestone.action_attain()
        env['billing.attainment']._drain()
    taxes = order.invoice_ids.line_ids.filtered(lambda line: line.tax_line_id == levy).sorted('id')
    found = [order.amount_tax, order.invoice_ids.sorted('id').mapped('amount_tax'), [-row.balance for row in taxes]]
    print('found:', json.dumps([*found, order.invoice_status]))
"""


def test_a_tax_by_code_is_billed_in_parts_of_the_whole(odoo_database):
    database = odoo_database()
    database.odoo_shell(INSTALL)
    rows = [row for row in database.odoo_shell(STORY).splitlines() if row.startswith("found: ")]
    assert [json.loads(row.removeprefix("found: ")) for row in rows] == [
        [310.0, [93.0, 217.0], [30.0, 70.0], "invoiced"],
        [225.0, [67.5, 157.5], [4.5, 10.5], "invoiced"],
    ]
