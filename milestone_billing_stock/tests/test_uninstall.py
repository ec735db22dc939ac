"""The end of Milestone Billing where goods are shipped in part: Odoo alone bills the rest by quantity, once."""

import json

import pytest

#: Ten pumps each: a deposit and four shipped; as many without a deposit; a deposit alone; all shipped, a part to come.
WORLD = """
from odoo.fields import Command
env = env(context=dict(env.context, allowed_company_ids=env.ref('base.main_company').ids))
tax = env['account.tax'].create({'name': '21', 'amount': 21, 'type_tax_use': 'sale'})
pump = env['product.product'].create({'name': 'Pump', 'type': 'consu', 'is_storable': True, 'list_price': 100,
    'invoice_policy': 'delivery', 'taxes_id': [Command.clear()]})
place = env['stock.warehouse'].search([('company_id', '=', env.company.id)], limit=1).lot_stock_id
env['stock.quant']._update_available_quantity(pump, place, 100)
partner = env['res.partner'].create({'name': 'Harbour Works'})
deposit = {'name': 'Deposit', 'due_on': 'confirmation', 'percent': 30}
rest, start = {'name': 'Delivery', 'due_on': 'delivery'}, {'name': 'Start', 'due_on': 'manual', 'percent': 10}
for shipped, plan in ((4, (deposit, {**rest, 'percent': 70})), (4, ({**rest, 'percent': 100},)),
                      (0, (deposit, {**rest, 'percent': 70})), (10, (deposit, {**rest, 'percent': 70})),
                      (10, ({**rest, 'percent': 90}, start))):
    order = env['sale.order'].create({'partner_id': partner.id, 'order_line': [Command.create({
        'product_id': pump.id, 'product_uom_qty': 10, 'price_unit': 100, 'tax_ids': tax.ids})]})
    env['billing.schedule'].create({'order_id': order.id, 'invoice_policy': 'post',
        'milestone_ids': [Command.create(row) for row in plan]})
    order.action_confirm()
    env['billing.attainment']._drain()
    if shipped:
        order.picking_ids.move_ids.write({'quantity': shipped, 'picked': True})
        order.picking_ids.with_context(skip_backorder=True, picking_ids_not_to_backorder=[]).button_validate()
    env['billing.attainment']._drain()
env.cr.commit()
"""
UNINSTALL = """
env['ir.module.module'].search([('name', '=', 'milestone_billing')]).button_immediate_uninstall()
"""
#: Odoo alone ships and bills the rest.
BILL = """
import json
orders = env['sale.order'].search([('partner_id.name', '=', 'Harbour Works')], order='id')
def figures(order):
    line = order.order_line.filtered(lambda row: row.product_id.name == 'Pump')
    return [order.amount_untaxed, line.qty_delivered, line.qty_invoiced, line.price_unit, line.qty_to_invoice]
before = [figures(order) for order in orders]
found = []
for order in orders:
    picking = order.picking_ids.filtered(lambda row: row.state not in ('done', 'cancel'))
    for move in picking.move_ids:
        move.write({'quantity': move.product_uom_qty, 'picked': True})
    if picking:
        picking.button_validate()
    if order.invoice_status == 'to invoice':
        wizard = env['sale.advance.payment.inv'].with_context(active_model='sale.order', active_ids=order.ids)
        wizard.create({'advance_payment_method': 'delivered'}).create_invoices()
    order.invoice_ids.filtered(lambda move: move.state == 'draft').action_post()
    found.append([order.invoice_status, order.amount_untaxed, order.invoice_ids.sorted('id').mapped('amount_total')])
print('figures:', json.dumps(before))
print('found:', json.dumps(found))
env.cr.commit()
"""


@pytest.fixture
def database(odoo_database):
    database = odoo_database()
    database.odoo_shell(WORLD)
    return database


def _read(said, name):
    return [json.loads(row.removeprefix(f"{name}: ")) for row in said.splitlines() if row.startswith(f"{name}: ")]


def test_odoo_alone_bills_goods_by_quantity(database):
    """What was billed ahead of them comes off, what was billed less is billed, and nothing is billed twice."""
    database.odoo_shell(UNINSTALL)
    said = database.odoo_shell(f"{BILL}\nenv.invalidate_all()\n{BILL}")
    assert _read(said, "figures")[0] == [
        [1000.0, 4.0, 4.0, 100.0, 0.0],
        [1000.0, 4.0, 4.0, 100.0, 0.0],
        [1000.0, 0.0, 0.0, 100.0, 0.0],
        [1000.0, 10.0, 10.0, 100.0, 0.0],
        [1000.0, 10.0, 10.0, 100.0, 0.0],
    ]
    billed = [
        ["invoiced", 1000.0, [363.0, 338.8, 508.2]],
        ["invoiced", 1000.0, [484.0, 726.0]],
        ["invoiced", 1000.0, [363.0, 847.0]],
        ["invoiced", 1000.0, [363.0, 847.0]],
        ["invoiced", 1000.0, [1089.0, 121.0]],
    ]
    assert _read(said, "found") == [billed, billed]
