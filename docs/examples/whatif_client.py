#!/usr/bin/env python3
"""Ask what a modification would do under each treatment, side by side: over JSON-2, standard library only.

    whatif_client.py URL DATABASE API_KEY

The user of the key needs a revenue group; nothing is written.
"""

import json
import sys
import urllib.error
import urllib.request

TREATMENTS = ("separate", "prospective", "catch_up")
DATES = ("2026-06-30", "2026-07-01", "2026-12-31", "2027-03-31")


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


def scenario(treatment):
    """Return a plant with a year of support, to which training is added at half its selling price on 1 July."""
    support = {"method": "straight_line", "start": "2026-01-01", "end": "2026-12-31", "prorate": "monthly"}
    training = {"key": "TRAINING", "ssp": 20000, "price": 10000, "recognition": {"method": "point_in_time"}}
    return {
        "currency": "USD",
        "contract": {
            "date": "2026-01-01",
            "fixed": 120000,
            "obligations": [
                {"key": "PLANT", "ssp": 100000, "recognition": {"method": "cost_to_cost", "total_cost": 80000}},
                {"key": "SUPPORT", "ssp": 25000, "recognition": support},
            ],
        },
        "events": [
            {"date": "2026-06-30", "type": "cost", "obligation": "PLANT", "amount": 48000},
            {"date": "2026-06-30", "type": "invoice", "amount": 90000},
            {"date": "2026-07-01", "type": "modify", "treatment": treatment, "fixed_delta": 10000, "add": [training]},
            {"date": "2026-12-31", "type": "cost", "obligation": "PLANT", "amount": 32000},
            {"date": "2027-03-31", "type": "satisfy", "obligation": "TRAINING"},
        ],
        "at": list(DATES),
    }


def main(url, database, api_key):
    """Print revenue to date under each treatment, and which one the standard asks for."""
    call = connect(url, database, api_key)
    answers = [call("revenue.contract", "simulate", scenario=scenario(treatment)) for treatment in TREATMENTS]
    print("revenue to date ", *(f"{treatment:>12}" for treatment in TREATMENTS))
    for number, day in enumerate(DATES):
        print(f"{day:16}", *(f"{answer['positions'][number]['revenue']:12,.2f}" for answer in answers))
    decided = call("revenue.contract", "simulate", scenario=scenario("auto"))["positions"][-1]
    print(f"auto: {decided['treatment']}, because {decided['treatment_reason']}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except urllib.error.HTTPError as error:
        # 401: wrong key, 403: no revenue group, 422: the scenario is malformed. The message names the place.
        raise SystemExit(f"Odoo refused ({error.code}): {json.load(error)['message']}") from error
