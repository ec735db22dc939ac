"""Why something waits is kept as facts and told to each reader in his language; it was kept as texts."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL
from odoo.tools.sql import column_exists


def migrate(cr, version):
    """Keep facts where they are known still, else the texts as they are; the columns of the texts go."""
    if not column_exists(cr, "billing_attainment", "reason"):
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    texts = env.execute_query(
        SQL("SELECT id, to_jsonb(reason), to_jsonb(remedy) FROM billing_attainment WHERE reason IS NOT NULL")
    )
    for row_id, reason, remedy in texts:
        row = env["billing.attainment"].browse(row_id)
        row._set_state(row.state, _facts(row) or {"name": "told", "reason": _texts(reason), "remedy": _texts(remedy)})
    env.flush_all()
    cr.execute("ALTER TABLE billing_attainment DROP COLUMN reason, DROP COLUMN remedy")


def _facts(row):
    milestone = row.milestone_id
    if row.state != "blocked":
        return None
    if owed := milestone._credit_owed():
        return milestone._credit_why(owed)
    return milestone._hold_why() if milestone._active_holds() else None


def _texts(value):
    """Return the texts of a column, by language: a translated one, or a plain one."""
    return value if isinstance(value, dict) else {"en_US": value or ""}
