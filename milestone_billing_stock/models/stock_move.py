from odoo import models
from odoo.exceptions import UserError


class StockMove(models.Model):
    """What leaves for a customer on hold does not leave, where the company or the customer says so.

    Whatever validates it: a button, a batch, another system or the scheduler comes by here.
    """

    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        self._billing_check_holds()
        return super()._action_done(cancel_backorder=cancel_backorder)

    def _action_cancel(self):
        lines = self.sudo().sale_line_id
        result = super()._action_cancel()
        if lines:
            lines._billing_wake_on_delivery()
        return result

    def _billing_check_holds(self):
        """Check that no billing hold keeps these moves from leaving.

        :raises UserError: naming the transfers, who holds them, why and until when.
        """
        held = self.filtered(lambda move: move.state not in ("done", "cancel"))._billing_stopped_by()
        if held:
            texts = {
                self.env._(
                    "%(transfer)s is not shipped, since billing is on hold: %(hold)s. "
                    "It ships once the hold ends or is released.",
                    transfer=move.picking_id.display_name or move.display_name,
                    hold="; ".join(hold._describe() for hold in holds),
                )
                for move, holds in held.items()
            }
            raise UserError("\n".join(sorted(texts)))

    def _billing_stopped_by(self):
        """Return the holds (``billing.hold``) in force that keep some of these moves back: ``{move: holds}``."""
        held = {}
        leaving = self.sudo().filtered(lambda move: move.sale_line_id and move.location_dest_id._is_outgoing())
        for order, moves in leaving.grouped(lambda move: move.sale_line_id.order_id).items():
            holds = order._billing_shipping_holds()
            if holds:
                held.update(dict.fromkeys(moves, holds))
        return held
