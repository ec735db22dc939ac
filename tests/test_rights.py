"""Who may do what, tried as each role over the protocols; nobody gains more than the role gives."""

import json
from datetime import date

import pytest
from stories import PROTOCOLS, Refusal, XmlRpc, hire, set_stage

SCHEDULE, MILESTONE, ATTAINMENT, HOLD = "billing.schedule", "billing.milestone", "billing.attainment", "billing.hold"
READERS = {
    "integration",
    "billing_manager",
    "billing_user",
    "project_manager",
    "project_user",
    "salesman",
    "invoicing_user",
}
ATTAINERS = {"integration", "billing_manager", "billing_user", "project_manager", "project_user"}
PLANNERS = {"integration", "billing_manager", "billing_user", "project_manager"}
BILLERS = {"integration", "billing_manager"}
EVERYBODY = (*sorted(READERS), "nobody", "customer")


@pytest.fixture(scope="module")
def stage(module_odoo_server):
    """One server without a clock, with somebody of each role; the portal user is of another customer."""
    return set_stage(module_odoo_server(max_cron_threads=0))


@pytest.fixture
def protocol():
    """JSON-2: Odoo's rights are behind both protocols alike, which some stories try over each."""
    return "json2"


over_both = pytest.mark.parametrize("protocol", PROTOCOLS)


@pytest.fixture
def refused(stage, protocol):
    """A function that returns who of everybody is refused a call for lack of rights."""

    def who(model, method, make_arguments, people=EVERYBODY):
        outcome = set()
        for login in people:
            try:
                stage.client(login, protocol).call(model, method, **make_arguments())
            except Refusal as refusal:
                assert refusal.kind == "access", (login, refusal)
                outcome.add(login)
        return outcome

    return who


def attained(stage, **entry):
    """A milestone of an order without a salesperson, attained but not billed: (order, milestone)."""
    order = stage.order(1000.0, user_id=False)
    [milestone] = stage.plan(order, 100, **entry)["milestones"].values()
    stage.attain(milestone)
    return order, milestone


def customer_of(stage):
    """A customer of his own with an order that anybody may sell."""
    customer = stage.make("res.partner", name="Held Works")
    stage.order(1000.0, partner_id=customer, user_id=False)
    return customer


# === EACH RIGHT, ROLE BY ROLE === #


@over_both
def test_who_reads(stage, refused):
    order, milestone = attained(stage)
    keys = {"keys": [milestone]}
    assert refused(MILESTONE, "get_status", lambda: keys, [row for row in EVERYBODY if row != "customer"]) == {"nobody"}
    for model in (SCHEDULE, MILESTONE, ATTAINMENT):
        found = stage.find(model, [("order_id", "=", order)], "id", limit=1)[0]["id"]
        assert refused(model, "read", lambda found=found: {"ids": [found], "fields": ["display_name"]}) == {
            "nobody",
            "customer",
        }, model


@over_both
def test_who_attains_and_undoes(stage, refused):
    def fresh():
        order = stage.order(1000.0, user_id=False)
        [milestone] = stage.plan(order, 100)["milestones"].values()
        return milestone

    others = set(EVERYBODY) - ATTAINERS
    assert refused(MILESTONE, "action_attain", lambda: {"ids": [fresh()]}) == others
    assert refused(MILESTONE, "action_undo", lambda: {"ids": [attained(stage)[1]]}) == others
    event = {"events": [{"key": "rights", "milestone": fresh()}], "dry_run": True}
    assert refused(MILESTONE, "attain", lambda: event) == others


def test_who_holds_and_releases(stage, refused):
    def later(hold):
        return {"ids": [hold], "vals": {"date_to": "2999-12-31"}}

    order, milestone = attained(stage)
    others, putting = set(EVERYBODY) - BILLERS, {"salesman", "invoicing_user"}
    for target in ({"milestone_id": milestone}, {"order_id": order}, {"partner_id": customer_of(stage)}):
        values = {"reason": "Wait", **target}
        assert refused(HOLD, "create", lambda values=values: {"vals_list": [values]}) == others - putting, target
        assert refused(HOLD, "action_release", lambda values=values: {"ids": [stage.make(HOLD, **values)]}) == others
        assert refused(HOLD, "write", lambda values=values: later(stage.make(HOLD, **values))) == others


