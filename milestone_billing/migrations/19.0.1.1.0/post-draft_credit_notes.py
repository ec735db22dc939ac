"""What is credited by a draft only reads *Draft Credit Note*, is still to be credited, and is asked to be posted."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Work out status and what is to be credited of milestones with draft credit notes, and ask to post these."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    lines = env["account.move.line"].search(
        [
            ("billing_milestone_id", "!=", False),
            ("parent_state", "=", "draft"),
            ("move_id.move_type", "=", "out_refund"),
        ]
    )
    milestones = lines.filtered(lambda line: not line._is_billing_charge()).billing_milestone_id
    for name in ("status", "to_credit_amount"):
        env.add_to_compute(milestones._fields[name], milestones)
    milestones.flush_recordset(["status", "to_credit_amount"])
    milestones._follow_draft_credits()
