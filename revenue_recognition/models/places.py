"""Where a contract cannot be worked out, in words: sources name a fact by its number, people by its name and day."""

import re
from datetime import date

from odoo.tools import format_date

#: How sources name facts (:mod:`..loading.sources`), and the model of each.
MODELS = {
    "modification": "revenue.modification",
    "estimate": "revenue.price.change",
    "contract cost": "revenue.contract.cost",
    "discount": "revenue.contract.discount",
    "milestone": "project.milestone",
}
RECORD = re.compile(rf"({'|'.join(MODELS)}) (\d+)(\.\w+)*")
DAY = re.compile(r"(.*?):? ?(?:of )?(\d{4}-\d\d-\d\d)(\.\w+)*")


def place_in_words(env, place):
    """Return the place of a refusal of the engine in words of the user's screens and language.

    :param str place: as sources name it: ``modification 12.fixed_delta``, ``invoices of 2026-01-31``
    """
    record = RECORD.fullmatch(place)
    if record:
        model = MODELS[record[1]]
        found = env[model].sudo().browse(int(record[2])).exists()
        return f"{env['ir.model']._get(model).name} {found.display_name or record[2]}"
    day = DAY.fullmatch(place)
    if day:
        words = {
            "invoices": env._("Invoices"),
            "payments": env._("Payments"),
            "timesheets": env._("Timesheets"),
            "cost": env._("Cost"),
        }
        parts = [words.get(part, part) for part in day[1].split(": ")]
        return ", ".join([*parts, format_date(env, date.fromisoformat(day[2]))])
    return place
