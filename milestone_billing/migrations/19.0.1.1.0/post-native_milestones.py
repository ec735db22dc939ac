from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """A project milestone that covers several order lines named the first one: it names none, and delivers each."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    named = env["billing.milestone"].search([("project_milestone_id.sale_line_id", "!=", False)])
    several = named.filtered(lambda milestone: len(milestone.allocation_ids.filtered("amount").line_id) > 1)
    several._name_native_lines()
