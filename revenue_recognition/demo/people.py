"""The two people who closed the months before the demo begins; nobody logs in as they."""

from odoo.fields import Command

GROUPS = ("sales_team.group_sale_manager", "project.group_project_manager", "account.group_account_invoice")


def people(env):
    """Return the accountant who prepares closes and the controller who approves them (``res.users``)."""
    return (
        _person(env, "accountant", "Ines Albers"),
        _person(env, "controller", "Marek Dvorak"),
    )


def _person(env, role, name):
    xmlid = f"__demo__.revenue_{role}"
    user = env.ref(xmlid, raise_if_not_found=False)
    groups = [env.ref(one).id for one in (*GROUPS, f"revenue_recognition.group_revenue_{role}")]
    if user:
        # The groups of a module that was uninstalled went with it, and came anew.
        user.group_ids = [Command.link(group) for group in groups]
        return user
    user = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            {
                "name": name,
                "login": f"{name.lower().replace(' ', '.')}@example.com",
                "email": f"{name.lower().replace(' ', '.')}@example.com",
                "company_id": env.ref("base.main_company").id,
                "company_ids": [Command.set(env.ref("base.main_company").ids)],
                "group_ids": [Command.set(groups)],
            }
        )
    )
    env["ir.model.data"]._update_xmlids([{"xml_id": xmlid, "record": user, "noupdate": True}])
    return user
