import json

from odoo import api, fields, models
from odoo.addons.record_protection.reading import values
from odoo.addons.record_protection.refusals import SENTENCES as PLAIN_SENTENCES
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import AccessError, ConcurrencyError

from ..ingest.intake import Intake, Sender
from ..ingest.reading import Limits, read_events
from ..ingest.store import Changed
from .subscription_request import DryRun

#: The most events that one call takes.
MOST_EVENTS = 10_000
RECORDER = "subscription_billing.group_usage_recorder"
#: What a sender reads of an event that is not recorded.
SENTENCES = {
    "event": lambda env, d: env._("A dictionary is expected, not %(value)s.", **d),
    "line": lambda env, d: env._("The line cannot be read: %(value)s.", **d),
    "quotes": lambda env, d: env._(
        "The line cannot be read: %(value)s. In CSV a record is one line, and each quote that opens is closed on it.",
        **d,
    ),
    "encoding": lambda env, d: env._(
        "The line cannot be read: %(value)s. It is not in UTF-8: save the file as “CSV UTF-8”.", **d
    ),
    "unknown": lambda env, d: env._("Unknown key %(value)s.", **d),
    "needed": lambda env, d: env._("A value is needed."),
    "instant": lambda env, d: env._(
        "An ISO instant with its offset, like 2026-01-31T08:00:00Z, or a plain date is expected, not %(value)s.", **d
    ),
    "reach": lambda env, d: env._("%(value)s lies more than 20 years back, or more than a day ahead.", **d),
    "quantity": lambda env, d: env._("A number of at most 18 digits and 9 decimals is expected, not %(value)s.", **d),
    "unknown_meter": lambda env, d: env._(
        "There is no meter “%(meter)s”. It is kept aside, and recorded once there is.", **d
    ),
    "conflict": lambda env, d: env._(
        "“%(key)s” was recorded before with %(before)s, now %(now)s was sent. Send another key, or a record that "
        "replaces it.",
        key=d["key"],
        before=_written(d["before"]) if d["before"] else env._("what is in the archive of %s", d["month"]),
        now=_written(d["now"]),
    ),
    "unknown_row": lambda env, d: env._("replaces: no earlier record “%(replaces)s” of this meter.", **d),
    "other_subject": lambda env, d: env._("replaces: “%(replaces)s” is of another subject.", **d),
    "replaced": lambda env, d: env._("replaces: “%(replaces)s” was replaced by “%(by)s”. Replace that one.", **d),
    "replaced_archived": lambda env, d: env._(
        "replaces: “%(replaces)s” was replaced by a record that is in the archive. Send the difference as a "
        "new record.",
        **d,
    ),
    "archived": lambda env, d: env._(
        "replaces: “%(replaces)s” is in the archive. Send its quantity with a minus sign, and the right one.", **d
    ),
}


def _written(content):
    return json.dumps(content, ensure_ascii=False)


class SubscriptionUsage(models.Model):
    """Usage recorded by other systems: each record once, by its key."""

    _inherit = "subscription.usage"

    @api.model
    def record(self, events: list, dry_run: bool = False) -> list:
        """Record usage of the current company, each event once: the same key and content again changes nothing.

        An event is ``{"meter": code, "subject": str, "key": str, "at": str, "quantity": number or text, "dimension"?:
        str, "replaces"?: key}``. ``subject`` is what the metering system calls the customer, account or device: a
        metering point is made of one that is new. ``at`` is an ISO instant with ``Z`` or an offset, or a plain date:
        the start of that day in the zone of the metering point. ``replaces`` names an earlier record of the same
        meter and subject, which counts no more.

        :param list events: at most 10,000
        :param bool dry_run: say what would happen, and write nothing
        :return: per event, in order, ``{"key", "status", "reason"}``: ``status`` is ``recorded``, ``repeated`` (the
            same key and content as before), ``aside`` (its meter is unknown: kept until there is one) or ``refused``
            (``reason`` names what is wrong)
        :raises AccessError: for who may not record usage
        :raises UserError: when ``events`` is no such list, or ``dry_run`` neither true nor false
        """
        self._check_may_record()
        events = read_argument(self.env, "events", values.items, events, MOST_EVENTS)
        dry_run = read_argument(self.env, "dry_run", values.flag, dry_run)
        if not events:
            return []
        try:
            with self.env.cr.savepoint():
                taken = self._take(read_events(enumerate(events), self._limits()), "call")
                if dry_run:
                    raise DryRun
        except DryRun:
            self.env.invalidate_all()
        return [self._say_status(place, event, taken) for place, event in enumerate(events)]

    @api.model
    def _check_may_record(self):
        """Refuse who may not record usage.

        :raises AccessError: for him
        """
        if not self.env.user.has_group(RECORDER):
            raise AccessError(self.env._("Only who may record usage can do this: invoicing, and usage recorders."))

    @api.model
    def _take(self, items, source, stream=None, lines=0):
        """Store events as one batch of the current company, and have subscriptions follow.

        :param items: as ``ingest.reading.read_events`` yields them
        :param str source: of ``subscription.usage.batch``
        :param stream: what the sender calls the stream or file
        :param int lines: of a stream, so many of its lines are stored with this batch and before
        :return: ``ingest.intake.Taken``
        """
        self.env.flush_all()
        try:
            taken = self._intake(source, stream).take(items, lines)
        except Changed as error:
            raise ConcurrencyError(self.env._("A metering point was changed at the same time.")) from error
        self.env.invalidate_all()
        self._follow(taken.outcome.touched)
        return taken

    @api.model
    def _intake(self, source, stream=None):
        """Return what takes in events of the current company in this transaction (``ingest.intake.Intake``)."""
        company, now = self.env.company, fields.Datetime.now()
        sender = Sender(company.id, company._billing_zone(), self.env.uid, source, now, stream or None)
        return Intake(self.env.cr, sender, self._say_refusal)

    @api.model
    def _limits(self):
        """Return the instants that usage may be of now."""
        return Limits.around(fields.Datetime.now())

    @api.model
    def _follow(self, touched):
        """Have subscriptions follow usage.

        :param dict touched: by id of a metering point, the first local day (a date) whose sums changed
        """

    @api.model
    def _say_refusal(self, value, name, details):
        """Return the sentence of a refusal.

        :param str value: the name of the value that is wrong; empty for the event as a whole
        :param str name: of the sentence
        :param dict details: what it says besides
        """
        sentence = SENTENCES.get(name) or PLAIN_SENTENCES[name]
        reason = sentence(self.env, details)
        return self.env._("%(name)s: %(reason)s", name=value, reason=reason) if value else reason

    @api.model
    def _say_status(self, place, event, taken):
        """Return what became of an event: see ``record``."""
        key = event.get("key") if isinstance(event, dict) else ""
        reason = taken.refused.get(place) or taken.aside.get(place) or ""
        status = "refused" if place in taken.refused else "aside" if place in taken.aside else "recorded"
        if place in taken.outcome.repeated:
            status = "repeated"
        return {"key": key if values.is_storable(key) else "", "status": status, "reason": reason}