def test_who_put_a_hold_releases_it_in_his_own_name(stage, protocol):
    order, milestone = attained(stage)
    foreign = stage.order(1000.0)
    for login in ("salesman", "invoicing_user"):
        client = stage.client(login, protocol)
        for target in ({"milestone_id": milestone}, {"order_id": order}, {"partner_id": customer_of(stage)}):
            [hold] = client.call(HOLD, "create", vals_list=[{"reason": "Wait", **target}])
            assert stage.read(HOLD, hold, "user_id")["user_id"][0] == stage.people[login].uid
            client.call(HOLD, "write", ids=[hold], vals={"date_to": "2999-12-31"})
            client.call(HOLD, "action_release", ids=[hold])
            assert stage.read(HOLD, hold, "is_active")["is_active"] is False
    theirs, partner = stage.make(HOLD, order_id=order, reason="Theirs"), stage.people["customer"].partner

    def commands(*rows):
        return {"ids": [order], "vals": {"billing_hold_ids": [list(row) for row in rows]}}

    for login, model, method, arguments in (
        ("salesman", HOLD, "create", {"vals_list": [{"reason": "x", "order_id": foreign}]}),
        ("salesman", HOLD, "unlink", {"ids": [theirs]}),
        ("invoicing_user", HOLD, "unlink", {"ids": [theirs]}),
        ("salesman", "sale.order", "write", commands((1, theirs, {"reason": "x"}))),
        ("salesman", "sale.order", "write", commands((5,))),
        ("invoicing_user", "sale.order", "write", commands((2, theirs))),
        ("project_user", "sale.order", "write", commands((2, theirs))),
        ("customer", HOLD, "create", {"vals_list": [{"reason": "x", "partner_id": partner}]}),
        ("customer", HOLD, "action_release", {"ids": [theirs]}),
        ("customer", "sale.order", "read", {"ids": [order], "fields": ["billing_hold_ids"]}),
        ("customer", "res.partner", "read", {"ids": [partner], "fields": ["billing_hold_ids"]}),
    ):
        with pytest.raises(Refusal) as refusal:
            stage.client(login, protocol).call(model, method, **arguments)
        assert refusal.value.kind == "access", (login, model, method, arguments, refusal.value)
    [after] = stage.find(HOLD, [("id", "=", theirs)], "is_active", "reason")
    assert (after["is_active"], after["reason"]) == (True, "Theirs")
    stage.admin.call(HOLD, "action_release", ids=[theirs])


def test_who_bills_retries_and_credits(stage, refused):
    def blocked():
        _order, milestone = attained(stage)
        stage.make(HOLD, milestone_id=milestone, reason="Wait")
        stage.drain()
        return {"ids": [milestone]}

    def overbilled():
        _order, milestone = attained(stage)
        stage.drain()
        stage.admin.call(MILESTONE, "action_undo", ids=[milestone])
        stage.drain()
        return {"ids": [milestone]}

    def credited():
        order, milestone = attained(stage)
        stage.drain()
        [invoice] = stage.invoices(order)
        [journal] = stage.read("account.move", invoice["id"], "journal_id")["journal_id"][:1]
        dialog = stage.make("account.move.reversal", move_ids=[[6, 0, [invoice["id"]]]], journal_id=journal)
        stage.admin.call("account.move.reversal", "refund_moves", ids=[dialog])
        return {"ids": [milestone]}

    others = set(EVERYBODY) - BILLERS
    assert refused(ATTAINMENT, "run_pending", dict) == others
    some = ("billing_manager", "billing_user", "project_user", "salesman", "invoicing_user", "nobody", "customer")
    assert refused(MILESTONE, "action_retry", blocked, some) == set(some) - BILLERS
    assert refused(MILESTONE, "action_credit", overbilled, some) == set(some) - BILLERS
    assert refused(MILESTONE, "action_bill_again", credited, some) == set(some) - BILLERS


def test_who_sees_the_dashboard(refused):
    assert refused(MILESTONE, "get_dashboard", dict) == set(EVERYBODY) - READERS


