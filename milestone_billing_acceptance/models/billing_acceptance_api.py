import base64
import binascii

from odoo import api, fields, models
from odoo.addons.milestone_billing.models.billing_milestone_api import Refused
from odoo.addons.record_protection import reading
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import AccessError, UserError

from .billing_acceptance_answering import Answer

#: The most that one call takes: each item makes mails, or has a file.
MOST = 200
#: The largest file, in bytes.
LARGEST_FILE = 20_000_000
REQUEST_KEYS = {"key", "milestone", "percent", "message", "tasks", "files", "contacts", "send"}
RECORD_KEYS = {
    "key",
    "milestone",
    "answer",
    "percent",
    "date",
    "signed_by",
    "reason",
    "open_points",
    "file",
}


class _DryRun(Exception):
    """Raised to take what was tried back."""


class BillingAcceptance(models.Model):
    """What other systems call, over XML-RPC and JSON-2."""

    _inherit = "billing.acceptance"

    @api.model
    def request(self, items: list, dry_run: bool = False) -> list:
        """Ask customers to accept milestones. Safe to repeat: a request is made once, by its key.

        :param list items: dictionaries ``{"key": str, "milestone": int or str, "percent"?: number, "message"?: str,
            "tasks"?: [ids], "files"?: [{"name": str, "content": str}], "contacts"?: [ids], "send"?: bool}``. ``key`` is
            the sender's own, unique per company; ``milestone`` an id or an external key; ``percent`` is cumulative,
            what is ready (else 100) when left out; ``tasks`` are those whose names the customer sees, of the milestone
            when left out; ``content`` is base64; ``contacts`` accept one after the other, those of the milestone when
            left out; with ``send`` false it is prepared only.
        :param bool dry_run: say what would happen, and make and send nothing
        :return: per item, in order, ``{"key", "status", "acceptance_id", "milestone_id", "reason"}``; ``status`` is
            ``"accepted"`` (the request is made), ``"duplicate"`` or ``"refused"`` (``reason`` says why and what to do)
        :raises AccessError: for anybody but billing users
        :raises UserError: when ``items`` is not a list of at most 200, or ``dry_run`` neither true nor false
        """
        self._check_may_ask()
        return self._each(items, dry_run, self._request_one)

    @api.model
    def record(self, items: list, dry_run: bool = False) -> list:
        """Record what customers answered on paper (billing managers). Safe to repeat: an answer is recorded once.

        :param list items: dictionaries ``{"key": str, "milestone": int or str, "answer": "accepted" | "partial" |
            "rejected", "signed_by": str, "reason": str, "file": {"name": str, "content": str}, "percent"?: number,
            "open_points"?: str, "date"?: "YYYY-MM-DD"}``. ``percent``, cumulative, and ``open_points`` belong to
            ``"partial"``; ``reason`` says how it was given, or why it was rejected; ``file`` is the signed page,
            ``content`` in base64; ``date`` is today when left out.
        :param bool dry_run: say what would happen, and record nothing
        :return: as of :meth:`request`
        :raises AccessError: for anybody but billing managers
        :raises UserError: when ``items`` is not a list of at most 200, or ``dry_run`` neither true nor false
        """
        self._check_may_record()
        return self._each(items, dry_run, self._record_one)

    @api.model
    @api.readonly
    def get_status(self, keys: list) -> list:
        """Return where requests for acceptance stand.

        :param list keys: ids or keys of requests
        :return: per key, in order, ``{"key", "found", "acceptance_id", "milestone_id", "milestone", "order", "round",
            "state", "percent_before", "percent_asked", "percent_accepted", "amount", "currency", "sent_on",
            "answer_until", "deemed_on", "accepted_on", "waits_for", "fingerprint", "answers"}``. Percentages are
            cumulative; ``amount`` is untaxed, in the order's currency; days are ``"YYYY-MM-DD"`` or ``""``, ``sent_on``
            is a moment in UTC. ``answers`` lists ``{"answer", "percent", "signed_by", "contact_id", "date",
            "open_points", "reason", "on_paper", "fingerprint"}``. A key that means no request has ``found`` false and a
            ``reason``.
        :raises AccessError: for users without access to acceptances
        :raises UserError: when ``keys`` is not a list of at most 2,000 keys
        """
        if not self.has_access("read"):
            raise AccessError(self.env._("Acceptances are for project and billing users."))
        keys = read_argument(self.env, "keys", reading.items, keys, 10 * MOST)
        ids = [key for key in keys if reading.is_ref(key) and isinstance(key, int)]
        texts = [key for key in keys if reading.is_ref(key) and isinstance(key, str)]
        rows = self.search(["|", ("id", "in", ids), ("key", "in", texts)])
        found = {row.id: row for row in rows} | {row.key: row for row in rows if row.key}
        return [self._status_of(key, found) for key in keys]

    @api.model
    def _status_of(self, key, found):
        shown = key if reading.is_ref(key) else ""
        if not shown or key not in found:
            reason = self.env._("There is no request %s that you may read.", reading.quoted(key))
            return {"key": shown, "found": False, "reason": reason}
        return {"key": key, "found": True, **found[key].sudo()._status()}

    def _status(self):
        def day(value):
            return fields.Date.to_string(value) or ""

        return {
            "acceptance_id": self.id,
            "milestone_id": self.milestone_id.id or 0,
            "milestone": self.name or "",
            "order": self.order_id.name or "",
            "round": self.round,
            "state": self.state,
            "percent_before": self.percent_before,
            "percent_asked": self.percent_asked,
            "percent_accepted": self.percent_accepted,
            "amount": self.amount,
            "currency": self.currency_id.name or "",
            "sent_on": fields.Datetime.to_string(self.sent_on) or "",
            "answer_until": day(self.answer_until),
            "deemed_on": day(self.deemed_on),
            "accepted_on": day(self.accepted_on),
            "waits_for": self.waits_for.partner_id.display_name or "",
            "fingerprint": self.fingerprint or "",
            "answers": [
                {
                    "answer": answer.kind,
                    "percent": answer.percent,
                    "signed_by": answer.signed_by,
                    "contact_id": answer.approver_id.partner_id.id or 0,
                    "date": day(answer.date),
                    "open_points": answer.open_points or "",
                    "reason": answer.reason or "",
                    "on_paper": answer.on_paper,
                    "fingerprint": answer.fingerprint,
                }
                for answer in self.answer_ids
            ],
        }

    # === ITEM BY ITEM === #

    @api.model
    def _each(self, items, dry_run, act):
        """Let ``act`` take each item, in a savepoint of its own; return the results."""
        items = read_argument(self.env, "items", reading.items, items, MOST)
        dry_run = read_argument(self.env, "dry_run", reading.flag, dry_run)
        return [self._one(item, dry_run, act) for item in items]

    @api.model
    def _one(self, item, dry_run, act):
        key = item.get("key") if isinstance(item, dict) else None
        result = {
            "key": key if reading.is_storable(key) else "",
            "status": "refused",
            "acceptance_id": 0,
            "milestone_id": 0,
            "reason": "",
        }
        try:
            with self.env.cr.savepoint():
                act(item, result)
                self.env.flush_all()
                if dry_run:
                    raise _DryRun
        except _DryRun:
            self.env.invalidate_all()
            if result["status"] == "accepted":
                result["acceptance_id"] = 0
        except (Refused, UserError) as refusal:
            self.env.invalidate_all()
            result.update(status="refused", acceptance_id=0, reason=str(refusal))
        return result

    @api.model
    def _read_item(self, item, allowed):
        """Return the milestone that an item means, after what every item has was checked.

        :raises Refused: naming what is wrong
        """
        if not isinstance(item, dict):
            raise Refused(self.env._("Each item is a dictionary, not %s.", reading.quoted(item)))
        if unknown := [name for name in item if name not in allowed]:
            raise Refused(self.env._("Unknown field: %s.", ", ".join(sorted(map(reading.quoted, unknown)))))
        milestones = self.env["billing.milestone"]
        milestones._read_field("key", reading.key, item.get("key"))
        ref = milestones._read_field("milestone", reading.ref, item.get("milestone"))
        return milestones._one_milestone(ref, milestones._find_by_refs([ref]))

    @api.model
    def _request_one(self, item, result):
        milestone = self._read_item(item, REQUEST_KEYS)
        result["milestone_id"] = milestone.id
        known = self.sudo().search([("key", "=", item["key"]), ("company_id", "=", milestone.company_id.id)])
        if known:
            if known.milestone_id != milestone:
                raise Refused(self.env._("Key %s was used before for another milestone. Send a new key.", item["key"]))
            result.update(status="duplicate", acceptance_id=known.id)
            return
        if refusal := milestone.sudo(False)._ask_refusal():
            raise Refused(refusal)
        if milestone._open_acceptance().state == "open":
            raise Refused(self.env._("The customer is asked already. Withdraw that request first."))
        opened = milestone._open_acceptance()
        if opened.key:
            raise Refused(
                self.env._("Request %s is prepared for this milestone already. Send or withdraw that one.", opened.key)
            )
        acceptance = opened or milestone._make_acceptance(milestone._percent_to_ask())
        acceptance.write({"key": item["key"], "to_send": False})
        self._fill(acceptance, item)
        if self.env["billing.milestone"]._read_field("send", reading.flag, item.get("send", True)):
            if refusal := acceptance._send_refusal():
                raise Refused(refusal)
            acceptance._send(self.env.user)
        result.update(status="accepted", acceptance_id=acceptance.id)

    @api.model
    def _fill(self, acceptance, item):
        """Put into a prepared request what an item says of it, with the rights of whoever sends it.

        :raises Refused: naming what is wrong
        """
        read = self.env["billing.milestone"]._read_field
        if item.get("percent") is not None:
            percent = float(read("percent", reading.number, item["percent"]))
            if not acceptance.percent_before < percent <= 100:
                raise Refused(self.env._("percent: it is cumulative, above what is accepted, and at most 100."))
            acceptance.percent_asked = percent
            acceptance.amount = acceptance._asked_amount()
        if item.get("message"):
            acceptance.message = read("message", reading.text, item["message"])
        if item.get("tasks") is not None:
            tasks = self._read_ids("tasks", item["tasks"], "project.task")
            acceptance.sudo(self.env.su).write({"task_ids": [(6, 0, tasks.ids)]})
        if item.get("files"):
            files = [
                self._read_file(f"files[{index}]", row) for index, row in enumerate(read("files", _few, item["files"]))
            ]
            made = (
                self.env["ir.attachment"]
                .sudo()
                .create(
                    [
                        {"name": name, "raw": data, "res_model": self._name, "res_id": acceptance.id}
                        for name, data in files
                    ]
                )
            )
            acceptance.file_ids = [(6, 0, made.ids)]
        if item.get("contacts"):
            contacts = self._read_ids("contacts", item["contacts"], "res.partner")
            acceptance.approver_ids.unlink()
            acceptance.approver_ids = [
                (0, 0, {"partner_id": contact.id, "sequence": (index + 1) * 10})
                for index, contact in enumerate(contacts)
            ]

    @api.model
    def _read_ids(self, name, ids, model):
        """Return the records of a model with these ids, all of which the user may read.

        :raises Refused: naming the one that he may not
        """
        ids = self.env["billing.milestone"]._read_field(name, _few, ids)
        if not all(reading.is_ref(one) and isinstance(one, int) for one in ids):
            raise Refused(self.env._("%s: a list of ids is expected.", name))
        found = self.env[model].search([("id", "in", ids)])
        for one in ids:
            if one not in found.ids:
                raise Refused(self.env._("%(name)s: there is no %(id)s that you may read.", name=name, id=one))
        return found.browse(ids)

    @api.model
    def _read_file(self, name, value):
        """Return name and bytes of a file that was sent.

        :raises Refused: naming what is wrong
        """
        if not isinstance(value, dict) or set(value) != {"name", "content"}:
            raise Refused(self.env._("%s: a dictionary with name and content is expected.", name))
        title = self.env["billing.milestone"]._read_field(f"{name}.name", reading.text, value["name"])
        try:
            data = base64.b64decode(value["content"], validate=True)
        except (TypeError, ValueError, binascii.Error) as error:
            raise Refused(self.env._("%s.content: base64 is expected.", name)) from error
        if not 0 < len(data) <= LARGEST_FILE or not title.strip():
            raise Refused(
                self.env._("%(name)s: a name, and 1 to %(most)s bytes, are expected.", name=name, most=LARGEST_FILE)
            )
        return title, data

    # === ON PAPER === #

    @api.model
    def _record_one(self, item, result):
        milestone = self._read_item(item, RECORD_KEYS)
        result["milestone_id"] = milestone.id
        known = (
            self.env["billing.acceptance.answer"]
            .sudo()
            .search([("key", "=", item["key"]), ("company_id", "=", milestone.company_id.id)])
        )
        if known:
            if known.acceptance_id.milestone_id != milestone:
                raise Refused(self.env._("Key %s was used before for another milestone. Send a new key.", item["key"]))
            result.update(status="duplicate", acceptance_id=known.acceptance_id.id)
            return
        read = self.env["billing.milestone"]._read_field
        kind = read("answer", _paper_kind, item.get("answer"))
        answer = Answer(
            kind,
            name=read("signed_by", reading.text, item.get("signed_by")),
            reason=read("reason", reading.text, item.get("reason")),
            open_points=read("open_points", reading.text, item.get("open_points") or ""),
            percent=float(read("percent", reading.number, item.get("percent") or 0)),
            facts={"key": item["key"]},
        )
        day = read("date", reading.day, item["date"]) if item.get("date") else None
        file = self._read_file("file", item.get("file"))
        acceptance = milestone._record_on_paper(answer, day, file, self.env.user)
        result.update(status="accepted", acceptance_id=acceptance.id)


def _paper_kind(value):
    return reading.choice(value, ["accepted", "partial", "rejected"])


def _few(value):
    return reading.items(value, MOST)
