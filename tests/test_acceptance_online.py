"""Customers at the same moment, on servers: two answers make one, and what is asked over both protocols."""

import json
import urllib.request
from functools import partial

import pytest
from clusters import at_once
from stories import PROTOCOLS, Refusal, set_stage

ACCEPTANCE = "billing.acceptance"
DRAWING = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture(scope="module")
def stage(module_odoo_server):
    """One server with two workers and no clock."""
    return set_stage(
        module_odoo_server(workers=2, max_cron_threads=0), ["admin", "billing_user", "billing_manager", "customer"]
    )


def asked(stage, key, client=None):
    """An open request for acceptance of a new milestone: (milestone, path and token of its page)."""
    order = stage.order(1000.0, user_id=False)
    entry = {"percent": 100, "due": {"on": "manual"}, "acceptance": True}
    [milestone] = stage.plan(order, entry)["milestones"].values()
    [result] = (client or stage.admin).call(ACCEPTANCE, "request", items=[{"key": key, "milestone": milestone}])
    assert result["status"] == "accepted", result
    query = "SELECT id, access_token FROM billing_acceptance_approver WHERE acceptance_id = %s"
    [(approver, token)] = stage.server.query(query, result["acceptance_id"])
    return milestone, f"/my/acceptances/{approver}", token


def answer(stage, path, token, **values):
    """Answer as the page does; return what comes back."""
    values = {"kind": "accepted", "name": "Anna", "signature": DRAWING, **values}
    request = urllib.request.Request(
        f"{stage.server.url}{path}/answer?access_token={token}",
        data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": values}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)["result"]


def test_two_answers_at_once_make_one(stage):
    for number in range(10):
        milestone, path, token = asked(stage, f"twice-{number}")
        kinds = ({"kind": "accepted"}, {"kind": "rejected", "reason": "No"})
        replies = at_once(*(partial(answer, stage, path, token, **kind) for kind in kinds))
        assert sorted("error" in reply for reply in replies) == [False, True], replies
        [row] = stage.read("billing.milestone", [milestone], "attained_percent", "acceptance_state")
        assert (row["attained_percent"], row["acceptance_state"]) in ((100, "accepted"), (0, "rejected"))
        query = """
            SELECT count(*) FROM billing_acceptance_answer answer
              JOIN billing_acceptance request ON request.id = answer.acceptance_id WHERE request.milestone_id = %s
        """
        assert stage.server.query(query, milestone) == [(1,)]


def test_an_answer_and_its_withdrawal_at_once(stage):
    for number in range(5):
        milestone, path, token = asked(stage, f"withdrawn-{number}")
        [request] = stage.find(ACCEPTANCE, [("milestone_id", "=", milestone)], "id")

        def withdraw(request=request):
            try:
                stage.admin.call(ACCEPTANCE, "action_withdraw", ids=[request["id"]])
                return {}
            except Refusal as refusal:
                if refusal.kind != "user":
                    raise
                return {"error": refusal.message}

        replies = at_once(partial(answer, stage, path, token), withdraw)
        assert sorted("error" in reply for reply in replies) == [False, True], replies
        [row] = stage.read("billing.milestone", [milestone], "attained_percent", "acceptance_state")
        assert (row["attained_percent"], row["acceptance_state"]) in ((100, "accepted"), (0, "withdrawn"))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_asked_and_looked_at_over_both_protocols(stage, protocol):
    client = stage.client("billing_user", protocol)
    key = f"rpc-{protocol}"
    milestone, path, token = asked(stage, key, client)
    assert "force_refresh" in answer(stage, path, token)
    [status] = client.call(ACCEPTANCE, "get_status", keys=[key])
    assert (status["state"], status["percent_accepted"], status["milestone_id"]) == ("accepted", 100, milestone)
    [gone] = client.call(ACCEPTANCE, "get_status", keys=["nothing"])
    assert gone["found"] is False
    for method, arguments in (
        ("record", {"items": []}),
        ("write", {"ids": [status["acceptance_id"]], "vals": {"state": "draft"}}),
    ):
        with pytest.raises(Refusal) as refusal:
            client.call(ACCEPTANCE, method, **arguments)
        assert refusal.value.kind == "access", method


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_customer_reads_nothing_but_his_page(stage, protocol):
    asked(stage, f"portal-{protocol}")
    client = stage.client("customer", protocol)
    for model in (ACCEPTANCE, f"{ACCEPTANCE}.approver", f"{ACCEPTANCE}.answer", f"{ACCEPTANCE}.contact"):
        with pytest.raises(Refusal) as refusal:
            client.call(model, "search_read", domain=[], fields=["id"])
        assert refusal.value.kind == "access", model
