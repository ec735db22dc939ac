"""What is left on orders when the addon goes: Odoo alone bills the rest of them, no more and no less.

Odoo counts invoiced quantities; a plan bills amounts, each on an invoice line of quantity 1. Read by Odoo alone, half
of one unit would be all of it, and half of ten units a tenth. Invoices stay as they are: the order line is divided into
what is billed, which carries the invoice lines, and what remains, with its product, tasks and deliveries.
"""

from odoo.addons.record_protection.posted import MOVING
from odoo.fields import Command
from odoo.tools import SQL

from .models.deferred import plan_deferred
from .models.sale_order_line_advances import DEDUCTION


def leave_orders_to_odoo(env):
    """Take all order lines off their plans, and divide those that Odoo alone would read otherwise."""
    every = env["sale.order.line"].sudo().with_context(sale_no_log_for_new_lines=True, active_test=False)
    lines = plan_deferred(every).search([("billing_schedule_id", "!=", False)])
    counted = {line: rows for line in lines if (rows := line._billing_counted_rows()) is not None}
    standing = {line: _standing(line) for line in lines}
    lines.write({"billing_schedule_id": False})
    for line, rows in counted.items():
        _set_amounts_apart(line, rows)
    divided = lines.filtered(lambda line: line not in counted)
    divided = divided.filtered(lambda line: _is_misread(line, *standing[line]))
    for order, mine in divided.grouped("order_id").items():
        locked = order.locked
        order.locked = False
        for line in mine:
            _divide(line, *standing[line])
        order.locked = locked
        order._billing_log(
            env._("Milestone Billing was removed: what it billed is a line of its own, and Odoo bills the rest.")
        )
    env.flush_all()


def forget_keys(env):
    """Take the keys of shares and deductions off invoice lines: installed again, shares are numbered from one again."""
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            UPDATE account_move_line SET billing_key = NULL
             WHERE billing_key IS NOT NULL AND (billing_allocation_id IS NOT NULL OR billing_key LIKE %s)
            """,
            f"{DEDUCTION}%",
        )
    )
    env.invalidate_all()


def forget_holds(env):
    """Delete the holds on milestones, with what was said of them; those on customers and orders stay."""
    env.flush_all()
    # Not by the model: whatever waited for them goes along with this addon, and needs not go on before.
    env.cr.execute("DELETE FROM billing_hold WHERE milestone_id IS NOT NULL RETURNING id")
    gone = [hold for [hold] in env.cr.fetchall()]
    env.invalidate_all()
    for model, field in {"mail.message": "model", "mail.followers": "res_model"}.items():
        env[model].sudo().search([(field, "=", "billing.hold"), ("res_id", "in", gone)]).unlink()


def _standing(line):
    """Return what invoices that stand, drafts included, bill of ``line``: (untaxed amount, quantity as Odoo counts)."""
    amount = quantity = 0.0
    for row in line._get_invoice_lines().filtered(lambda row: row.move_id.state != "cancel"):
        sign = -row.move_id.direction_sign
        amount += sign * row._billing_order_amount(line.currency_id)
        quantity += sign * row.product_uom_id._compute_quantity(row.quantity, line.product_uom_id)
    return line.currency_id.round(amount), quantity


def _is_misread(line, amount, quantity):
    """Return whether the invoiced ``quantity``, at the line's price, comes to anything but the ``amount`` billed."""
    if not line.price_subtotal or not line.invoice_lines:
        return False
    read = line.price_subtotal * quantity / line.product_uom_qty if line.product_uom_qty else 0.0
    return bool(line.currency_id.compare_amounts(line.currency_id.round(read), amount))


