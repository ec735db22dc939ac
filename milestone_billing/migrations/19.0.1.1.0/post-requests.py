"""Plans follow orders that were reduced below what was billed, and activities know what they ask for."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Let plans that bill more than their lines follow them; tell activities their milestones, or close them."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["billing.schedule"].search([("order_id.state", "=", "sale")]).filtered(_exceeds_lines)._follow_change_order()
    kind = env.ref("milestone_billing.mail_activity_billing", raise_if_not_found=False)
    if kind:
        domain = [("activity_type_id", "=", kind.id), ("res_model", "=", "sale.order"), ("billing_request", "=", False)]
        for activity in env["mail.activity"].search(domain):
            _close_or_tell(activity, env["sale.order"].browse(activity.res_id))


def _exceeds_lines(schedule):
    """Return whether more is billed than a line is worth by now, or what is billed in part takes more than is left."""
    billed = schedule.milestone_ids._engine_billed()
    partly = any(not row.is_closed and any(row.units.values()) for row in billed.values())
    for line in schedule.line_ids:
        kept = sum(row._standing().kept for row in line.billing_allocation_ids) * line.currency_id.rounding
        planned = kept if not partly else sum(line.billing_allocation_ids.mapped("amount"))
        if line.currency_id.compare_amounts(abs(planned), abs(line.price_subtotal)) > 0:
            return True
    return False


def _close_or_tell(activity, order):
    named = (activity.summary or "").rpartition(": ")[0] or activity.summary or ""
    waiting = order.billing_milestone_ids.filtered(
        lambda milestone: milestone.name in named and milestone.state in ("blocked", "failed")
    )
    if not waiting:
        activity.unlink()
        return
    request = "credit" if any(milestone._credit_owed() for milestone in waiting) else "mend"
    activity.write({"billing_request": request, "billing_milestone_ids": [(6, 0, waiting.ids)]})
