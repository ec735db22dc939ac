#!/usr/bin/env python3
"""Pass a billing plan in, report a milestone, bill it and read where it stands: over XML-RPC, standard library only.

    xmlrpc_client.py URL DATABASE LOGIN PASSWORD_OR_API_KEY ORDER

ORDER is the name of a sale order, such as S00042. Run it twice: the second time nothing is done again.
"""

import json
import sys
import xmlrpc.client


def connect(url, database, login, password):
    """Log in; return a function that calls a method of a model with named arguments."""
    uid = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common").authenticate(database, login, password, {})
    if not uid:
        raise SystemExit(f"{login} may not log in to {database}.")
    models = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/object")

    def call(model, method, **arguments):
        return models.execute_kw(database, uid, password, model, method, [], arguments)

    return call


def main(url, database, login, password, order):
    """Bill the first half of an order."""
    call = connect(url, database, login, password)
    plan = {
        "order": order,
        "external_key": f"{order}-plan",
        "milestones": [
            {"external_key": f"{order}-half", "name": "Half way", "due": {"on": "manual"}, "percent": 50},
            {"external_key": f"{order}-rest", "name": "Completion", "due": {"on": "manual"}, "balance": True},
        ],
    }
    [imported] = call("billing.schedule", "import_schedules", payload=[plan])
    if imported["status"] == "refused":
        raise SystemExit("\n".join(f"{error['path']}: {error['message']}" for error in imported["errors"]))

    event = {"key": f"{order}-half-done", "milestone": f"{order}-half", "note": "Reported by the site office"}
    [attained] = call("billing.milestone", "attain", events=[event])
    if attained["status"] == "refused":
        raise SystemExit(attained["reason"])

    # Odoo bills by itself within seconds; a billing manager need not wait.
    billed = call("billing.attainment", "run_pending")
    [status] = call("billing.milestone", "get_status", keys=[f"{order}-half"])
    answers = {
        "plan": imported["status"],
        "event": attained["status"],
        "pending": billed["pending"],
        "milestone": status,
    }
    print(json.dumps(answers, indent=2))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except xmlrpc.client.Fault as fault:
        # 2: the call is wrong, 3: wrong password, 4: not allowed. The text says what to do.
        raise SystemExit(f"Odoo refused ({fault.faultCode}): {fault.faultString}") from fault
