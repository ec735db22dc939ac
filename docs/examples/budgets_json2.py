#!/usr/bin/env python3
"""Set the budget of a project from an estimate, and print where the project stands: over JSON-2, standard library only.

    budgets_json2.py URL DATABASE API_KEY PROJECT KEY HOURS COST

PROJECT is a name that one project has, KEY the sender's own key of this estimate. The user of the key is a project
manager or a billing manager. Run it twice with the same figures: there is one version of the budget.
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


def main(url, database, api_key, project, key, hours, cost):
    """Set the budget as one line of the whole project."""
    call = connect(url, database, api_key)
    lines = [{"hours": float(hours), "cost": float(cost)}]
    item = {"key": key, "project": project, "reason": f"Estimate {key}", "lines": lines}
    [answer] = call("project.budget", "set", items=[item])
    if answer["status"] == "refused":
        raise SystemExit(answer["reason"])
    [standing] = call("project.budget", "get", projects=[answer["project_id"]])
    print(json.dumps({"budget": answer["status"], "version": answer["version"], "total": standing["total"]}, indent=2))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except urllib.error.HTTPError as error:
        # 401: wrong key, 403: not allowed, 422: the call is wrong. The message says what to do.
        raise SystemExit(f"Odoo refused ({error.code}): {json.load(error)['message']}") from error
