"""Opens screens as the web client does; every function takes the registry first."""

from lxml import etree

from odoo.tools.safe_eval import safe_eval

from benchmarks import revenue_actions, views

ADDONS = ("milestone_billing", "revenue_recognition")
KINDS = ("list", "kanban", "pivot", "graph", "calendar", "form")
GROUPS_LIMIT = 80


def screens(registry):
    """Return every view that the menus of our apps lead to, as arguments of :func:`open_screen`."""
    revenue_actions.join_controllers(registry)
    found = {}
    with revenue_actions.environment(registry, views.admin(registry)) as env:
        rows = env["ir.model.data"].search([("module", "in", ADDONS), ("model", "=", "ir.ui.menu")])
        for menu in env["ir.ui.menu"].browse(rows.mapped("res_id")).exists():
            action = menu.action
            if not action or action._name != "ir.actions.act_window" or env[action.res_model].is_transient():
                continue
            for kind in action.view_mode.split(","):
                if kind in KINDS:
                    name = f"{action.res_model.replace('.', '_')}_{kind}"
                    found[name] = {"name": name, "kind": kind, "model": action.res_model, "domain": domain(env, action)}
    return list(found.values())


def domain(env, action):
    """Return the domain of a window action."""
    return safe_eval(action.domain or "[]", {"uid": env.uid, "allowed_company_ids": env.companies.ids})


def records(registry, order):
    """Return the forms of the largest records, and what their widgets ask for.

    :param int order: one of 1,000 milestones
    """
    with revenue_actions.environment(registry, views.admin(registry)) as env:
        milestone = env["billing.milestone"].search([("order_id", "=", order)], limit=1)
        contract = env["revenue.contract"].search([("entry_ids", "!=", False)], limit=1)
        close = env["revenue.close"].search([], limit=1)
        forms = {
            "order_of_1000_milestones": milestone.order_id,
            "schedule_of_1000_milestones": milestone.schedule_id,
            "project_of_1000_milestones": milestone.project_id,
            "contract": contract,
            "close_of_100000_obligations": close,
        }
        return [
            {"name": name, "kind": "form", "model": record._name, "record": record.id}
            for name, record in forms.items()
            if record
        ]


#: What the widgets of our screens ask for: the method, and its arguments after the record.
WIDGETS = {
    "billing_dashboard": ("billing.milestone", "get_dashboard", []),
    "order_of_1000_milestones": ("sale.order", "get_billing_timeline", []),
    "portal_order_of_1000_milestones": ("sale.order", "_billing_plans", [60]),
    "portal_plans": ("sale.order", "_billing_plan_overviews", []),
    "project_of_1000_milestones": ("project.project", "get_billing_panel", []),
    "task": ("project.task", "get_billing_preview", []),
    "revenue_dashboard": ("revenue.close", "get_dashboard", []),
    "contract": ("revenue.contract", "get_timeline", []),
    "close_of_100000_obligations": ("revenue.close", "get_progress", []),
}


def widgets(registry, order):
    """Return what the widgets of the largest records ask for, as arguments of :func:`ask_widget`.

    :param int order: one of 1,000 milestones
    """
    with revenue_actions.environment(registry, views.admin(registry)) as env:
        project = (
            env["billing.milestone"].search([("order_id", "=", order), ("project_id", "!=", False)], limit=1).project_id
        )
        records = {
            "sale.order": order,
            "project.project": project.id,
            "project.task": env["project.task"].search([("project_id", "=", project.id)], limit=1).id,
            "revenue.contract": env["revenue.contract"].search([("entry_ids", "!=", False)], limit=1).id,
            "revenue.close": env["revenue.close"].search([], limit=1).id,
        }
        company = env.company.id
    found = [
        {"name": name, "model": model, "method": method, "arguments": arguments, "record": records.get(model)}
        for name, (model, method, arguments) in WIDGETS.items()
        if records.get(model, True)
    ]
    forecast = {"model": "revenue.close", "method": "get_forecast", "arguments": [company], "record": None}
    return [*found, {"name": "revenue_dashboard_forecast", **forecast}]


def ask_widget(registry, name, model, method, arguments, record):
    """Return the milliseconds the server takes to answer a widget.

    :param str name: what it is called in the figures
    """
    on_model = name.endswith("dashboard") or record is None

    def read(env):
        getattr(env[model] if on_model else env[model].browse(record), method)(*arguments)

    return views.timed(registry, read)


def open_screen(registry, name, kind, model, domain=(), record=None):
    """Return the milliseconds the server takes to answer what the web client asks of a screen.

    :param str name: what it is called in the figures
    """
    read = globals()[f"_read_{kind}"]
    with revenue_actions.environment(registry, views.admin(registry)) as env:
        arch = etree.fromstring(env[model].get_views([(False, kind)])["views"][kind]["arch"])
        specification = views.specification_of(env, model, arch)
        if kind == "form" and record is None:
            record = env[model].search(list(domain), limit=1).id
    return views.timed(registry, lambda env: read(env[model], arch, specification, list(domain), record))


def _read_list(records, _arch, specification, domain, _record):
    records.web_search_read(domain, specification, limit=views.LIST_LIMIT, count_limit=10001)


def _read_kanban(records, arch, specification, domain, _record):
    group_by = arch.get("default_group_by")
    if not group_by:
        records.web_search_read(domain, specification, limit=views.LINES_LIMIT, count_limit=10001)
        return
    progress = arch.find(".//progressbar")
    sums = [f"{progress.get('sum_field')}:sum"] if progress is not None and progress.get("sum_field") else []
    records.web_read_group(
        domain, [group_by], sums, auto_unfold=True, unfold_read_specification=specification, limit=GROUPS_LIMIT
    )


def _read_pivot(records, arch, _specification, domain, _record):
    axes = ("row", "col")
    rows, columns = ([_granular(node) for node in arch.iter("field") if node.get("type") == axis] for axis in axes)
    names = [node.get("name") for node in arch.iter("field") if node.get("type") == "measure"]
    measures = ["__count", *(f"{name}:sum" for name in names)]
    records.formatted_read_grouping_sets(domain, [[], rows, columns, [*rows, *columns]], measures)


def _read_graph(records, arch, _specification, domain, _record):
    fields = list(arch.iter("field"))
    group_by = [_granular(node) for node in fields if node.get("type") != "measure"]
    measures = [f"{node.get('name')}:sum" for node in fields if node.get("type") == "measure"]
    records.formatted_read_group(domain, group_by, ["__count", *measures])


def _granular(node):
    """Return what a field of a pivot or graph groups by."""
    return f"{node.get('name')}:{node.get('interval')}" if node.get("interval") else node.get("name")


def _read_calendar(records, arch, specification, domain, _record):
    start = arch.get("date_start")
    span = [(start, ">=", "2026-01-01"), (start, "<=", "2026-02-10")]
    records.search_read([*domain, *span], [*specification, "display_name"])


def _read_form(records, _arch, specification, _domain, record):
    records.browse(record).web_read(specification)
