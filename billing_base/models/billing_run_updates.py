import re

from odoo import models

CHANNEL = re.compile(r"billing_base\.run_(\d+)")
#: Second part of the bus channel of a run.
SUBCHANNEL = "billing_base"
CHANGED = "billing_base/run_changed"


class BillingRun(models.Model):
    _inherit = "billing.run"

    def _push_changes(self):
        """Tell the open screens of these runs, once this transaction is committed, to read them again."""
        for run in self:
            self.env["bus.bus"]._sendone((run, SUBCHANNEL), CHANGED, {"run_id": run.id})


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        # OVERRIDE: what a screen asks to hear of becomes a channel only where its user may read the run.
        asked = {channel: CHANNEL.fullmatch(channel) for channel in channels if isinstance(channel, str)}
        ids = [int(match[1]) for match in asked.values() if match]
        others = [channel for channel in channels if not (isinstance(channel, str) and asked[channel])]
        return super()._build_bus_channel_list([*others, *self._billing_run_channels(ids)])

    def _billing_run_channels(self, ids):
        """Return the channels of those of these runs that the user may read.

        :param list ids: of ``billing.run``
        """
        runs = self.env["billing.run"]
        if not ids or not self.env.user._is_internal() or not runs.has_access("read"):
            return []
        return [(run, SUBCHANNEL) for run in runs.search([("id", "in", ids)])]
