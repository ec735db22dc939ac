from odoo import api, models
from odoo.addons.billing_base.engine.units import to_units
from odoo.addons.record_protection import reading
from odoo.addons.record_protection.refusals import explain

from .billing_milestone import OFFSET_UNITS
from .billing_schedule import ADVANCE_POLICIES, CHANGE_RULES, GROUPINGS, INVOICE_DATES, INVOICE_POLICIES
from .days import LONGEST_OFFSET

CHOICES = {
    "invoice_policy": INVOICE_POLICIES,
    "grouping": GROUPINGS,
    "invoice_date_policy": INVOICE_DATES,
    "change_rule": CHANGE_RULES,
    "advance_policy": ADVANCE_POLICIES,
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

    def take(self, path, read, value, *limits):
        """Return what ``read`` (of ``reading``) reads; or note what was expected instead, and return None."""
        try:
            return read(value, *limits)
        except reading.Unreadable as error:
            self.add(path, explain(self.env, error))
            return None

    def unknown(self, given, allowed, path):
        """Note the keys of ``given`` that mean nothing: more often a slip of the sender than something to ignore."""
        for name in given:
            if name not in allowed:
                known = ", ".join(sorted(allowed))
                at = f"{path}.{name}" if isinstance(name, str) and name.isidentifier() else path
                self.add(
                    at,
                    self.env._("Unknown field %(name)s; there are %(known)s.", name=reading.quoted(name), known=known),
                )

    def take_if_given(self, given, names, path, read, *limits):
        """Check these fields of ``given``, which may be left out."""
        for name in names:
            if given.get(name) not in (None, False):
                self.take(f"{path}.{name}", read, given[name], *limits)

    def raise_if_any(self):
        """Refuse the entry if anything is wrong.

        :raises ImportRefused: with all that is
        """
        if self.rows:
            raise ImportRefused(self.rows)


class BillingSchedule(models.Model):
    """The form of what other systems pass in, checked before anything is looked up."""

    _inherit = "billing.schedule"

    @api.model
    def _check_shape(self, entry, path, errors):
        """Check that ``entry`` has the documented form."""
        if not isinstance(entry, dict):
            errors.add(path, self.env._("A dictionary is expected, not %s.", reading.quoted(entry)))
            return
        errors.unknown(entry, ENTRY_KEYS, path)
        errors.take_if_given(entry, ["name"], path, reading.text, reading.LONGEST_NAME)
        errors.take_if_given(entry, ["template"], path, reading.ref)
        errors.take(f"{path}.external_key", reading.key, entry.get("external_key"))
        if not reading.is_ref(entry.get("order")):
            words = self.env._(
                "The id or the name of an order is expected, not %s.", reading.quoted(entry.get("order"))
            )
            errors.add(f"{path}.order", words)
        for name, choices in CHOICES.items():
            if entry.get(name) not in (None, False) and entry[name] not in list(dict(choices)):
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
                errors.add(place, self.env._("A dictionary is expected, not %s.", reading.quoted(milestone)))
                continue
            errors.unknown(milestone, self._milestone_keys(), place)
            errors.take_if_given(milestone, ["description"], place, reading.text)
            errors.take_if_given(milestone, ["payment_term"], place, reading.ref)
            key = errors.take(f"{place}.external_key", reading.key, milestone.get("external_key"))
            if key in keys:
                errors.add(f"{place}.external_key", self.env._("%s is there twice.", reading.quoted(key)))
            keys |= {key} - {None}
            name = errors.take(f"{place}.name", reading.text, milestone.get("name"), reading.LONGEST_NAME)
            if name is not None and not name.strip():
                errors.add(f"{place}.name", self.env._("A name is expected."))
            lines = milestone.get("lines")
            if lines not in (None, False) and not self._are_refs(lines):
                errors.add(f"{place}.lines", self.env._("A list of ids, or of words of the lines' texts, is expected."))
            self._check_amount(milestone, place, errors)
            self._check_due_shape(milestone.get("due"), f"{place}.due", errors)

    @api.model
    def _milestone_keys(self):
        """Return the names of what a milestone may have in an import."""
        return MILESTONE_KEYS

    @api.model
    def _are_refs(self, refs):
        return isinstance(refs, list) and all(map(reading.is_ref, refs))

    @api.model
    def _check_amount(self, milestone, place, errors):
        given = [name for name in ("percent", "amount", "balance") if milestone.get(name) not in (None, False)]
        if len(given) != 1:
            errors.add(place, self.env._("Exactly one of percent, amount and balance is expected."))
            return
        [name], value = given, milestone[given[0]]
        if name == "balance":
            if value is not True:
                errors.add(f"{place}.balance", self.env._("true is expected, not %s.", reading.quoted(value)))
            return
        number = errors.take(f"{place}.{name}", reading.number, value)
        if number is not None and name == "percent" and not 0 <= number <= 100:
            errors.add(
                f"{place}.percent",
                self.env._("A number from 0 to 100 is expected, not %s.", reading.quoted(value)),
            )

    @api.model
    def _check_due_shape(self, due, place, errors):
        if not isinstance(due, dict) or due.get("on") not in list(DUE_KEYS):
            errors.add(f"{place}.on", self.env._("One of %s is expected.", ", ".join(DUE_KEYS)))
            return
        errors.unknown(due, DUE_KEYS[due["on"]] | {"on"}, place)
        errors.take_if_given(due, ["pattern"], place, reading.text, reading.LONGEST_NAME)
        errors.take_if_given(due, ["from"], place, reading.key)
        errors.take_if_given(due, ["milestone", "task"], place, reading.ref)
        if due["on"] == "date":
            errors.take(f"{place}.date", reading.day, due.get("date"))
        errors.take_if_given(due, ["planned_date"], place, reading.day)
        tasks = due.get("tasks")
        if tasks not in (None, False) and not reading.is_ref(tasks) and not self._are_refs(tasks):
            errors.add(f"{place}.tasks", self.env._("A list of ids or names is expected."))
        if due["on"] == "offset":
            self._check_offset_shape(due, place, errors)

    @api.model
    def _check_offset_shape(self, due, place, errors):
        units = [name for name, _label in OFFSET_UNITS]
        if due.get("unit", "days") not in units:
            errors.add(f"{place}.unit", self.env._("One of %s is expected.", ", ".join(units)))
        name = next((unit for unit in units if unit in due), "number")
        errors.take(f"{place}.{name}", reading.whole, due.get(name), LONGEST_OFFSET)

    # === WHAT IS TOO MUCH === #

    def _check_import_worth(self, path, milestones, errors):
        """Check that the milestones bill no line beyond what it comes to, and nothing against its sign.

        What is on invoices already stays whatever it is: a change order may have left it so.

        :param str path: of the list of milestones
        :param list milestones: as they were sent; empty where they come from a template
        :param ImportErrors errors: takes the first milestone that bills too much
        """
        self.ensure_one()
        places = {values["external_key"]: f"{path}[{index}]" for index, values in enumerate(milestones)}
        rounding, billed = self.currency_id.rounding, {}
        for milestone in self.milestone_ids.sorted(lambda row: (row.sequence, row.id)):
            frozen = milestone._is_frozen()
            for share in milestone.allocation_ids:
                line, units = share.line_id, to_units(share.amount, rounding)
                worth = to_units(line.price_subtotal, rounding)
                before = billed.get(line, 0)
                billed[line] = before + units
                if not frozen and self._is_beyond(units, before, worth):
                    message = self._worth_refusal(milestone, line, units, worth - before)
                    return errors.add(places.get(milestone.external_key, path), message)
        return None

    @staticmethod
    def _is_beyond(units, before, worth):
        """Return whether ``units`` more of a line are against its sign, or beyond what it comes to."""
        sign = -1 if worth < 0 else 1
        return units * sign < 0 or units != 0 and (before + units) * sign > worth * sign
