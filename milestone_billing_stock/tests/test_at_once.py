"""Two transfers of an order validated at the same moment, in transactions of their own: each piece is billed once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from odoo_dev.live import Json2Error

#: How many orders: as many as the world has.
ROUNDS = 5
WORLD = """
from odoo.fields import Command
env = env(context=dict(env.context, allowed_company_ids=env.ref('base.main_company').ids))
pump = env['product.product'].create({'name': 'Pump', 'type': 'consu', 'is_storable': True, 'list_price': 100,
    'invoice_policy': 'delivery', 'taxes_id': [Command.clear()]})
place = env['stock.warehouse'].search([('company_id', '=', env.company.id)], limit=1).lot_stock_id
env['stock.quant']._update_available_quantity(pump, place, 1000)
partner = env['res.partner'].create({'name': 'Harbour Works'})
for number in range(5):
    order = env['sale.order'].create({'partner_id': partner.id, 'order_line': [Command.create({
        'product_id': pump.id, 'product_uom_qty': 10, 'price_unit': 100, 'tax_ids': [Command.clear()]})]})
    env['billing.schedule'].create({'order_id': order.id, 'invoice_policy': 'post', 'milestone_ids': [
        Command.create({'name': 'Deposit', 'due_on': 'confirmation', 'percent': 30}),
        Command.create({'name': 'Delivery', 'due_on': 'delivery', 'percent': 70})]})
    order.action_confirm()
    first = order.picking_ids
    second = first.copy({'move_ids': [Command.clear()]})
    move = env['stock.move'].create(first.move_ids._split(4))
    move.picking_id = second
    move._action_confirm(merge=False)
    for moves, quantity in ((first.move_ids, 6), (second.move_ids, 4)):
        moves.write({'quantity': quantity, 'picked': True})
env['billing.attainment']._drain()
env.cr.commit()
"""
#: What is delivered and invoiced, and what the invoices come to.
FIGURES = """
SELECT line.qty_delivered::float, line.qty_invoiced::float, sum(row.price_subtotal)::float,
       sum(row.quantity) FILTER (WHERE row.billing_bills_goods)::float
  FROM sale_order_line line
  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
  JOIN account_move_line row ON row.id = rel.invoice_line_id AND row.parent_state = 'posted'
 WHERE line.billing_schedule_id IS NOT NULL
 GROUP BY line.id
"""


@pytest.fixture(scope="module")
def server(module_odoo_server):
    """A server with two workers and no clock."""
    return module_odoo_server(workers=2, max_cron_threads=0)


def _persistent(call):
    """Repeat a call that Odoo gave up because of the other transaction, as every client has to."""
    while True:
        try:
            return call()
        except Json2Error as error:
            if "serialize" not in error.message:
                raise


def _at_once(*calls):
    barrier = threading.Barrier(len(calls))

    def run(call):
        barrier.wait()
        return _persistent(call)

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def test_two_transfers_at_once_bill_each_piece_once(server):
    """Also while the queue bills the first of them."""
    server.odoo_shell(WORLD)
    key = server.api_key()

    def validate(picking):
        return lambda: server.json2("stock.picking", "button_validate", key, ids=[picking])

    def drain():
        return server.json2("billing.attainment", "run_pending", key)

    pickings = server.query(
        "SELECT array_agg(id ORDER BY id) FROM stock_picking WHERE sale_id IS NOT NULL GROUP BY sale_id"
    )
    assert len(pickings) == ROUNDS
    for [pair] in pickings:
        _at_once(*map(validate, pair), drain)
    while drain()["pending"]:
        pass
    assert server.query(FIGURES) == [(10.0, 10.0, 1000.0, 10.0)] * ROUNDS