def test_who_sees_the_forecast(stage, refused, protocol):
    assert refused("billing.forecast", "get", dict) == {"project_user", "nobody", "customer"}
    assert refused("billing.forecast", "action_open", dict) == {"project_user", "nobody", "customer"}
    order, foreign = stage.order(1000.0, user_id=False), stage.order(1000.0)
    for one in (order, foreign):
        stage.plan(one, 100)
    question = {"domain": [["id", "in", [order, foreign]]], "from": str(date.today()), "by": "customer"}
    seen = {}
    for login in ("billing_manager", "salesman", "invoicing_user"):
        answer = stage.client(login, protocol).call("billing.forecast", "get", **question)
        seen[login] = sorted(item["order"] for item in answer["undated"]["items"])
    assert seen == {"billing_manager": [order, foreign], "salesman": [order], "invoicing_user": [order, foreign]}
    with pytest.raises(Refusal) as refusal:
        stage.client("billing_manager", protocol).call("billing.forecast", "get", by="year")
    assert refusal.value.kind == "user"
    [scenario] = stage.client("salesman", protocol).call(
        "billing.forecast.scenario", "create", vals_list=[{"name": f"Later {protocol}", "shift_number": 2}]
    )
    with pytest.raises(Refusal) as refusal:
        stage.client("billing_user", protocol).call(
            "billing.forecast.scenario", "write", ids=[scenario], vals={"shift_number": 3}
        )
    assert refusal.value.kind == "access"


def test_who_passes_plans_in(stage, refused, protocol):
    def payload(**values):
        return {"payload": [stage.entry(stage.order(1000.0, **values), 100)]}

    assert refused(SCHEDULE, "import_schedules", lambda: payload(user_id=False)) == set(EVERYBODY) - PLANNERS - {
        "salesman"
    }
    for login in sorted(PLANNERS | {"salesman"}):
        [result] = stage.client(login, protocol).call(SCHEDULE, "import_schedules", **payload(user_id=False))
        assert (login, result["status"], result["errors"]) == (login, "created", [])
    [result] = stage.client("salesman", protocol).call(
        SCHEDULE, "import_schedules", **payload(user_id=stage.people["admin"].uid)
    )
    assert result["status"] == "refused", "a salesperson plans the orders of others"


# === NO ROLE GAINS ANOTHER === #


def test_no_command_of_a_plan_reaches_what_order_lines_say(stage, protocol):
    seller = stage.people["salesman"].uid
    order = stage.order(1000.0, user_id=seller)
    plan = stage.plan(order, 100)["schedule_id"]
    foreign = stage.find("sale.order.line", [("order_id", "=", stage.order(5000.0))], "id")[0]["id"]
    client = stage.client("salesman", protocol)
    for commands in (
        [[1, foreign, {"price_unit": 1}]],
        [[2, foreign]],
        [[4, foreign]],
        [[6, 0, [foreign]]],
        [[0, 0, {}]],
    ):
        for method, arguments in (
            ("write", {"ids": [plan], "vals": {"line_ids": commands}}),
            ("create", {"vals_list": [{"order_id": order, "cover_all": False, "line_ids": commands}]}),
        ):
            with pytest.raises(Refusal) as refusal:
                client.call(SCHEDULE, method, **arguments)
            assert refusal.value.kind == "user", (method, commands, refusal.value)
    assert stage.read("sale.order.line", foreign, "price_unit")["price_unit"] == 5000.0


def test_what_follows_from_what_happens_is_entered_by_nobody(stage, protocol):
    _order, milestone = attained(stage)
    stage.drain()
    [line] = stage.find("account.move.line", [("billing_milestone_id", "=", milestone)], "billing_allocation_id")
    share = line["billing_allocation_id"]
    hold = {"milestone_id": milestone, "reason": "Wait", "user_id": stage.people["nobody"].uid}
    for login, model, method, arguments in (
        *(
            ("billing_manager", MILESTONE, "write", {"ids": [milestone], "vals": {name: value}})
            for name, value in {"is_held": False, "attained_percent": 0, "state": "paid", "billed_amount": 0}.items()
        ),
        *(
            ("admin", "account.move.line", "write", {"ids": [line["id"]], "vals": {name: False}})
            for name in ("billing_allocation_id", "billing_milestone_id", "billing_key")
        ),
        ("billing_manager", HOLD, "create", {"vals_list": [hold]}),
        ("admin", ATTAINMENT, "create", {"vals_list": [{"milestone_id": milestone, "percent": 1, "key": "x"}]}),
    ):
        with pytest.raises(Refusal) as refusal:
            stage.client(login, protocol).call(model, method, **arguments)
        assert refusal.value.kind == "access", (login, model, arguments, refusal.value)
    [after] = stage.find("account.move.line", [("billing_milestone_id", "=", milestone)], "billing_allocation_id")
    assert after["billing_allocation_id"] == share


