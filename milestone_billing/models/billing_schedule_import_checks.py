import math

from odoo import api, models

from .billing_milestone import OFFSET_UNITS
from .billing_schedule import CHANGE_RULES, GROUPINGS, INVOICE_DATES, INVOICE_POLICIES

CHOICES = {
    "invoice_policy": INVOICE_POLICIES,
    "grouping": GROUPINGS,
    "invoice_date_policy": INVOICE_DATES,
    "change_rule": CHANGE_RULES,
}
ENTRY_KEYS = {"order", "external_key", "name", "template", "milestones", *CHOICES}
MILESTONE_KEYS = {"external_key", "name", "due", "percent", "amount", "balance", "lines", "payment_term", "description"}
#: What ``due`` may say, by its ``on``.
DUE_KEYS = {
    "confirmation": set(),
    "date": {"date"},
    "offset": {"number", "unit", "from", "days", "business_days", "months"},
    "task": {"task", "tasks", "pattern"},
    "milestone": {"milestone"},
    "delivery": set(),
    "manual": {"planned_date"},
}
#: The longest offset, in any unit: far enough for every contract, and within what a date can be.
LONGEST_OFFSET = 36500


class ImportRefused(Exception):
    """One entry of an import is refused; ``errors`` lists ``{"path", "message"}``."""

    def __init__(self, errors):
        super().__init__(errors)
        self.errors = errors


class ImportErrors:
    """What is wrong with an entry, each with its path."""

    def __init__(self, env):
        self.env = env
        self.rows = []

    def add(self, path, message):
        """Note that what stands at ``path`` is wrong, and why."""
        self.rows.append({"path": path, "message": message})

    def unknown(self, given, allowed, path):
        """Note the keys of ``given`` that mean nothing: more often a slip of the sender than something to ignore."""
        for name in sorted(map(str, given.keys() - allowed)):
            self.add(f"{path}.{name}", self.env._("Unknown field."))

    def expect_text(self, given, names, path):
        """Check that these optional fields are texts."""
        for name in names:
            if given.get(name) not in (None, False) and not isinstance(given[name], str):
                self.add(f"{path}.{name}", self.env._("A text is expected."))

    def expect_ref(self, given, names, path):
        """Check that these optional fields are ids or names."""
        for name in names:
            if given.get(name) not in (None, False) and not is_ref(given[name]):
                self.add(f"{path}.{name}", self.env._("An id or a name is expected."))

    def raise_if_any(self):
        """Refuse the entry if anything is wrong.

        :raises ImportRefused: with all that is
        """
        if self.rows:
            raise ImportRefused(self.rows)


def is_ref(value):
    """Return whether ``value`` can be an id or a name."""
    return isinstance(value, (int, str)) and not isinstance(value, bool)


class BillingSchedule(models.Model):
    """The form of what other systems pass in, checked before anything is looked up."""

    _inherit = "billing.schedule"

    @api.model
    def _check_shape(self, entry, path, errors):
        """Check that ``entry`` has the documented form."""
        if not isinstance(entry, dict):
            errors.add(path, self.env._("A dictionary is expected."))
            return
        errors.unknown(entry, ENTRY_KEYS, path)
        errors.expect_text(entry, ["name"], path)
        errors.expect_ref(entry, ["template"], path)
        key = entry.get("external_key")
        if not isinstance(key, str) or not key.strip():
            errors.add(f"{path}.external_key", self.env._("A text of the sender's own is expected."))
        if not entry.get("order") or not is_ref(entry["order"]):
            errors.add(f"{path}.order", self.env._("The id or the name of an order is expected."))
        for name, choices in CHOICES.items():
            if entry.get(name) and entry[name] not in list(dict(choices)):
                errors.add(f"{path}.{name}", self.env._("One of %s is expected.", ", ".join(dict(choices))))
        milestones = entry.get("milestones")
        if milestones is not None and not isinstance(milestones, list):
            errors.add(f"{path}.milestones", self.env._("A list is expected."))
        elif not milestones and not entry.get("template"):
            errors.add(f"{path}.milestones", self.env._("At least one milestone, or a template, is expected."))
        else:
            self._check_milestones_shape(milestones or [], f"{path}.milestones", errors)

    @api.model
    def _check_milestones_shape(self, milestones, path, errors):
        keys = set()
        for index, milestone in enumerate(milestones):
            place = f"{path}[{index}]"
            if not isinstance(milestone, dict):
                errors.add(place, self.env._("A dictionary is expected."))
                continue
            errors.unknown(milestone, MILESTONE_KEYS, place)
            errors.expect_text(milestone, ["description"], place)
            errors.expect_ref(milestone, ["payment_term"], place)
            key, name, lines = (milestone.get(field) for field in ("external_key", "name", "lines"))
            if not isinstance(key, str) or not key.strip():
                errors.add(f"{place}.external_key", self.env._("A text of the sender's own is expected."))
            elif key in keys:
                errors.add(f"{place}.external_key", self.env._("%s is there twice.", key))
            keys.add(key if isinstance(key, str) else "")
            if not isinstance(name, str) or not name.strip():
                errors.add(f"{place}.name", self.env._("A name is expected."))
            if lines and not (isinstance(lines, list) and all(map(is_ref, lines))):
                errors.add(f"{place}.lines", self.env._("A list of ids, or of words of the lines' texts, is expected."))
            self._check_amount(milestone, place, errors)
            self._check_due_shape(milestone.get("due"), f"{place}.due", errors)

    @api.model
    def _check_amount(self, milestone, place, errors):
        given = [name for name in ("percent", "amount", "balance") if milestone.get(name) not in (None, False)]
        if len(given) != 1:
            errors.add(place, self.env._("Exactly one of percent, amount and balance is expected."))
            return
        value = milestone[given[0]]
        if given[0] == "balance":
            if value is not True:
                errors.add(f"{place}.balance", self.env._("true is expected."))
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            errors.add(f"{place}.{given[0]}", self.env._("A number is expected."))
        elif given[0] == "percent" and not 0 <= value <= 100:
            errors.add(f"{place}.percent", self.env._("A number from 0 to 100 is expected."))

    @api.model
    def _check_due_shape(self, due, place, errors):
        if not isinstance(due, dict) or due.get("on") not in list(DUE_KEYS):
            errors.add(f"{place}.on", self.env._("One of %s is expected.", ", ".join(DUE_KEYS)))
            return
        errors.unknown(due, DUE_KEYS[due["on"]] | {"on"}, place)
        errors.expect_text(due, ["pattern", "from"], place)
        errors.expect_ref(due, ["milestone", "task"], place)
        tasks = due.get("tasks")
        if tasks and not is_ref(tasks) and not (isinstance(tasks, list) and all(map(is_ref, tasks))):
            errors.add(f"{place}.tasks", self.env._("A list of ids or names is expected."))
        if due["on"] == "offset":
            self._check_offset_shape(due, place, errors)

    @api.model
    def _check_offset_shape(self, due, place, errors):
        units = [name for name, _label in OFFSET_UNITS]
        if due.get("unit", "days") not in units:
            errors.add(f"{place}.unit", self.env._("One of %s is expected.", ", ".join(units)))
        name = next((unit for unit in units if unit in due), "number")
        number = due.get(name)
        if isinstance(number, bool) or not isinstance(number, int) or abs(number) > LONGEST_OFFSET:
            errors.add(f"{place}.{name}", self.env._("A whole number, at most %s, is expected.", LONGEST_OFFSET))
