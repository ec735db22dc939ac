#!/usr/bin/env python3
"""Send progress, ask where an order stands, and compute the month's close: over JSON-2, standard library only.

    close_client.py URL DATABASE API_KEY COMPANY ORDER DATE PROGRESS

The user of the key is a revenue accountant. The order has an obligation measured by observed progress; DATE is the
last day of the month. Run it as often as you like: progress is recorded once by its key, and the close is computed
once. A controller approves, posts and locks it, on screen or with ``run`` and the steps "approve", "post" and "lock".
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
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.load(answer)

    return call


def main(url, database, api_key, company, order, day, progress):
    """Print what happened to the evidence, the position of the order, and the close."""
    call = connect(url, database, api_key)
    fact = {"key": f"survey {order} {day}", "order": order, "date": day, "kind": "progress", "value": float(progress)}
    [answer] = call("revenue.evidence", "record", items=[fact])
    if answer["status"] == "refused":
        raise SystemExit(f"{answer['path']}: {answer['message']}")
    [position] = call("revenue.contract", "get_position", contracts_or_orders=[{"order": order}], at=day)
    close = call("revenue.close", "run", company=company, date=day, step="compute")
    result = {
        "evidence": answer["status"],
        **{name: position[name] for name in ("billed", "revenue", "contract_asset", "contract_liability")},
        "why": [step["text"] for step in position["steps"] if step["topic"] == "progress"],
        "close": close["state"],
        "entries": close["entries"],
        "exceptions": [one["message"] for one in close["exceptions"]],
    }
    json.dump(result, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except urllib.error.HTTPError as error:
        # 401: wrong key, 403: no right, 409: somebody else works on it, 422: something is wrong; the message says what.
        raise SystemExit(f"Odoo refused ({error.code}): {json.load(error)['message']}") from error