def test_a_project_user_finishes_a_task_and_gains_nothing_else(stage, protocol):
    order = stage.order(1000.0, product=stage.task_service, user_id=False)
    [milestone] = stage.plan(order, {"percent": 100, "due": {"on": "task"}})["milestones"].values()
    tasks = stage.read(MILESTONE, milestone, "task_ids")["task_ids"]
    client = stage.client("project_user", protocol)
    client.call("project.task", "write", ids=tasks, vals={"state": "1_done"})
    assert stage.status(milestone)[0]["attained_percent"] == 100.0
    by = stage.find(ATTAINMENT, [("milestone_id", "=", milestone)], "source", "user_id")[0]
    assert (by["source"], by["user_id"][0]) == ("task", stage.people["project_user"].uid)
    stage.drain()
    [invoice] = stage.invoices(order)
    line = stage.find("sale.order.line", [("order_id", "=", order)], "id")[0]["id"]
    schedule = stage.read(MILESTONE, milestone, "schedule_id")["schedule_id"][0]
    for model, method, arguments in (
        ("account.move", "read", {"ids": [invoice["id"]]}),
        ("account.move", "search_read", {"domain": []}),
        ("account.move.line", "search_read", {"domain": []}),
        ("sale.order", "write", {"ids": [order], "vals": {"note": "x"}}),
        ("sale.order.line", "write", {"ids": [line], "vals": {"price_unit": 1.0}}),
        ("sale.order", "action_cancel", {"ids": [order]}),
        (SCHEDULE, "write", {"ids": [schedule], "vals": {"invoice_policy": "send"}}),
        (SCHEDULE, "unlink", {"ids": [schedule]}),
        (MILESTONE, "write", {"ids": [milestone], "vals": {"percent": 1}}),
        (MILESTONE, "create", {"vals_list": [{"schedule_id": schedule, "name": "x"}]}),
        (ATTAINMENT, "create", {"vals_list": [{"milestone_id": milestone, "percent": 1, "date": "2026-01-01"}]}),
    ):
        with pytest.raises(Refusal) as refusal:
            client.call(model, method, **arguments)
        assert refusal.value.kind == "access", (model, method, refusal.value)


@over_both
def test_nobody_changes_or_deletes_what_was_attained(stage, protocol):
    _order, milestone = attained(stage)
    [row] = stage.find(ATTAINMENT, [("milestone_id", "=", milestone)], "percent", "date", "state")
    for login in ("admin", *EVERYBODY):
        for method, arguments in (
            ("write", {"vals": {"percent": 10}}),
            ("write", {"vals": {"date": "2020-01-01"}}),
            ("write", {"vals": {"state": "billed"}}),
            ("unlink", {}),
        ):
            with pytest.raises(Refusal) as refusal:
                stage.client(login, protocol).call(ATTAINMENT, method, ids=[row["id"]], **arguments)
            assert refusal.value.kind in ("access", "user"), (login, method, refusal.value)
    assert stage.find(ATTAINMENT, [("id", "=", row["id"])], "percent", "date", "state") == [row]


