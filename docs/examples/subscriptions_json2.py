#!/usr/bin/env python3
"""Take a subscription over from another system, change it and read what it bills: over JSON-2, standard library only.

    subscriptions_json2.py URL DATABASE API_KEY CUSTOMER PRODUCT PLAN KEY

CUSTOMER, PRODUCT and PLAN are names, KEY is your own name for the subscription. Run it twice: nothing is done again.
"""

import json
import sys
import urllib.error
import urllib.request
from datetime import date, timedelta


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


def main(url, database, api_key, customer, product, plan, key):
    """Take a subscription over that began half a year ago, and add a seat."""
    call = connect(url, database, api_key)
    today = date.today()
    start = (today - timedelta(days=180)).replace(day=1)
    subscription = {
        "key": key,
        "customer": customer,
        "product": product,
        "plan": plan,
        "start": str(start),
        "price": 29.0,
        "quantity": 4,
        # What you billed yourself by now is not billed again.
        "billed_until": str(today.replace(day=1) - timedelta(days=1)),
    }
    [imported] = call("subscription.charge", "import_subscriptions", items=[subscription])
    if imported["status"] == "refused":
        raise SystemExit(imported["reason"])

    seat = {"key": f"{key}-seat", "subscription": key, "do": "change", "day": str(today), "quantity": 5}
    [changed] = call("subscription.charge", "apply", items=[seat])
    if changed["status"] == "refused":
        raise SystemExit(changed["reason"])

    [coming] = call("subscription.charge", "preview", ids=[imported["id"]], count=3)
    answers = {
        "import": imported["status"],
        "change": changed["status"],
        "order": imported["order"],
        "coming": coming["periods"],
    }
    print(json.dumps(answers, indent=2))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except urllib.error.HTTPError as error:
        # 401: wrong key, 403: not allowed, 422: the call is wrong. The message says what to do.
        raise SystemExit(f"Odoo refused ({error.code}): {json.load(error)['message']}") from error
