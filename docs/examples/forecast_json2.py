#!/usr/bin/env python3
"""Print what will be invoiced and received in the next months: over JSON-2, standard library only.

    forecast_json2.py URL DATABASE API_KEY [BY]

BY is week, month (the default), customer or project.
"""

import json
import sys
import urllib.error
import urllib.request
from datetime import date, timedelta


def main(url, database, api_key, by="month"):
    """Ask for the forecast of half a year."""
    today = date.today()
    question = {"domain": [], "from": str(today), "to": str(today + timedelta(days=182)), "by": by}
    request = urllib.request.Request(
        f"{url}/json/2/billing.forecast/get",
        data=json.dumps(question).encode(),
        headers={
            "Authorization": f"bearer {api_key}",
            "Content-Type": "application/json",
            "X-Odoo-Database": database,
        },
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        print(json.dumps(json.load(answer)))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except urllib.error.HTTPError as error:
        raise SystemExit(f"Odoo refused ({error.code}): {error.read().decode()}") from None