def test_a_customer_sees_only_its_own_plans_and_changes_nothing(stage, protocol):
    portal, partner = stage.client("customer", protocol), stage.people["customer"].partner
    order = stage.order(1000.0, partner_id=partner)
    plan = stage.plan(order, 100)
    [milestone] = plan["milestones"].values()
    foreign = attained(stage)[1]
    quotation = stage.plan(stage.order(1000.0, partner_id=partner, confirm=False), 100)["schedule_id"]
    seen = portal.call(MILESTONE, "search_read", domain=[], fields=["order_id"])
    assert milestone in [row["id"] for row in seen]
    assert {stage.read("sale.order", row["order_id"][0], "partner_id")["partner_id"][0] for row in seen} == {partner}
    schedules = portal.call(SCHEDULE, "search", domain=[])
    assert plan["schedule_id"] in schedules
    assert quotation not in schedules
    assert [row["found"] for row in portal.call(MILESTONE, "get_status", keys=[milestone, foreign])] == [True, False]
    for model, method, arguments in (
        (MILESTONE, "read", {"ids": [foreign]}),
        (MILESTONE, "write", {"ids": [milestone], "vals": {"name": "x"}}),
        (MILESTONE, "unlink", {"ids": [milestone]}),
        (MILESTONE, "action_attain", {"ids": [milestone]}),
        (MILESTONE, "action_undo", {"ids": [milestone]}),
        (MILESTONE, "attain", {"events": [{"key": "portal", "milestone": milestone}]}),
        (SCHEDULE, "write", {"ids": [plan["schedule_id"]], "vals": {"name": "x"}}),
        (SCHEDULE, "import_schedules", {"payload": [stage.entry(order, 100)]}),
        (ATTAINMENT, "search_read", {"domain": []}),
        (ATTAINMENT, "run_pending", {}),
        (HOLD, "search_read", {"domain": []}),
        *((MILESTONE, "read", {"ids": [milestone], "fields": [name]}) for name in ("is_held", "status", "state")),
        ("billing.milestone.allocation", "search_read", {"domain": []}),
        ("billing.schedule.rule", "search_read", {"domain": []}),
    ):
        with pytest.raises(Refusal) as refusal:
            portal.call(model, method, **arguments)
        assert refusal.value.kind == "access", (model, method, refusal.value)


def test_companies_see_only_their_own(stage):
    home, away = 1, stage.make("res.company", name="Second Company")
    uid = stage.people["admin"].uid
    stage.admin.call("res.users", "write", ids=[uid], vals={"company_ids": [(4, away)]})
    groups = ("milestone_billing.group_billing_manager", "sales_team.group_sale_salesman_all_leads")
    people = hire(stage.server, {"manager_away": groups}, company_id=away, company_ids=[(6, 0, [away])])
    manager = XmlRpc(stage.server, people["manager_away"])
    both = {"context": {"allowed_company_ids": [away, home]}}
    lines = [(0, 0, {"product_id": stage.service, "price_unit": 500.0, "tax_ids": [(5,)]})]
    values = {"partner_id": stage.customer, "company_id": away, "order_line": lines, "user_id": False}
    order = stage.admin.call("sale.order", "create", vals_list=[values], **both)[0]
    stage.admin.call("sale.order", "action_confirm", ids=[order], **both)
    foreign_order, foreign = attained(stage)
    [created] = manager.call(SCHEDULE, "import_schedules", payload=[stage.entry(order, 100)])
    assert created["status"] == "created", created
    [milestone] = created["milestones"].values()

    assert manager.call(MILESTONE, "search", domain=[]) == [milestone]
    assert manager.call(SCHEDULE, "search", domain=[]) == [created["schedule_id"]]
    assert manager.call(ATTAINMENT, "search", domain=[]) == []
    assert [row["found"] for row in manager.call(MILESTONE, "get_status", keys=[milestone, foreign])] == [True, False]
    [refused] = manager.call(MILESTONE, "attain", events=[{"key": "away", "milestone": foreign, "percent": 50}])
    assert refused["status"] == "refused"
    [refused] = manager.call(SCHEDULE, "import_schedules", payload=[stage.entry(foreign_order, 100)])
    assert (refused["status"], refused["errors"][0]["path"]) == ("refused", "payload[0].order")
    with pytest.raises(Refusal) as refusal:
        manager.call(MILESTONE, "action_attain", ids=[foreign])
    assert refusal.value.kind == "access"
    key = {"key": "same-key", "percent": 50}
    assert manager.call(MILESTONE, "attain", events=[dict(key, milestone=milestone)])[0]["status"] == "accepted"
    home_again = stage.client("billing_manager", "xmlrpc")
    [same_key] = home_again.call(MILESTONE, "attain", events=[dict(key, milestone=foreign)])
    assert same_key["status"] == "accepted", "keys are unique per company"


# === NO METHOD ESCAPES === #

