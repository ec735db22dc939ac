"""What another system can rely on, told the same way over XML-RPC and JSON-2."""

import datetime
import time

import pytest
from stories import PROTOCOLS, Refusal, set_stage

SCHEDULE, MILESTONE, ATTAINMENT = "billing.schedule", "billing.milestone", "billing.attainment"
TODAY = datetime.date.today()


@pytest.fixture(scope="module")
def stage(module_odoo_server):
    """One server without a clock: nothing is billed but what a story bills."""
    return set_stage(module_odoo_server(max_cron_threads=0))


@pytest.fixture(params=PROTOCOLS)
def client(stage, request):
    """The client of the other system."""
    return stage.client("integration", request.param)


TABLES = (
    "billing_schedule",
    "billing_milestone",
    "billing_milestone_allocation",
    "billing_attainment",
    "project_milestone",
    "project_task",
)


def counts(stage):
    """How many records there are of what an import or an attainment writes."""
    return {table: stage.server.query(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}


# === PLANS PASSED IN === #


def test_a_plan_is_created_then_unchanged_then_updated(stage, client):
    order = stage.order(60000.0, 40000.0)
    entry = stage.entry(
        order,
        {"percent": 30, "due": {"on": "confirmation"}},
        {"amount": 20000.0, "due": {"on": "date", "date": "2030-05-31"}},
        {"balance": True},
        invoice_policy="draft",
        grouping="order",
    )
    created = client.call(SCHEDULE, "import_schedules", payload=[entry])[0]
    keys = [row["external_key"] for row in entry["milestones"]]
    assert {name: created[name] for name in ("external_key", "status", "errors")} == {
        "external_key": entry["external_key"],
        "status": "created",
        "errors": [],
    }
    assert sorted(created["milestones"]) == sorted(keys)
    rows = [stage.read(MILESTONE, created["milestones"][key], "amount", "due_on", "schedule_id") for key in keys]
    assert [row["amount"] for row in rows] == [30000.0, 20000.0, 50000.0]
    assert [row["due_on"] for row in rows] == ["confirmation", "date", "manual"]
    assert {row["schedule_id"][0] for row in rows} == {created["schedule_id"]}

    again = client.call(SCHEDULE, "import_schedules", payload=[entry])[0]
    assert again == dict(created, status="unchanged")

    entry["milestones"][1]["amount"] = 25000.0
    updated = client.call(SCHEDULE, "import_schedules", payload=[entry])[0]
    assert updated == dict(created, status="updated")
    assert stage.read(MILESTONE, created["milestones"][keys[2]], "amount")["amount"] == 45000.0


def test_an_order_is_found_by_name_and_lines_by_their_texts(stage, client):
    order = stage.order(1000.0, 3000.0)
    name = stage.read("sale.order", order, "name")["name"]
    entry = stage.entry(name, {"percent": 50, "lines": ["Line 2"]}, {"balance": True})
    result = client.call(SCHEDULE, "import_schedules", payload=[entry])[0]
    first, second = (result["milestones"][row["external_key"]] for row in entry["milestones"])
    assert stage.read(MILESTONE, first, "amount")["amount"] == 1500.0
    assert stage.read(MILESTONE, second, "amount")["amount"] == 2500.0


REFUSED_PLANS = [
    ({"colour": "red"}, ".colour", "Unknown field"),
    ({"external_key": 7}, ".external_key", "text"),
    ({"order": "S-NOT-THERE"}, ".order", "S-NOT-THERE"),
    ({"order": []}, ".order", "order"),
    ({"order": {"id": 1}}, ".order", "order"),
    ({"order": 2.5}, ".order", "order"),
    ({"template": "No such template"}, ".template", "No such template"),
    ({"template": [1]}, ".template", "name"),
    ({"invoice_policy": "later"}, ".invoice_policy", "post"),
    ({"invoice_policy": ["post"]}, ".invoice_policy", "post"),
    ({"name": 12}, ".name", "text"),
    ({"milestones": "all"}, ".milestones", "list"),
    ({"milestones": []}, ".milestones", "milestone"),
]


def test_a_wrong_plan_is_refused_with_the_path_of_what_is_wrong(stage, client):
    order = stage.order(1000.0)
    payload = [stage.entry(order, 40, 60) | change for change, _path, _words in REFUSED_PLANS]
    before = counts(stage)
    results = client.call(SCHEDULE, "import_schedules", payload=payload)
    assert counts(stage) == before
    assert {(row["status"], row["schedule_id"], len(row["milestones"])) for row in results} == {("refused", 0, 0)}
    for index, (change, path, words) in enumerate(REFUSED_PLANS):
        [error] = results[index]["errors"]
        assert (error["path"], words in error["message"]) == (f"payload[{index}]{path}", True), (change, error)


REFUSED_MILESTONES = [
    ({"colour": "red"}, ".colour"),
    ({"external_key": ""}, ".external_key"),
    ({"name": ""}, ".name"),
    ({"name": ["a"]}, ".name"),
    ({"percent": "40"}, ".percent"),
    ({"percent": True}, ".percent"),
    ({"percent": 101}, ".percent"),
    ({"percent": float("nan")}, ".percent"),
    ({"percent": None, "amount": float("inf")}, ".amount"),
    ({"amount": 10.0}, ""),
    ({"percent": None}, ""),
    ({"percent": None, "balance": 1}, ".balance"),
    ({"due": "tomorrow"}, ".due.on"),
    ({"due": {"on": "moon"}}, ".due.on"),
    ({"due": {"on": ["date"]}}, ".due.on"),
    ({"due": {"on": "manual", "date": "2030-01-01"}}, ".due.date"),
    ({"due": {"on": "date"}}, ".due.date"),
    ({"due": {"on": "date", "date": "2030-02-30"}}, ".due.date"),
    ({"due": {"on": "offset", "number": "3"}}, ".due.number"),
    ({"due": {"on": "offset", "number": 3, "unit": "weeks"}}, ".due.unit"),
    ({"due": {"on": "offset", "number": 3, "from": "nothing"}}, ".due.from"),
    ({"due": {"on": "offset", "number": 3, "from": ["a"]}}, ".due.from"),
    ({"due": {"on": "offset", "number": 10**9}}, ".due.number"),
    ({"due": {"on": "task", "tasks": ["No such task"]}}, ".due.tasks"),
    ({"due": {"on": "task", "tasks": [{}]}}, ".due.tasks"),
    ({"due": {"on": "task", "pattern": 4}}, ".due.pattern"),
    ({"due": {"on": "milestone", "milestone": "No such one"}}, ".due.milestone"),
    ({"due": {"on": "milestone", "milestone": [3]}}, ".due.milestone"),
    ({"lines": ["No such line"]}, ".lines"),
    ({"lines": "Line 1"}, ".lines"),
    ({"lines": [{}]}, ".lines"),
    ({"payment_term": "No such terms"}, ".payment_term"),
    ({"payment_term": [2]}, ".payment_term"),
    ({"description": {"a": 1}}, ".description"),
]


def test_a_wrong_milestone_is_refused_with_its_path_and_nothing_of_its_order_is_written(stage, client):
    order = stage.order(1000.0)
    payload = [stage.entry(order, 40, {"percent": 60} | change) for change, _path in REFUSED_MILESTONES]
    for entry in payload:
        entry["milestones"][1] = {name: value for name, value in entry["milestones"][1].items() if value is not None}
    before = counts(stage)
    results = client.call(SCHEDULE, "import_schedules", payload=payload)
    assert counts(stage) == before
    for index, (change, path) in enumerate(REFUSED_MILESTONES):
        assert [error["path"] for error in results[index]["errors"]] == [f"payload[{index}].milestones[1]{path}"], (
            change
        )
        assert results[index]["status"] == "refused"
        assert results[index]["errors"][0]["message"]


def test_each_order_is_all_or_nothing_and_the_others_go_on(stage, client):
    good, bad = stage.entry(stage.order(1000.0), 100), stage.entry(stage.order(1000.0), 40, 60)
    bad["milestones"][1]["percent"] = -1
    results = client.call(SCHEDULE, "import_schedules", payload=[bad, good, "nonsense"])
    assert [row["status"] for row in results] == ["refused", "created", "refused"]
    assert [error["path"] for row in results for error in row["errors"]] == [
        "payload[0].milestones[1].percent",
        "payload[2]",
    ]
    assert stage.find(SCHEDULE, [("external_key", "=", bad["external_key"])]) == []


def test_a_refused_update_leaves_the_plan_as_it_was(stage, client):
    entry = stage.entry(stage.order(1000.0), 40, 60)
    created = client.call(SCHEDULE, "import_schedules", payload=[entry])[0]
    kept = created["milestones"][entry["milestones"][0]["external_key"]]
    entry["milestones"][0]["percent"] = 10
    entry["milestones"][1]["due"] = {"on": "offset", "number": 1, "from": "nobody"}
    refused = client.call(SCHEDULE, "import_schedules", payload=[entry])[0]
    assert refused["status"] == "refused"
    assert stage.read(MILESTONE, kept, "percent", "amount") == {"id": kept, "percent": 40.0, "amount": 400.0}


def test_a_dry_run_of_a_plan_says_the_same_and_writes_nothing(stage, client):
    entry = stage.entry(stage.order(1000.0), 40, 60)
    before = counts(stage)
    tried = client.call(SCHEDULE, "import_schedules", payload=[entry], dry_run=True)[0]
    assert (tried["status"], tried["schedule_id"]) == ("created", 0)
    assert sorted(tried["milestones"]) == [row["external_key"] for row in entry["milestones"]]
    assert counts(stage) == before
    assert client.call(SCHEDULE, "import_schedules", payload=[entry])[0]["status"] == "created"
    entry["milestones"][0]["percent"] = 30
    before = counts(stage)
    assert client.call(SCHEDULE, "import_schedules", payload=[entry], dry_run=True)[0]["status"] == "updated"
    assert counts(stage) == before
    assert stage.status(entry["milestones"][0]["external_key"])[0]["planned"] == 400.0


# === EVENTS === #


@pytest.fixture
def milestone(stage):
    """A milestone of 1,000.00 of a confirmed order: (id, external key)."""
    planned = stage.plan(stage.order(1000.0), 100)["milestones"]
    return next((row, key) for key, row in planned.items())


def test_an_event_is_accepted_once_by_id_or_external_key(stage, client, milestone):
    by_id, by_key = milestone
    event = {"key": stage.key("event"), "milestone": by_key, "percent": 40, "note": "Survey signed"}
    accepted = client.call(MILESTONE, "attain", events=[event])
    assert accepted == [{"key": event["key"], "status": "accepted", "milestone_id": by_id, "reason": ""}]
    assert client.call(MILESTONE, "attain", events=[event]) == [dict(accepted[0], status="duplicate")]
    rows = stage.find(ATTAINMENT, [("milestone_id", "=", by_id)], "percent", "source", "note", "key", "user_id")
    assert [(row["percent"], row["source"], row["note"], row["key"]) for row in rows] == [
        (40.0, "api", "Survey signed", event["key"])
    ]
    assert rows[0]["user_id"][0] == stage.people["integration"].uid
    other = {"key": stage.key("event"), "milestone": by_id}
    assert client.call(MILESTONE, "attain", events=[other])[0]["status"] == "accepted"


def test_the_same_key_with_other_content_is_refused(stage, client, milestone):
    event = {"key": stage.key("event"), "milestone": milestone[0], "percent": 40}
    results = client.call(MILESTONE, "attain", events=[event, dict(event, percent=50), event])
    assert [row["status"] for row in results] == ["accepted", "refused", "duplicate"]
    assert event["key"] in results[1]["reason"]
    for other in (dict(event, percent=50), dict(event, note="x"), dict(event, date="2026-01-01")):
        assert client.call(MILESTONE, "attain", events=[other])[0]["status"] == "refused", other


def test_the_same_event_sent_by_another_program_is_a_duplicate(stage, milestone):
    event = {"key": stage.key("event"), "milestone": milestone[0], "percent": 40}
    assert stage.client("integration", "xmlrpc").call(MILESTONE, "attain", events=[event])[0]["status"] == "accepted"
    same = dict(event, percent=40.0, note=False)
    assert stage.client("integration", "json2").call(MILESTONE, "attain", events=[same])[0]["status"] == "duplicate"


def test_a_key_stays_taken_when_it_comes_back_for_another_milestone(stage, client, milestone):
    event = {"key": stage.key("event"), "milestone": milestone[0]}
    other = next(iter(stage.plan(stage.order(500.0), 100)["milestones"].values()))
    assert client.call(MILESTONE, "attain", events=[event])[0]["status"] == "accepted"
    assert client.call(MILESTONE, "attain", events=[dict(event, milestone=other)])[0]["status"] == "refused"
    assert stage.status(other)[0]["attained_percent"] == 0.0


def test_percentages_are_cumulative_and_bill_the_difference(stage, client, milestone):
    events = [{"key": stage.key("event"), "milestone": milestone[0], "percent": percent} for percent in (25, 40)]
    assert {row["status"] for row in client.call(MILESTONE, "attain", events=events)} == {"accepted"}
    assert client.call(ATTAINMENT, "run_pending")["failed"] == 0
    last = {"key": stage.key("event"), "milestone": milestone[0], "percent": 99.5}
    assert client.call(MILESTONE, "attain", events=[last])[0]["status"] == "accepted"
    client.call(ATTAINMENT, "run_pending")
    [status] = client.call(MILESTONE, "get_status", keys=[milestone[0]])
    assert [row["amount"] for row in status["invoices"]] == [400.0, 595.0]
    assert (status["attained_percent"], status["billed"], status["state"]) == (99.5, 995.0, "partial")
    same = {"key": stage.key("event"), "milestone": milestone[0], "percent": 99.5}
    [refused] = client.call(MILESTONE, "attain", events=[same])
    assert refused["status"] == "refused"
    assert "99.5" in refused["reason"]


def test_the_date_of_an_event_may_be_past_but_not_to_come(stage, client, milestone):
    late = (TODAY + datetime.timedelta(days=2)).isoformat()
    [refused] = client.call(
        MILESTONE, "attain", events=[{"key": stage.key("event"), "milestone": milestone[0], "date": late}]
    )
    assert refused["status"] == "refused"
    assert late in refused["reason"]
    early = (TODAY - datetime.timedelta(days=40)).isoformat()
    event = {"key": stage.key("event"), "milestone": milestone[0], "date": early}
    assert client.call(MILESTONE, "attain", events=[event])[0]["status"] == "accepted"
    assert client.call(MILESTONE, "get_status", keys=[milestone[1]])[0]["attained_date"] == early


def test_a_backdated_event_carries_its_date_to_project_and_invoice(stage, client):
    order = stage.order(1000.0, product=stage.task_service)
    planned = stage.plan(order, 100, invoice_date_policy="attained")["milestones"]
    early = (TODAY - datetime.timedelta(days=20)).isoformat()
    [milestone] = planned.values()
    client.call(MILESTONE, "attain", events=[{"key": stage.key("event"), "milestone": milestone, "date": early}])
    native = stage.read(MILESTONE, milestone, "project_milestone_id")["project_milestone_id"][0]
    assert stage.read("project.milestone", native, "is_reached", "reached_date") == {
        "id": native,
        "is_reached": True,
        "reached_date": early,
    }
    client.call(ATTAINMENT, "run_pending")
    assert [row["date"] for row in stage.status(milestone)[0]["invoices"]] == [early]


WRONG_EVENTS = [
    ({"colour": "red"}, "colour"),
    ({"key": 7}, "key"),
    ({"key": " "}, "key"),
    ({"key": "auto/task/1/1"}, "auto/"),
    ({"milestone": 999999999}, "999999999"),
    ({"milestone": 2**31 - 1}, str(2**31 - 1)),
    ({"milestone": "no-such-milestone"}, "no-such-milestone"),
    ({"milestone": True}, "milestone"),
    ({"milestone": [1]}, "milestone"),
    ({"milestone": {"id": 1}}, "milestone"),
    ({"milestone": 1.5}, "milestone"),
    ({"percent": "50"}, "percent"),
    ({"percent": True}, "percent"),
    ({"percent": [50]}, "percent"),
    ({"percent": -1}, "cumulative"),
    ({"percent": 100.5}, "cumulative"),
    ({"date": "31/01/2026"}, "31/01/2026"),
    ({"date": "2026-02-30"}, "2026-02-30"),
    ({"date": "2026-01-31 later"}, "2026-01-31 later"),
    ({"date": 20260131}, "20260131"),
    ({"date": ["2026-01-31"]}, "date"),
    ({"note": 5}, "note"),
    ({"note": ["a"]}, "note"),
]


def test_a_wrong_event_is_refused_naming_the_field_and_the_others_go_on(stage, client, milestone):
    good = {"key": stage.key("event"), "milestone": milestone[0], "percent": 30}
    wrong = [
        {"key": stage.key("event"), "milestone": milestone[0], "percent": 20, "date": "2026-01-31", **change}
        for change, _words in WRONG_EVENTS
    ]
    before = counts(stage)["billing_attainment"]
    results = client.call(MILESTONE, "attain", events=[*wrong, good])
    for (change, words), result in zip(WRONG_EVENTS, results, strict=False):
        assert (result["status"], words in result["reason"]) == ("refused", True), (change, result)
    assert results[-1]["status"] == "accepted"
    assert counts(stage)["billing_attainment"] == before + 1


def test_an_event_that_is_no_dictionary_or_lacks_its_milestone_is_refused(stage, client):
    results = client.call(MILESTONE, "attain", events=["nonsense", {"key": stage.key("event")}, 5, []])
    assert [row["status"] for row in results] == ["refused"] * 4
    assert all(row["reason"] for row in results)


def test_a_milestone_of_a_quotation_is_not_attained(stage, client):
    order = stage.order(1000.0, confirm=False)
    [milestone] = stage.plan(order, 100)["milestones"].values()
    [refused] = client.call(MILESTONE, "attain", events=[{"key": stage.key("event"), "milestone": milestone}])
    assert refused["status"] == "refused"
    assert stage.read("sale.order", order, "name")["name"] in refused["reason"]


def test_an_external_key_that_two_milestones_have_must_be_an_id(stage, client):
    for _number in range(2):
        stage.plan(stage.order(1000.0), {"percent": 100, "external_key": f"shared-{client.__class__.__name__}"})
    key = f"shared-{client.__class__.__name__}"
    [refused] = client.call(MILESTONE, "attain", events=[{"key": stage.key("event"), "milestone": key}])
    assert refused["status"] == "refused"
    assert "id" in refused["reason"]
    [status] = client.call(MILESTONE, "get_status", keys=[key])
    assert (status["found"], "id" in status["reason"]) == (False, True)


def test_a_dry_run_of_events_says_the_same_and_records_nothing(stage, client, milestone):
    event = {"key": stage.key("event"), "milestone": milestone[0]}
    before = counts(stage)
    tried = client.call(MILESTONE, "attain", events=[event, event, dict(event, percent=3)], dry_run=True)
    assert [row["status"] for row in tried] == ["accepted", "duplicate", "refused"]
    assert counts(stage) == before
    assert client.call(MILESTONE, "attain", events=[event])[0]["status"] == "accepted"


# === STATUS AND DRAIN === #


def test_status_follows_a_milestone_from_plan_to_payment(stage, client, milestone):
    def status():
        return client.call(MILESTONE, "get_status", keys=[milestone[1]])[0]

    assert (status()["state"], status()["planned"], status()["invoices"]) == ("planned", 1000.0, [])
    client.call(MILESTONE, "attain", events=[{"key": stage.key("event"), "milestone": milestone[1]}])
    assert (status()["state"], status()["to_bill"]) == ("due", 1000.0)
    done = client.call(ATTAINMENT, "run_pending")
    assert (done["failed"], done["pending"]) == (0, 0)
    billed = status()
    [invoice] = billed["invoices"]
    assert (billed["state"], billed["billed"], billed["paid"]) == ("invoiced", 1000.0, 0.0)
    assert (invoice["state"], invoice["payment_state"], invoice["amount"]) == ("posted", "not_paid", 1000.0)
    assert invoice["number"]
    payment = {"active_model": "account.move", "active_ids": [invoice["id"]]}
    wizard = stage.admin.call("account.payment.register", "create", vals_list=[{}], context=payment)
    stage.admin.call("account.payment.register", "action_create_payments", ids=wizard, context=payment)
    paid = status()
    assert (paid["state"], paid["paid"]) == ("paid", 1000.0)


def test_status_names_the_hold_that_blocks(stage, client, milestone):
    stage.make("billing.hold", milestone_id=milestone[0], reason="Waiting for the order number")
    client.call(MILESTONE, "attain", events=[{"key": stage.key("event"), "milestone": milestone[0]}])
    assert client.call(ATTAINMENT, "run_pending")["blocked"] == 1
    [status] = client.call(MILESTONE, "get_status", keys=[milestone[0]])
    assert status["state"] == "blocked"
    assert "Waiting for the order number" in status["block_reason"]


def test_status_answers_every_key_in_order(stage, client, milestone):
    keys = [milestone[1], "no-such-milestone", milestone[0], 0, 2**31 - 1]
    found = client.call(MILESTONE, "get_status", keys=keys)
    assert [row["key"] for row in found] == keys
    assert [row["found"] for row in found] == [True, False, True, False, False]
    assert all(row["reason"] for row in found if not row["found"])


def values_of(result):
    """All values inside a result, however deep."""
    if isinstance(result, dict):
        return [value for row in result.values() for value in values_of(row)]
    if isinstance(result, list):
        return [value for row in result for value in values_of(row)]
    return [result]


def test_no_result_holds_a_null(stage, milestone):
    client = stage.client("integration", "json2")
    entry = stage.entry(stage.order(1000.0), 40, {"balance": True})
    results = [
        client.call(SCHEDULE, "import_schedules", payload=[entry, {}, 5, dict(entry, order=None)]),
        client.call(SCHEDULE, "import_schedules", payload=[entry]),
        client.call(MILESTONE, "attain", events=[{"key": stage.key("event"), "milestone": milestone[0]}, {}, None, 4]),
        client.call(MILESTONE, "get_status", keys=[milestone[0], "nothing", entry["milestones"][1]["external_key"]]),
        client.call(ATTAINMENT, "run_pending"),
        client.call(MILESTONE, "get_status", keys=[milestone[0], None, {}, []]),
    ]
    assert None not in values_of(results)


# === ERRORS OF THE CALL ITSELF === #


def test_a_wrong_call_is_refused_in_one_sentence_without_a_traceback(client):
    calls = [
        (SCHEDULE, "import_schedules", {"payload": {"order": 1}}, "payload"),
        (SCHEDULE, "import_schedules", {"payload": "all"}, "payload"),
        (MILESTONE, "attain", {"events": {"key": "a"}}, "events"),
        (MILESTONE, "attain", {"events": 5}, "events"),
        (MILESTONE, "get_status", {"keys": "a"}, "keys"),
    ]
    for model, method, arguments, words in calls:
        with pytest.raises(Refusal) as refusal:
            client.call(model, method, **arguments)
        assert (refusal.value.kind, words in refusal.value.message) == ("user", True), (method, refusal.value)
        assert "Traceback" not in refusal.value.message


def test_ten_thousand_events_fit_into_one_request(odoo_server):
    """On a server with workers, which kills a request beyond Odoo's default limits of time and memory."""
    stage = set_stage(odoo_server(workers=2, max_cron_threads=0), ["admin", "integration"])
    plans = [stage.entry(stage.order(100000.0), *[1] * 100) for _number in range(10)]
    created = stage.admin.call(SCHEDULE, "import_schedules", payload=plans)
    keys = [key for row in created for key in row["milestones"]]
    events = [
        {"key": f"{key}/{percent}", "milestone": key, "percent": percent} for percent in range(1, 11) for key in keys
    ]
    assert len(events) == 10000
    client = stage.client("integration", "xmlrpc")
    for status in ("accepted", "duplicate"):
        started = time.monotonic()
        results = client.call(MILESTONE, "attain", events=events)
        seconds = time.monotonic() - started
        wrong = [row for row in results if row["status"] != status]
        assert (len(results), wrong) == (10000, []), f"after {seconds:.1f} s"
    assert stage.admin.call(ATTAINMENT, "search_count", domain=[("key", "in", [row["key"] for row in events])]) == 10000
