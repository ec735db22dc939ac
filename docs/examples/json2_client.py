#!/usr/bin/env python3
"""Pass a billing plan in, report a milestone, bill it and read where it stands: over JSON-2, standard library only.

    json2_client.py URL DATABASE API_KEY ORDER

ORDER is the name of a sale order, such as S00042. Run it twice: the second time nothing is done again.
"""

import json
import sys
import urllib.error
import urllib.request


def connect(url, database, api_key):
    """Return a function that calls a method of a model with named arguments."""

    def call(model, method, **arguments):
        request = urllib.request.Request(
            f"{url}/json/2/{model}/{method}",
            data=json.dumps(arguments).encode(),
            headers={
                "Authorization": f"bearer {api_key}",
                "Content-Type": "application/json",
                "X-Odoo-Database": database,
            },
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    return call


def main(url, database, api_key, order):
    """Bill the first half of an order."""
    call = connect(url, database, api_key)
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
    except urllib.error.HTTPError as error:
        # 401: wrong key, 403: not allowed, 422: the call is wrong. The message says what to do.
        raise SystemExit(f"Odoo refused ({error.code}): {json.load(error)['message']}") from error
