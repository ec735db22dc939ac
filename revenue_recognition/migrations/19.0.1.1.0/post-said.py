"""What orders say too of concessions that are applied is remembered from now on."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Note what orders say today; what they said before and do not say any more is not known."""
    changes = api.Environment(cr, SUPERUSER_ID, {})["revenue.modification"].search(
        [("state", "=", "applied"), ("of_order", "=", False), ("contract_id.state", "=", "active")]
    )
    for contract in changes.contract_id:
        contract._set_against_order()
