import functools
import re

from odoo import api, models

ORDER_CHANNEL = re.compile(r"milestone_billing\.order_(\d+)")
EVERYTHING = "milestone_billing.all"
#: Second part of the bus channels of an order and of a company.
SUBCHANNEL = "milestone_billing"
CHANGED = "milestone_billing/changed"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _billing_push_changes(self):
        """Send to the open screens, once this transaction is committed, that the billing of these orders changed.

        Only ids are sent: each screen reads again what its user may read.
        """
        precommit = self.env.cr.precommit
        if "milestone_billing.changed" not in precommit.data:
            precommit.data["milestone_billing.changed"] = set()
            precommit.add(functools.partial(self.sudo().browse()._billing_send_changed, precommit.data))
        precommit.data["milestone_billing.changed"].update(self.ids)

    @api.model
    def _billing_send_changed(self, data):
        orders = self.browse(sorted(data.pop("milestone_billing.changed", ()))).exists()
        send = self.env["bus.bus"]._sendone
        for order in orders:
            send((order, SUBCHANNEL), CHANGED, {"order_ids": order.ids})
        for company, mine in orders.grouped("company_id").items():
            send((company, SUBCHANNEL), CHANGED, {"order_ids": mine.ids})


class BillingMilestone(models.Model):
    """Whatever changes a milestone calls ``_push_changes``: computing its state, hold or amount, writing, deleting."""

    _inherit = "billing.milestone"

    def _push_changes(self):
        """Notify the open screens that show these milestones by the bus, once this transaction is committed."""
        stored = self.filtered(lambda milestone: isinstance(milestone.id, int))
        orders = stored.sudo().order_id
        if orders:
            orders._billing_push_changes()


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        # OVERRIDE: what a screen asks to hear of becomes a channel only where its user may read the milestones.
        asked, others, everything = [], [], False
        for channel in channels:
            match = ORDER_CHANNEL.fullmatch(channel) if isinstance(channel, str) else None
            if match:
                asked.append(int(match[1]))
            elif channel == EVERYTHING:
                everything = True
            else:
                others.append(channel)
        if asked or everything:
            others += self._billing_channels(asked, everything)
        return super()._build_bus_channel_list(others)

    def _billing_channels(self, order_ids, everything):
        """Return the channels of these orders, and of all orders of the user's companies, as far as he may read them.

        :param list order_ids: of sale orders
        :param bool everything: whether each change in the user's companies is asked for
        """
        milestones = self.env["billing.milestone"]
        if not self.env.user._is_internal() or not milestones.has_access("read"):
            return []
        readable = milestones._read_group([("order_id", "in", order_ids)], ["order_id"]) if order_ids else []
        channels = [(order, SUBCHANNEL) for [order] in readable]
        if everything:
            channels += [(company, SUBCHANNEL) for company in self.env.user.company_ids]
        return channels
