"""The users of the demo, one per role; every password is the login."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Role:
    """A user of the demo: the groups it gets as far as their addon is there, what it is for, where it starts."""

    login: str
    groups: tuple
    purpose: str
    portal: bool = False
    home: str = ""

    @property
    def password(self):
        """The password, which a demo need not hide."""
        return self.login

    def as_dict(self):
        """This role as plain values."""
        return asdict(self)


#: Where people of billing and of revenue start: an action, by its external id.
BILLING, REVENUE = "milestone_billing.action_billing_dashboard", "revenue_recognition.action_revenue_dashboard"

ROLES = (
    Role("admin", (), "sets everything up"),
    Role(
        "project_manager",
        ("project.group_project_manager",),
        "finishes tasks and milestones",
        home="project.open_view_project_all",
    ),
    Role(
        "salesperson",
        ("sales_team.group_sale_salesman",),
        "sells: quotations with their billing schedules",
        home="sale.action_quotations_with_onboarding",
    ),
    Role(
        "billing_user",
        ("project.group_project_user", "milestone_billing.group_billing_user"),
        "plans what is billed",
        home=BILLING,
    ),
    Role(
        "billing_manager",
        ("milestone_billing.group_billing_manager", "sales_team.group_sale_salesman_all_leads"),
        "sees to it that what is due is invoiced",
        home=BILLING,
    ),
    Role(
        "billing_clerk",
        ("account.group_account_invoice",),
        "bills what is due on the customers' billing days",
        home="billing_base.action_billing_day",
    ),
    Role(
        "revenue_accountant",
        ("revenue_recognition.group_revenue_accountant",),
        "prepares the period's revenue",
        home=REVENUE,
    ),
    Role(
        "revenue_controller", ("revenue_recognition.group_revenue_controller",), "approves and posts it", home=REVENUE
    ),
    Role("auditor", ("revenue_recognition.group_revenue_auditor",), "reads everything, changes nothing", home=REVENUE),
    Role(
        "integration",
        (
            "project.group_project_user",
            "milestone_billing.group_billing_manager",
            "revenue_recognition.group_revenue_accountant",
        ),
        "another system, over XML-RPC or JSON-2",
    ),
    Role("customer", (), "sees its own orders and invoices in the portal", portal=True),
)


def logins():
    """The users as ``--json`` writes them."""
    return {role.login: {"login": role.login, "password": role.password} for role in ROLES}
