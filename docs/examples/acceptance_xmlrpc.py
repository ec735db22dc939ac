#!/usr/bin/env python3
"""Ask the customer to accept a milestone, and read where that stands: over XML-RPC, standard library only.

    acceptance_xmlrpc.py URL DATABASE LOGIN PASSWORD_OR_API_KEY ORDER

ORDER is the name of a confirmed sale order, such as S00042, whose customer has an e-mail address. The user of the key
is a billing user. Run it twice: the customer is asked once, and the second answer says how far he is.
"""

import json
import sys
import xmlrpc.client


def connect(url, database, login, password):
    """Log in; return a function that calls a method of a model with named arguments."""
    uid = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common").authenticate(database, login, password, {})
    if not uid:
        raise SystemExit(f"{login} may not log in to {database}.")
    models = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/object", allow_none=True)

    def call(model, method, **arguments):
        return models.execute_kw(database, uid, password, model, method, [], arguments)

    return call


def main(url, database, login, password, order):
    """Have the customer accept what was handed over."""
    call = connect(url, database, login, password)
    handed_over = {
        "external_key": f"{order}-handover",
        "name": "Handover",
        "due": {"on": "manual"},
        "percent": 100,
        # Ten business days without an answer are an acceptance; the customer is reminded two days before.
        "acceptance": {"days": 10, "reminder_days": 2},
    }
    plan = {"order": order, "external_key": f"{order}-plan", "milestones": [handed_over]}
    [imported] = call("billing.schedule", "import_schedules", payload=[plan])
    if imported["status"] == "refused":
        raise SystemExit("\n".join(f"{error['path']}: {error['message']}" for error in imported["errors"]))

    key = f"{order}-handover-accept"
    item = {
        "key": key,
        "milestone": f"{order}-handover",
        "message": "All tests are passed, the report is in the portal.",
    }
    [asked] = call("billing.acceptance", "request", items=[item])
    if asked["status"] == "refused":
        raise SystemExit(asked["reason"])
    [status] = call("billing.acceptance", "get_status", keys=[key])
    print(json.dumps({"plan": imported["status"], "request": asked["status"], "acceptance": status}, indent=2))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except xmlrpc.client.Fault as fault:
        # 2: the call is wrong, 3: wrong password, 4: not allowed. The text says what to do.
        raise SystemExit(f"Odoo refused ({fault.faultCode}): {fault.faultString}") from fault
