"""Makes the users of the demo; runs inside ``odoo shell`` on the demo database."""

CUSTOMER_SOURCES = (
    # Where a customer with something to see is found: model, domain, path to the partner.
    (
        "billing.schedule",
        [("milestone_ids.state", "=", "invoiced"), ("milestone_ids.state", "=", "planned")],
        "order_id.partner_id",
    ),
    ("billing.schedule", [("order_id.state", "=", "sale")], "order_id.partner_id"),
    ("sale.order", [("state", "=", "sale")], "partner_id"),
    ("res.partner", [("email", "!=", False), ("is_company", "=", False)], ""),
)
SALESPERSON = "salesperson"


def make_users(env, roles):
    """Make or complete the users of these roles, given as plain values, in all companies."""
    for role in roles:
        user = env["res.users"].with_context(active_test=False).search([("login", "=", role["login"])])
        if role["portal"]:
            user or _make_customer(env, role)
        else:
            _make_internal(env, role, user)
    _give_orders(env)
    env.cr.commit()


def prepare_pages(env):
    """Build the scripts and styles of the web pages now, so that the first click is quick."""
    env["ir.qweb"]._pregenerate_assets_bundles()
    env.cr.commit()


def _make_internal(env, role, user):
    """Make an internal user or give it the groups it lacks."""
    groups = [env.ref(name, raise_if_not_found=False) for name in ("base.group_user", *role["groups"])]
    values = {
        "group_ids": [(4, group.id) for group in groups if group],
        "company_ids": [(6, 0, env["res.company"].search([]).ids)],
    }
    if user:
        user.write(values)
        return
    name = role["login"].replace("_", " ").title()
    identity = {
        "name": name,
        "login": role["login"],
        "email": f"{role['login']}@example.com",
        # The demo data may have the administrator start in a company of its own.
        "company_id": env.ref("base.user_admin").company_id.id,
    }
    if home := role["home"] and env.ref(role["home"], raise_if_not_found=False):
        # Without it everybody starts in Discuss.
        identity["action_id"] = home.id
    users = env["res.users"].with_context(no_reset_password=True)
    users.create({**identity, **values, "password": role["login"]})


def _give_orders(env):
    """Have the salesperson sell what the demo companies sold, once: those with that role alone see their own orders."""
    salesperson = env["res.users"].search([("login", "=", SALESPERSON)])
    if salesperson and "sale.order" in env and not env["sale.order"].search_count([("user_id", "=", salesperson.id)]):
        orders = env["sale.order"].search([("user_id", "in", (False, env.ref("base.user_admin").id))])
        orders.with_context(mail_notrack=True, mail_auto_subscribe_no_notify=True).user_id = salesperson


def _make_customer(env, role):
    """Give a customer who has orders a portal user."""
    partner = _find_customer(env)
    if not partner.email:
        partner.email = f"{role['login']}@example.com"
    env["res.users"].with_context(no_reset_password=True).create(
        {
            "name": partner.name,
            "login": role["login"],
            "password": role["login"],
            "partner_id": partner.id,
            "group_ids": [(6, 0, [env.ref("base.group_portal").id])],
            "company_id": partner.company_id.id or env.company.id,
            "company_ids": [(6, 0, [partner.company_id.id or env.company.id])],
        }
    )


def _find_customer(env):
    """A customer without a user yet, preferably one with a billing schedule."""
    for model, domain, path in CUSTOMER_SOURCES:
        if model not in env:
            continue
        records = env[model].search(domain, limit=200)
        partners = (records.mapped(path) if path else records).filtered(lambda partner: not partner.user_ids)
        if partners:
            return partners[0]
    return env["res.partner"].create({"name": "Demo Customer"})