PUBLIC = """
import inspect, json
ORM = ('create', 'write', 'unlink', 'copy', 'copy_data', 'fields_get')
OURS = tuple(f'odoo.addons.{name}.' for name in (
    'milestone_billing', 'milestone_billing_acceptance', 'milestone_billing_budget', 'billing_base',
    'subscription_billing', 'subscription_milestones', 'subscription_revenue'))
found = []
for name in sorted(env):
    cls = env.registry[name]
    if cls._abstract:
        continue
    for base in cls.__mro__:
        if not base.__module__.startswith(OURS) or base._name == 'base':
            continue
        for method, function in vars(base).items():
            if method.startswith('_') or not inspect.isfunction(function):
                continue
            # The methods of every model have Odoo's own checks, which no override of ours comes before: the private
            # tasks that everybody may make, and the defaults of a dialog, are not refused.
            if not name.startswith(('billing.', 'subscription.')) and method in ORM or method == 'default_get':
                continue
            if any(getattr(vars(other).get(method), '_api_private', False) for other in cls.__mro__):
                continue
            model_method = any(hasattr(vars(other).get(method), '_api_model') for other in cls.__mro__)
            needed = [
                parameter.name for parameter in list(inspect.signature(function).parameters.values())[1:]
                if parameter.default is parameter.empty and parameter.kind == parameter.POSITIONAL_OR_KEYWORD
            ]
            found.append([name, method, model_method, needed])
print('public:' + json.dumps(found))
"""
#: What to call a public method with, by the name of its parameter.
SAMPLES = {
    "source_ref": "mail.message_origin_link",
    "events": [],
    "payload": [],
    "keys": [],
    "items": [],
    "projects": [1],
    "number": "1",
    "partner_id": 1,
    "plan_id": 1,
    "quantities": ["1"],
    "scenario": {},
    "vals": {"name": "x"},
    "vals_list": [{}],
    "fields": ["name"],
    "stage_id": 1,
    "day": "2026-01-31",
    "last_day": "2026-01-31",
    "key": "k",
}


def subscribed(stage):
    """An order of a subscription."""
    plan = stage.make("subscription.plan", name="Monthly")
    line = {"product_id": stage.service, "price_unit": 30.0, "subscription_plan_id": plan}
    line["subscription_start"] = "2026-01-01"
    order = stage.make("sale.order", partner_id=stage.customer, user_id=False, order_line=[(0, 0, line)])
    stage.admin.call("sale.order", "action_confirm", ids=[order])
    assert stage.find("subscription.charge", [("order_id", "=", order)], "id")
    return order


def test_no_public_method_escapes_the_rights(stage, protocol):
    order, milestone = attained(stage)
    stage.make(HOLD, milestone_id=milestone, reason="Wait")
    stage.make("billing.schedule.template", name="Halves", milestone_ids=[[0, 0, {"name": "Half", "percent": 50}]])
    stage.plan(stage.order(1000.0, product=stage.task_service), {"percent": 100, "due": {"on": "task"}})
    billed = attained(stage)[1]
    stage.drain()
    assert stage.status(billed)[0]["invoices"]
    subscribed(stage)
    output = stage.server.odoo_shell(PUBLIC)
    methods = json.loads(next(line[7:] for line in output.splitlines() if line.startswith("public:")))
    assert [ATTAINMENT, "run_pending", True, []] in methods
    assert ["subscription.charge", "change", False, ["day"]] in methods
    assert len(methods) > 50
    escaped = []
    for model, method, model_method, needed in methods:
        table = model.replace(".", "_")
        rows = stage.server.query(f'SELECT id FROM "{table}" ORDER BY id DESC LIMIT 1')
        arguments = {name: SAMPLES[name] for name in needed}
        if not model_method:
            arguments["ids"] = [rows[0][0] if rows else 1]
        # A customer may ask where its own milestones stand.
        for login in ("nobody",) if method == "get_status" else ("nobody", "customer"):
            try:
                answer = stage.client(login, protocol).call(model, method, **arguments)
                escaped.append((login, model, method, answer))
            except Refusal as refusal:
                if refusal.kind != "access":
                    escaped.append((login, model, method, refusal))
    assert escaped == [], "\n".join(str(row)[:300] for row in escaped)
    assert order