def _divide(line, amount, quantity):
    """Let Odoo read ``amount`` of ``line`` as billed, by invoice lines of this ``quantity``, and the rest as not."""
    whole, ordered, price = line.price_subtotal, line.product_uom_qty, line.price_unit
    product = line.product_id
    complete = not line.currency_id.compare_amounts(amount, whole)
    if complete and quantity > 0 and product.type == "service" and product.invoice_policy == "order":
        # Whoever follows the order is told that these units are the ones that were ordered.
        line._flagged(MOVING).write({"product_uom_qty": quantity, "price_unit": price * ordered / quantity})
        return
    part = amount / whole
    billed = {
        "product_id": _billed_product(line.env).id,
        "name": line.env._("%s (billed by milestones)", line.name),
        "sequence": line.sequence,
        "product_uom_qty": quantity,
        "product_uom_id": line.product_uom_id.id,
        "price_unit": price * ordered * part / quantity if quantity else price * ordered * part,
        "discount": line.discount,
        "tax_ids": line.tax_ids.ids,
        "invoice_lines": [Command.set(line.invoice_lines.ids)],
    }
    # Whoever follows the order waits for the second write: then one line has become two of the same worth.
    before = line.order_id.order_line
    line.order_id._flagged(MOVING).write({"order_line": [Command.create(billed)]})
    _move_invoice_lines(line, line.order_id.order_line - before)
    line.order_id.write({"order_line": [Command.update(line.id, {"price_unit": price * (1.0 - part)})]})


def _set_amounts_apart(line, counted):
    """Leave on ``line`` the invoice lines that bill a quantity of it; those that bill amounts go on lines of their own.

    What is billed ahead of the quantity becomes a down payment, which Odoo takes off; what is billed less, of no
    quantity, is what Odoo bills.

    :param counted: its invoice lines that bill a quantity (``account.move.line``)
    """
    rows = line.invoice_lines.filtered(lambda row: row.parent_state != "cancel") - counted
    amount = line.currency_id.round(
        sum(-row.move_id.direction_sign * row._billing_order_amount(line.currency_id) for row in rows)
    )
    side = -1 if amount < 0 else 1
    kept = rows.sorted("id").filtered(
        lambda row: (
            row.move_id.move_type == "out_invoice"
            and row.quantity == 1
            and side * row._billing_order_amount(line.currency_id) > 0
        )
    )[:1]
    kept = kept if amount else rows.browse()
    whole = line.price_unit * line.product_uom_qty * (1.0 - (line.discount or 0.0) / 100.0)
    price = whole * amount / line.price_subtotal if line.price_subtotal else amount
    for some, values in (
        (kept, {"product_uom_qty": 0.0, "price_unit": price, "is_downpayment": amount > 0}),
        (rows - kept, {"product_uom_qty": _net_quantity(rows - kept), "price_unit": 0.0}),
    ):
        if some:
            _add_billed_line(line, some, values)
    if kept and amount > 0:
        # Odoo books what it takes off on the account of what it calls a down payment.
        line.env.cr.execute(SQL("UPDATE account_move_line SET is_downpayment = true WHERE id = ANY(%s)", kept.ids))
        kept.invalidate_recordset(["is_downpayment"])


def _net_quantity(rows):
    return sum(-row.move_id.direction_sign * row.quantity for row in rows)


def _add_billed_line(line, rows, values):
    """Add a line to the order of ``line`` that carries these of its invoice lines."""
    order = line.order_id
    locked, before = order.locked, order.order_line
    order.locked = False
    made = {
        "product_id": _billed_product(line.env).id,
        "name": line.env._("%s (billed by milestones)", line.name),
        "sequence": line.sequence,
        "product_uom_id": line.product_uom_id.id,
        "discount": 0.0,
        "tax_ids": line.tax_ids.ids,
        "invoice_lines": [Command.set(rows.ids)],
        **values,
    }
    order._flagged(MOVING).write({"order_line": [Command.create(made)]})
    _move_invoice_lines(line, order.order_line - before)
    order.locked = locked


def _billed_product(env):
    """Return the service that stands for what is billed: nothing follows from it, no project and no delivery."""
    products = env["product.product"].sudo()
    name = env._("Billed by milestones")
    found = products.search([("name", "=", name), ("sale_ok", "=", False), ("company_id", "=", False)], limit=1)
    return found or products.create(
        {"name": name, "type": "service", "invoice_policy": "order", "sale_ok": False, "purchase_ok": False}
    )


def _move_invoice_lines(line, billed):
    """Take the invoice lines of ``billed`` off ``line``; the invoices, which may be locked, are not written."""
    line.env.flush_all()
    line.env.cr.execute(
        SQL(
            "DELETE FROM sale_order_line_invoice_rel WHERE order_line_id = %s AND invoice_line_id = ANY(%s)",
            line.id,
            billed.invoice_lines.ids,
        )
    )
    line.env.invalidate_all()
    (line | billed).modified(["invoice_lines"])
