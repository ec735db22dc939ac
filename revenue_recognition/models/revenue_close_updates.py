"""Open forms of a close are notified by Odoo's bus when it advances, by a person or by a worker in the background."""

import re
from time import monotonic

from odoo import models

CLOSE_CHANNEL = re.compile(r"revenue_recognition\.close_(\d+)")
#: Second part of the bus channel of a close.
SUBCHANNEL = "revenue_recognition"
CHANGED = "revenue_recognition/close_changed"
#: What a page of a close shows of its work.
SHOWN = {"state", "failure", "contract_count", "parts_posted", "exception_note"}
NOTIFIED = "revenue_recognition.notified"
#: Seconds between two messages of a process about the parts of a close: pages look no oftener, and each costs a commit.
EVERY = 1.0
#: When this process notified of a part: ``{(database, close id): seconds}``.
last_notified = {}


class RevenueClose(models.Model):
    _inherit = "revenue.close"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & SHOWN:
            self._notify_screens()
        return result

    def _compute_part(self, computation):
        found = super()._compute_part(computation)
        key, now = (self.env.cr.dbname, self.id), monotonic()
        if found and now - last_notified.get(key, -EVERY) >= EVERY:
            last_notified[key] = now
            self._notify_screens()
        return found

    def _notify_screens(self):
        """Have the open pages of these closes, when this transaction is committed, to look again.

        A transaction sends one row a close, whatever it does. Only the id is sent: each page reads what its user may.
        """
        notified = self.env.cr.precommit.data.setdefault(NOTIFIED, set())
        for close in self:
            if close.id not in notified:
                notified.add(close.id)
                self.env["bus.bus"]._sendone((close, SUBCHANNEL), CHANGED, {"close_id": close.id})


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        # OVERRIDE: what a page asks to hear of becomes a channel only where its user may read the close.
        asked, others = [], []
        for channel in channels:
            match = CLOSE_CHANNEL.fullmatch(channel) if isinstance(channel, str) else None
            if match:
                asked.append(int(match[1]))
            else:
                others.append(channel)
        return super()._build_bus_channel_list([*others, *self._revenue_close_channels(asked)])

    def _revenue_close_channels(self, close_ids):
        """Return the channels of those of these closes that the user may read.

        :param list close_ids: of ``revenue.close``
        """
        closes = self.env["revenue.close"]
        if not close_ids or not closes.has_access("read"):
            return []
        return [(close, SUBCHANNEL) for close in closes.search([("id", "in", close_ids)])]
