"""Holds, which were of Milestone Billing once, come over to this addon: rows, and what people made of screens.

Odoo itself moves models, fields and constraints along, since both addons name them, and removes what neither does.
"""

#: Views and actions that this addon writes anew under the same names, and who reads and writes.
MOVED = (
    "billing_hold_view_list",
    "billing_hold_view_form",
    "billing_hold_view_form_new",
    "billing_hold_view_search",
    "action_billing_hold",
    "billing_hold_action_new",
    "access_hold_salesman",
    "access_hold_readonly",
    "access_hold_invoice",
)
#: Rules that both addons make anew: those that are there do not know that whoever put a hold changes it.
RULES = (
    "billing_hold_company",
    "billing_hold_project",
    "billing_hold_salesman",
    "billing_hold_all_leads",
    "billing_hold_invoice",
    "billing_hold_readonly",
    "billing_hold_project_manager",
)


def take_over_holds(cr):
    """Make what is kept of holds under the name of Milestone Billing this addon's own; safe to repeat.

    :param cr: cursor
    """
    cr.execute(
        "UPDATE ir_model_data SET module = 'billing_base' WHERE module = 'milestone_billing' AND name IN %s", [MOVED]
    )
    cr.execute(
        """
        WITH gone AS (
            DELETE FROM ir_model_data
             WHERE module = 'milestone_billing' AND model = 'ir.rule' AND name IN %s
            RETURNING res_id
        )
        DELETE FROM ir_rule WHERE id IN (SELECT res_id FROM gone)
        """,
        [RULES],
    )


def pre_init_hook(env):
    """Take holds over from a Milestone Billing that was there before."""
    take_over_holds(env.cr)
