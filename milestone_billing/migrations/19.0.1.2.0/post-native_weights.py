from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Project milestones that name an order line kept the parts of the first plan: they follow the plan."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    natives = env["billing.milestone"].search([("project_milestone_id.sale_line_id", "!=", False)]).project_milestone_id
    env.add_to_compute(natives._fields["quantity_percentage"], natives)
    natives.flush_recordset(["quantity_percentage"])
