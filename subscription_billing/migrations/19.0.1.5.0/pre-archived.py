"""Sums of archived usage are kept apart by what invoices knew of it."""

from odoo.tools.sql import column_exists, table_exists


def migrate(cr, version):
    """Have the sums of a day be several rows; those that are kept already stay as they are."""
    table = "subscription_usage_archived"
    if not table_exists(cr, table) or column_exists(cr, table, "replaced_batch"):
        return
    cr.execute(
        """
        ALTER TABLE subscription_usage_archived
            ADD COLUMN replaced_batch integer NOT NULL DEFAULT 0,
            DROP CONSTRAINT subscription_usage_archived_pkey,
            ADD PRIMARY KEY (point_id, day, dimension, archive_id, batch_id, replaced_batch)
        """
    )
