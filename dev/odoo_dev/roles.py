"""The users of the demo, one per role; every password is the login."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Role:
    """A user of the demo: the groups it gets as far as their addon is there, and what it is for."""

    login: str
    groups: tuple
    purpose: str
    portal: bool = False

    @property
    def password(self):
        """The password, which a demo need not hide."""
        return self.login

    def as_dict(self):
        """This role as plain values."""
        return asdict(self)


ROLES = (
    Role("admin", (), "sets everything up"),
    Role("project_manager", ("project.group_project_manager",), "finishes tasks and milestones"),
    Role(
        "billing_user", ("project.group_project_user", "milestone_billing.group_billing_user"), "plans what is billed"
    ),
    Role("billing_manager", ("milestone_billing.group_billing_manager",), "sees to it that what is due is invoiced"),
    Role("revenue_accountant", ("revenue_recognition.group_revenue_accountant",), "prepares the period's revenue"),
    Role("revenue_controller", ("revenue_recognition.group_revenue_controller",), "approves and posts it"),
    Role("auditor", ("revenue_recognition.group_revenue_auditor",), "reads everything, changes nothing"),
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
