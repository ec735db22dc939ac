import json

from odoo import api, fields, models
from odoo.addons.record_protection import reading
from odoo.addons.record_protection.refusals import explain, read_argument
from odoo.exceptions import AccessError

#: The most that one call takes: within the limits of a request on a busy server.
MOST_EVENTS, MOST_KEYS = 20_000, 20_000
EVENT_KEYS = {"key", "milestone", "date", "percent", "note"}


class Refused(Exception):
    """An event of another system that is not accepted; its message is the reason."""


class BillingMilestone(models.Model):
    """What other systems call, over XML-RPC and JSON-2."""

    _inherit = "billing.milestone"

    @api.model
    def attain(self, events: list, dry_run: bool = False) -> list:
        """Attain milestones from another system. Safe to repeat: an event is recorded once, by its key.

        :param list events: dictionaries ``{"key": str, "milestone": int or str, "date"?: "YYYY-MM-DD",
            "percent"?: number, "note"?: str}``. ``key`` is the sender's own, unique per company; ``milestone`` an id or
            an external key; ``date`` is today when left out; ``percent`` is cumulative, from 0 to 100, and 100 when
            left out.
        :param bool dry_run: say what would happen, and record nothing
        :return: per event, in order, ``{"key", "status", "milestone_id", "reason"}``; ``status`` is ``"accepted"``,
            ``"duplicate"`` (this very event was recorded before) or ``"refused"`` (``reason`` says why and what to do)
        :raises AccessError: for anybody but project and billing users.
        :raises UserError: when ``events`` is not a list of at most 20,000, or ``dry_run`` neither true nor false.
        """
        self._check_may_attain()
        events = read_argument(self.env, "events", reading.items, events, MOST_EVENTS)
        dry_run = read_argument(self.env, "dry_run", reading.flag, dry_run)
        milestones = self._find_by_refs([event.get("milestone") for event in events if isinstance(event, dict)])
        known = self._known_contents(events, milestones)
        progress, results, accepted = {}, [], []
        for event in events:
            result = self._check_event(event, milestones, known, progress)
            results.append(result)
            if result["status"] == "accepted":
                accepted.append(result.pop("values"))
        if accepted and not dry_run:
            recorded = set(self.env["billing.attainment"]._record(accepted).mapped("key"))
            for result in results:
                if result["status"] == "accepted" and result["key"] not in recorded:
                    result["status"] = "duplicate"
        return results

    def _check_event(self, event, milestones, known, progress):
        """Check one event and return its result; that of an accepted one has the ``values`` to record.

        :param dict milestones: what ``_find_by_refs`` returned
        :param dict known: ``{(company id, key): content}`` recorded so far; events of this call are added
        :param dict progress: ``{milestone id: percent}`` as attained by earlier events of this call
        """
        key = event.get("key") if isinstance(event, dict) else None
        result = {"key": key if reading.is_storable(key) else "", "status": "refused", "milestone_id": 0, "reason": ""}
        try:
            values = self._parse_event(event)
            milestone = self._one_milestone(event.get("milestone"), milestones)
            result["milestone_id"] = milestone.id
            recorded = known.get((milestone.company_id.id, key))
            if recorded is not None:
                if recorded != values["content"]:
                    raise Refused(self.env._("Key %s was used before for another event. Send a new key.", key))
                return dict(result, status="duplicate")
            values["date"] = values["date"] or milestone._today()
            percent = progress.get(milestone.id, milestone.attained_percent)
            refusal = milestone._attain_refusal(values["percent"], values["date"], percent)
            if refusal:
                raise Refused(refusal)
        except Refused as refusal:
            return dict(result, reason=str(refusal))
        known[milestone.company_id.id, key] = values["content"]
        progress[milestone.id] = values["percent"]
        return dict(result, status="accepted", values=dict(values, milestone_id=milestone.id))

    @api.model
    def _parse_event(self, event):
        """Return the attainment values of ``event``, without its milestone.

        :raises Refused: naming the field that is wrong.
        """
        if not isinstance(event, dict):
            raise Refused(self.env._("Each event is a dictionary, not %s.", reading.quoted(event)))
        if unknown := [name for name in event if name not in EVENT_KEYS]:
            raise Refused(self.env._("Unknown field: %s.", ", ".join(sorted(map(reading.quoted, unknown)))))
        key = self._read_field("key", reading.key, event.get("key"))
        if key.startswith("auto/"):
            raise Refused(self.env._("key: “auto/” is taken for events of Odoo itself."))
        sent = {name: event[name] for name in EVENT_KEYS - {"key"} if event.get(name) not in (None, False)}
        self._read_field("milestone", reading.ref, sent.get("milestone"))
        percent = self._read_field("percent", reading.number, event.get("percent", 100))
        if not 0 <= percent <= 100:
            raise Refused(
                self.env._("percent: it is cumulative, from 0 to 100, not %s.", reading.quoted(event["percent"]))
            )
        if "percent" in sent:
            # 40 and 40.0 are the same event: what arrives depends on the sender's language.
            sent["percent"] = float(percent)
        return {
            "key": key,
            "percent": float(percent),
            "date": self._parse_date(sent.get("date")),
            "note": self._read_field("note", reading.text, sent.get("note")) or False,
            "source": "api",
            "content": json.dumps(sent, sort_keys=True),
        }

    @api.model
    def _parse_date(self, text):
        """Return the day of an event, None when it has none."""
        return self._read_field("date", reading.day, text) if text not in (None, "") else None

    @api.model
    def _read_field(self, name, read, value):
        """Return a field of an event as ``read`` reads it.

        :raises Refused: naming the field, and what is expected of it
        """
        try:
            return read(value)
        except reading.Unreadable as error:
            raise Refused(f"{name}: {explain(self.env, error)}") from error

    # === FINDING === #

    @api.model
    def _find_by_refs(self, refs):
        """Return the milestones the user may read, ``{id or external key: milestones}``."""
        known = [ref for ref in refs if reading.is_ref(ref)]
        ids, keys = {ref for ref in known if isinstance(ref, int)}, {ref for ref in known if isinstance(ref, str)}
        found = {}
        for milestone in self.search(["|", ("id", "in", list(ids)), ("external_key", "in", list(keys))]):
            found[milestone.id] = milestone
            if milestone.external_key in keys:
                found[milestone.external_key] = found.get(milestone.external_key, self.browse()) | milestone
        for milestone in list(found.values()):
            milestone.sudo().mapped("order_id.state")
        return found

    @api.model
    def _one_milestone(self, ref, milestones):
        """Return the one milestone that ``ref`` (id or external key) means.

        :raises Refused: when there is none, or more than one.
        """
        if not reading.is_ref(ref):
            raise Refused(self.env._("milestone: an id or an external key is expected, not %s.", reading.quoted(ref)))
        found = milestones.get(ref, self.browse())
        if not found:
            raise Refused(self.env._("There is no milestone %s that you may read.", reading.quoted(ref)))
        if len(found) > 1:
            raise Refused(
                self.env._(
                    "%(count)s milestones have the external key %(key)s: send the id.",
                    count=len(found),
                    key=reading.quoted(ref),
                )
            )
        return found.sudo()

    @api.model
    def _known_contents(self, events, milestones):
        """Return ``{(company id, key): content}`` of the events recorded before."""
        keys = [event["key"] for event in events if isinstance(event, dict) and reading.is_storable(event.get("key"))]
        companies = self.env["res.company"].union(*(rows.sudo().company_id for rows in milestones.values()))
        rows = (
            self.env["billing.attainment"]
            .sudo()
            .search_fetch([("key", "in", keys), ("company_id", "in", companies.ids)], ["company_id", "key", "content"])
        )
        return {(row.company_id.id, row.key): row.content for row in rows}

    # === STATUS === #

    @api.model
    @api.readonly
    def get_status(self, keys: list) -> list:
        """Return where milestones stand.

        :param list keys: ids or external keys of milestones
        :return: per key, in order, ``{"key", "found", "milestone_id", "external_key", "name", "order", "currency",
            "planned", "planned_date", "attained_percent" (cumulative), "attained_date", "due", "billed", "credited",
            "to_bill", "paid", "state", "block_reason", "invoices"}``. Amounts are untaxed, in the order's currency:
            planned, attained so far, billed less credited, credited, still to bill (below zero: to be credited), and
            the paid part of what is billed. ``invoices`` lists ``{"id", "number", "date", "state", "payment_state",
            "amount", "type"}``, its amount with taxes in the invoice's currency. Dates are ``"YYYY-MM-DD"`` or ``""``.
            A key that means no milestone, or several, has ``found`` false and a ``reason``.
        :raises AccessError: for users without access to milestones.
        :raises UserError: when ``keys`` is not a list of at most 20,000 keys.
        """
        if not self.has_access("read"):
            raise AccessError(self.env._("Milestones are for project and billing users."))
        keys = read_argument(self.env, "keys", reading.items, keys, MOST_KEYS)
        milestones = self._find_by_refs(keys)
        statuses = self.union(*milestones.values()).sudo()._statuses()
        return [self._status_of(key, milestones, statuses) for key in keys]

    @api.model
    def _status_of(self, key, milestones, statuses):
        try:
            milestone = self._one_milestone(key, milestones)
        except Refused as refusal:
            shown = key if reading.is_ref(key) or key == 0 and isinstance(key, int) else ""
            return {"key": shown, "found": False, "reason": str(refusal)}
        return {"key": key, **statuses[milestone.id]}

    def _statuses(self):
        """Return where these milestones stand, ``{id: what get_status says but for the key}``."""
        paid = self._paid_amounts()
        return {milestone.id: milestone._status(paid.get(milestone.id, 0.0)) for milestone in self}

    def _status(self, paid):
        self.ensure_one()
        moves, internal = self.invoice_ids.sorted("id"), self.env.user._is_internal()
        if not internal:
            moves = moves.filtered(lambda move: move.state == "posted")
        return {
            "found": True,
            "milestone_id": self.id,
            "external_key": self.external_key or "",
            "name": self.name,
            "order": self.order_id.name,
            "currency": self.currency_id.name,
            "planned_date": fields.Date.to_string(self.planned_date) or "",
            "attained_date": fields.Date.to_string(self.attained_date) or "",
            # What keeps it back, and what people write on a hold, is not for the customer.
            "state": "due" if self.state in ("blocked", "failed") and not internal else self.state,
            "block_reason": self.block_reason or "" if internal else "",
            "planned": self.amount,
            "attained_percent": self.attained_percent,
            "due": self.due_amount,
            "billed": self.billed_amount,
            "credited": self.credited_amount,
            "to_bill": self.to_bill_amount,
            "paid": paid,
            "invoices": [self._invoice_status(move) for move in moves],
        }

    def _invoice_status(self, move):
        return {
            "id": move.id,
            "number": move.name if move.name and move.name != "/" else "",
            "date": fields.Date.to_string(move.invoice_date) or "",
            "state": move.state,
            "payment_state": move.payment_state or "",
            "amount": move.amount_total,
            "type": move.move_type,
        }

    def _import_changes(self, wanted):
        """Return those of the ``wanted`` values that differ from this milestone's."""
        self.ensure_one()
        changes = {}
        for name, value in wanted.items():
            field = self._fields[name]
            if field.type == "many2many":
                if set(value[0][2]) != set(self[name].ids):
                    changes[name] = value
            elif (field.convert_to_write(self[name], self) or False) != (value or False):
                changes[name] = value
        return changes
