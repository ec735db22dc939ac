"""Messages and reasons are told in each reader's language; what was written of them before stays for its rows."""

from odoo.tools.sql import column_exists, drop_not_null, rename_column


def migrate(cr, version):
    for table, column in (("revenue_exception", "message"), ("revenue_modification", "reason")):
        written = f"{column}_written"
        if column_exists(cr, table, column) and not column_exists(cr, table, written):
            rename_column(cr, table, column, written)
            drop_not_null(cr, table, written)
