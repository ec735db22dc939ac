"""Who sees and sets budgets."""

from odoo.exceptions import AccessError

#: Who sees what work costs: as Odoo's own panel of a project, its managers; and those who read the books.
COST_GROUPS = "project.group_project_manager,account.group_account_invoice,account.group_account_readonly"
#: Who sees hours.
HOURS_GROUPS = f"project.group_project_user,milestone_billing.group_billing_user,{COST_GROUPS}"


def may_see_cost(env):
    """Return whether the user sees what work costs."""
    return env.su or any(env.user.has_group(group) for group in COST_GROUPS.split(","))


def check_may_see(records):
    """Check that the user may see the budgets of these projects, or of their milestones.

    :raises AccessError: for customers, and without access to the records
    """
    env = records.env
    if not env.su and not any(env.user.has_group(group) for group in HOURS_GROUPS.split(",")):
        raise AccessError(env._("Budgets are for people of projects, billing and accounting."))
    records.check_access("read")


def check_may_set(projects):
    """Check that the user may set the budgets of these projects: billing users who see what work costs.

    :raises AccessError: otherwise
    """
    env = projects.env
    check_may_see(projects)
    if not env.su and not (env.user.has_group("milestone_billing.group_billing_user") and may_see_cost(env)):
        raise AccessError(env._("Budgets are set by project managers and billing managers. Ask one of them."))
