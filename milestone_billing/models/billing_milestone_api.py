import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

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
        :raises UserError: when ``events`` is not a list.
        """
        if not isinstance(events, list):
            raise UserError(self.env._("events: a list of dictionaries is expected, not %s.", type(events).__name__))
        self._check_may_attain()
        milestones = self._find_by_refs([event.get("milestone") for event in events if isinstance(event, dict)])
        known = self._known_contents(events, milestones)
        progress, results, accepted = {}, [], []
        for event in events:
            result = self._judge_event(event, milestones, known, progress)
            results.append(result)
            if result["status"] == "accepted":
                accepted.append(result.pop("values"))
        if accepted and not dry_run:
            recorded = set(self.env["billing.attainment"]._record(accepted).mapped("key"))
            for result in results:
                if result["status"] == "accepted" and result["key"] not in recorded:
                    result["status"] = "duplicate"
        return results

    def _judge_event(self, event, milestones, known, progress):
        """Return the result of one event; an accepted one carries the ``values`` to record.

        :param dict milestones: what ``_find_by_refs`` returned
        :param dict known: ``{(company id, key): content}`` recorded so far; events of this call are added
        :param dict progress: ``{milestone id: percent}`` as attained by earlier events of this call
        """
        key = event.get("key") if isinstance(event, dict) else None
        result = {"key": key or "", "status": "refused", "milestone_id": 0, "reason": ""}
        try:
            values = self._parse_event(event)
            milestone = self._one_milestone(event.get("milestone"), milestones)
            result["milestone_id"] = milestone.id
            recorded = known.get((milestone.company_id.id, key))
            if recorded is not None:
                if recorded != values["content"]:
                    raise Refused(self.env._("Key %s was used before for another event. Send a new key.", key))
                return dict(result, status="duplicate")
            percent = progress.get(milestone.id, milestone.attained_percent)
            refusal = milestone._attain_refusal(values["percent"], fields.Date.to_date(values["date"]), percent)
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
            raise Refused(self.env._("Each event is a dictionary; this one is %s.", type(event).__name__))
        if unknown := event.keys() - EVENT_KEYS:
            raise Refused(self.env._("Unknown field: %s.", ", ".join(sorted(map(str, unknown)))))
        key, note, percent = event.get("key"), event.get("note"), event.get("percent", 100.0)
        if not isinstance(key, str) or not key.strip():
            raise Refused(self.env._("key: a text of the sender's own is expected."))
        if key.startswith("auto/"):
            raise Refused(self.env._("key: “auto/” is taken for events of Odoo itself."))
        if isinstance(percent, bool) or not isinstance(percent, (int, float)) or percent != percent:
            raise Refused(self.env._("percent: a number from 0 to 100 is expected."))
        if note is not None and note is not False and not isinstance(note, str):
            raise Refused(self.env._("note: a text is expected."))
        content = {
            name: event[name]
            for name in ("milestone", "date", "percent", "note")
            if event.get(name) not in (None, False)
        }
        if "percent" in content:
            # 40 and 40.0 are the same event: what arrives depends on the sender's language.
            content["percent"] = float(percent)
        return {
            "key": key,
            "percent": float(percent),
            "date": self._parse_date(event.get("date")),
            "note": note or False,
            "source": "api",
            "content": json.dumps(content, sort_keys=True),
        }

    @api.model
    def _parse_date(self, text):
        if not text:
            return fields.Date.context_today(self)
        try:
            if not isinstance(text, str) or len(text) != 10:
                raise ValueError(text)
            return fields.Date.to_date(text)
        except ValueError as error:
            raise Refused(self.env._("date: %s is not a date like 2026-01-31.", text)) from error

    # === FINDING === #

    @api.model
    def _find_by_refs(self, refs):
        """Return the milestones the user may read, ``{id or external key: milestones}``."""
        ids = {ref for ref in refs if isinstance(ref, int) and not isinstance(ref, bool)}
        keys = {ref for ref in refs if isinstance(ref, str)}
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
        if isinstance(ref, bool) or not isinstance(ref, (int, str)):
            raise Refused(self.env._("milestone: an id or an external key is expected."))
        found = milestones.get(ref, self.browse())
        if not found:
            raise Refused(self.env._("No milestone %s that you may attain.", ref))
        if len(found) > 1:
            raise Refused(
                self.env._(
                    "%(count)s milestones have the external key %(key)s: send the id.", count=len(found), key=ref
                )
            )
        return found.sudo()

    @api.model
    def _known_contents(self, events, milestones):
        """Return ``{(company id, key): content}`` of the events recorded before."""
        keys = [event["key"] for event in events if isinstance(event, dict) and isinstance(event.get("key"), str)]
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
            planned, attained so far, billed less credited, credited, still to bill, and the paid part of what is
            billed. ``invoices`` lists ``{"id", "number", "date", "state", "payment_state", "amount", "type"}``, its
            amount with taxes in the invoice's currency. Dates are ``"YYYY-MM-DD"`` or ``""``. A key that means no
            milestone, or several, has ``found`` false and a ``reason``.
        :raises AccessError: for users without access to milestones.
        :raises UserError: when ``keys`` is not a list.
        """
        if not isinstance(keys, list):
            raise UserError(
                self.env._("keys: a list of ids or external keys is expected, not %s.", type(keys).__name__)
            )
        if not self.has_access("read"):
            raise AccessError(self.env._("Milestones are for project and billing users."))
        milestones = self._find_by_refs(keys)
        return [self._status_of(key, milestones) for key in keys]

    @api.model
    def _status_of(self, key, milestones):
        try:
            milestone = self._one_milestone(key, milestones)
        except Refused as refusal:
            return {"key": "" if key is None else key, "found": False, "reason": str(refusal)}
        moves = milestone.invoice_ids.sorted("id")
        return {
            "key": key,
            "found": True,
            "milestone_id": milestone.id,
            "external_key": milestone.external_key or "",
            "name": milestone.name,
            "order": milestone.order_id.name,
            "currency": milestone.currency_id.name,
            "planned_date": fields.Date.to_string(milestone.planned_date) or "",
            "attained_date": fields.Date.to_string(milestone.attained_date) or "",
            "state": milestone.state,
            # What people write on a hold is not for the customer.
            "block_reason": milestone.block_reason or "" if self.env.user._is_internal() else "",
            "planned": milestone.amount,
            "attained_percent": milestone.attained_percent,
            "due": milestone.due_amount,
            "billed": milestone.billed_amount,
            "credited": milestone.credited_amount,
            "to_bill": milestone.to_bill_amount,
            "paid": milestone._paid_amounts().get(milestone.id, 0.0),
            "invoices": [milestone._invoice_status(move) for move in moves],
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
