#!/usr/bin/env python3
"""Take a subscription over from another system, change it and read what it bills: over XML-RPC, standard library only.

    subscriptions_xmlrpc.py URL DATABASE LOGIN PASSWORD_OR_API_KEY CUSTOMER PRODUCT PLAN KEY

CUSTOMER, PRODUCT and PLAN are names, KEY is your own name for the subscription. Run it twice: nothing is done again.
"""

import json
import sys
import xmlrpc.client
from datetime import date, timedelta


def connect(url, database, login, password):
    """Log in; return a function that calls a method of a model with named arguments."""
    uid = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common").authenticate(database, login, password, {})
    if not uid:
        raise SystemExit(f"{login} may not log in to {database}.")
    models = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/object")

    def call(model, method, ids=None, **arguments):
        return models.execute_kw(database, uid, password, model, method, [ids] if ids else [], arguments)

    return call


def main(url, database, login, password, customer, product, plan, key):
    """Take a subscription over that began half a year ago, and add a seat."""
    call = connect(url, database, login, password)
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
    except xmlrpc.client.Fault as fault:
        # 2: the call is wrong, 3: wrong password, 4: not allowed. The text says what to do.
        raise SystemExit(f"Odoo refused ({fault.faultCode}): {fault.faultString}") from fault
