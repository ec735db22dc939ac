from dataclasses import replace

from odoo import models

from ..engine.catch_up import catch_up
from ..engine.change import owe_uncovered
from ..engine.plan import PlanError, allocate


class BillingSchedule(models.Model):
    """The change rule under which percentages stay what they are, and what is billed catches up with the next invoice.

    A milestone's percentage, not its amount, is its definition, before and after a change order. So the shares are
    worked out anew from the definitions each time, whatever the order has been through.
    """

    _inherit = "billing.schedule"

    def _keeps_percents(self):
        """Return whether this schedule runs and its percentages stay when its order changes."""
        self.ensure_one()
        return self.change_rule == "keep" and self.order_id.state == "sale"

    def _catch_up(self, lines, before, milestones):
        """Return the engine's ``Change`` to new amounts of the lines.

        :param list lines: of the engine's ``Line``
        :param dict before: the shares, ``{milestone id: {order line id: units}}``
        :param milestones: those of this schedule, in its sequence
        """
        self.ensure_one()
        billed = milestones._engine_billed()
        closed = {key: row.units for key, row in billed.items() if row.is_closed}
        partly = {key: row.units for key, row in billed.items() if not row.is_closed}
        own, claims = milestones.filtered("line_ids").ids, self._claims(lines, milestones)
        change = catch_up(lines, before, milestones.ids, closed, claims, own, partly)
        return owe_uncovered(change, before, milestones.ids, billed)

    def _claims(self, lines, milestones):
        """Return what each milestone comes to by its own definition, as if nothing was billed: shares in units.

        A milestone made for a change order has no amount of its own: it takes what the others have yet to catch up.
        """
        claiming = milestones.filtered(lambda milestone: not milestone.is_change_order)
        items = [replace(milestone._engine_item(), frozen=None) for milestone in claiming]
        while True:
            try:
                return allocate(lines, items).shares
            except PlanError as error:
                # Its lines were removed: what there was to bill of them comes off the plan.
                items = [replace(item, amount=0) if item.key == error.item else item for item in items]

    def _planned_shares(self, plan, milestones):
        """Return the shares to store of a plan that a person made or edited: ``{milestone id: {line id: units}}``.

        Where it claims just what the lines come to, what is billed goes on catching up. Where it does not, it is shown
        as it is, with what it leaves or has too much.

        :param plan: the engine's ``Plan`` of what the milestones say
        :param milestones: those of this schedule, in its sequence
        """
        self.ensure_one()
        if not self._keeps_percents() or not any(milestone._is_frozen() for milestone in milestones):
            return plan.shares
        lines = self._engine_lines()
        claims = self._claims(lines, milestones)
        claimed = {line.key: sum(given.get(line.key, 0) for given in claims.values()) for line in lines}
        if any(claimed[line.key] != line.amount for line in lines):
            return plan.shares
        change = self._catch_up(lines, self._current_shares(), milestones)
        return plan.shares if change.added else change.shares
