"""What a posted invoice says of the orders it bills stays: a draft is edited, what is posted is taken back or credited.

Odoo lets who writes journal items change the price, the quantity or the order line of a posted line; the ledger keeps
its amounts, and what counts by the line's own no longer agrees with it. Odoo itself never does. These are functions for
the addons that count so: this addon knows nothing of invoices itself.
"""

from odoo.exceptions import UserError

#: What makes an invoice line worth what it is, and which order line it bills.
LINE_FIELDS = frozenset(
    {
        *("price_unit", "quantity", "discount", "tax_ids", "product_id", "product_uom_id", "extra_tax_data"),
        *("debit", "credit", "balance", "amount_currency", "currency_id", "display_type", "move_id", "sale_line_ids"),
        # Stored, and not computed again where somebody writes them.
        *("price_subtotal", "price_total", "parent_state", "is_downpayment"),
    }
)
#: The flag of our own code that gives posted lines another order line, of the same worth.
MOVING = "posted_lines_moving"
#: What says how the amounts of all its lines count.
DOCUMENT_FIELDS = frozenset({"move_type", "currency_id", "invoice_date"})


def check_lines(lines, vals):
    """Refuse a write that changes what posted lines of invoices say.

    :param lines: ``account.move.line``: those of the write that stay as they are
    :param dict vals: values as ``write`` takes them
    :raises UserError: naming the invoice, the field and what to do
    """
    for line in lines:
        for name in line._changed_fields(vals, LINE_FIELDS):
            _refuse(line.move_id, line._fields[name], line)


def check_documents(moves, vals):
    """Refuse a write that changes how the lines of posted invoices count.

    :param moves: ``account.move``: those of the write that stay as they are
    :param dict vals: values as ``write`` takes them
    :raises UserError: naming the invoice, the field and what to do
    """
    for move in moves:
        for name in move._changed_fields(vals, DOCUMENT_FIELDS):
            _refuse(move, move._fields[name], move)


def check_joined(lines):
    """Refuse that posted lines of invoices, if any, come to an order, or leave it.

    :param lines: ``account.move.line``
    :raises UserError: naming the invoice and what to do
    """
    if lines and lines._is_flagged(MOVING):
        return
    for line in lines[:1]:
        _refuse(line.move_id, line._fields["sale_line_ids"], line)


def joined(order_lines, commands):
    """Return the posted invoice lines that commands for ``invoice_lines`` give these order lines or take from them."""
    field, found = order_lines._fields["invoice_lines"], set()
    for line in order_lines.sudo():
        found |= set(line.invoice_lines.ids) ^ set(field.convert_to_cache(commands, line, validate=False))
    rows = order_lines.env["account.move.line"].sudo().browse(row for row in found if isinstance(row, int)).exists()
    return rows.filtered(lambda row: row.move_id.state == "posted")


def _refuse(move, field, record):
    env = record.env
    raise UserError(
        env._(
            "%(invoice)s is posted: %(field)s stays what it is. Take the invoice back with Reset to Draft and change "
            "the draft, or correct it with a Credit Note.",
            invoice=move.display_name,
            field=field.get_description(env, ["string"])["string"],
        )
    )
