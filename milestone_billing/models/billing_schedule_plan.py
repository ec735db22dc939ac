from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from ..engine.change import redistribute
from ..engine.plan import Line, PlanError, allocate
from ..engine.units import from_units, to_units


class BillingSchedule(models.Model):
    """The arithmetic of a schedule: fetch, call the engine, store the allocations."""

    _inherit = "billing.schedule"

    def _cover_lines(self):
        """Put the lines that a schedule covers under it: all billable ones, when it covers all."""
        for schedule in self.filtered("cover_all"):
            lines = schedule.order_id.order_line.filtered(
                lambda line: line._is_schedulable() and not line.billing_schedule_id
            )
            if lines:
                lines.sudo().with_context(billing_plan_deferred=True).billing_schedule_id = schedule

    def _plan(self):
        """Work the allocations out from what the milestones say; milestones already billed keep theirs.

        :raises UserError: when an amount cannot be shared, naming the milestone and the remedy.
        """
        for schedule in self:
            milestones = schedule.milestone_ids.sorted(lambda milestone: (milestone.sequence, milestone.id))
            try:
                plan = allocate(schedule._engine_lines(), [milestone._engine_item() for milestone in milestones])
            except PlanError as error:
                raise UserError(
                    self.env._(
                        "%(schedule)s: the fixed amount of milestone %(milestone)s cannot be shared, since the lines "
                        "it covers total zero. Give a percentage, or choose other lines.",
                        schedule=schedule.display_name,
                        milestone=self.env["billing.milestone"].browse(error.item).name,
                    )
                ) from error
            schedule._store_shares(plan.shares)

    def _engine_lines(self):
        """Return the covered lines as the engine's ``Line`` (untaxed, units of the order's currency)."""
        self.ensure_one()
        rounding = self.currency_id.rounding
        return [
            Line(key=line.id, amount=to_units(line.price_subtotal, rounding))
            for line in self.line_ids.sorted(lambda line: (line.sequence, line.id))
        ]

    def _store_shares(self, shares):
        """Write the allocations: ``shares`` is ``{milestone id: {order line id: units}}``; others are removed."""
        self.ensure_one()
        Allocation = self.env["billing.milestone.allocation"].sudo()
        rounding = self.currency_id.rounding
        existing = {
            (allocation.milestone_id.id, allocation.line_id.id): allocation
            for allocation in Allocation.search([("milestone_id", "in", self.milestone_ids.ids)])
        }
        to_create, stale = [], Allocation
        wanted = {(item, line): units for item, row in shares.items() for line, units in row.items()}
        for pair, units in wanted.items():
            amount = from_units(units, rounding)
            if pair not in existing:
                to_create.append({"milestone_id": pair[0], "line_id": pair[1], "amount": amount})
            elif self.currency_id.compare_amounts(existing[pair].amount, amount):
                existing[pair].amount = amount
        for pair, allocation in existing.items():
            if pair not in wanted:
                stale |= allocation
        billed = stale.filtered("invoice_line_ids")
        billed.amount = 0.0
        (stale - billed).unlink()
        Allocation.create(to_create)
        self.line_ids._billing_refresh()

    # === CHANGE ORDERS === #

    def _follow_change_order(self):
        """Let the plan follow changed lines of a confirmed order: what is billed stays, the rest moves by the rule."""
        for schedule in self:
            schedule._cover_lines()
            before = schedule._current_shares()
            milestones = schedule.milestone_ids.sorted(lambda milestone: (milestone.sequence, milestone.id))
            change = redistribute(
                schedule._engine_lines(),
                before,
                milestones.ids,
                {milestone.id: before.get(milestone.id, {}) for milestone in milestones if milestone._is_frozen()},
                schedule.change_rule,
                milestones.filtered("line_ids").ids,
            )
            shares = {item: dict(row) for item, row in change.shares.items()}
            if any(change.added.values()):
                added = schedule._add_change_milestone(milestones[-1:])
                shares[added.id] = {line: units for line, units in change.added.items() if units}
            if shares != before:
                schedule._store_shares(shares)
                schedule._keep_moved_amounts()
                schedule._tell_change(change)

    def _current_shares(self):
        """Return the stored allocations as ``{milestone id: {order line id: units}}``."""
        self.ensure_one()
        shares = defaultdict(dict)
        for allocation in self.milestone_ids.allocation_ids:
            units = to_units(allocation.amount, self.currency_id.rounding)
            shares[allocation.milestone_id.id][allocation.line_id.id] = units
        return dict(shares)

    def _add_change_milestone(self, last):
        """Create the milestone that takes a change order; it is due by hand until somebody says otherwise."""
        self.ensure_one()
        count = len(self.milestone_ids.filtered("is_change_order")) + 1
        return (
            self.env["billing.milestone"]
            .with_context(billing_plan_deferred=True)
            .create(
                {
                    "schedule_id": self.id,
                    "name": self.env._("Change order %s", count),
                    "sequence": (last.sequence or 0) + 1,
                    "due_on": "manual",
                    "amount_type": "fixed",
                    "is_change_order": True,
                }
            )
        )

    def _keep_moved_amounts(self):
        """Make the amounts that a change order moved the definition of their milestones: later edits keep them."""
        for milestone in self.milestone_ids.filtered(lambda milestone: milestone.amount_type != "balance"):
            # Also one that did not move: its percentage is now one of other lines.
            adrift = not milestone._is_frozen() and not milestone._follows_definition()
            if milestone.is_change_order or adrift:
                milestone.with_context(billing_plan_deferred=True).write(
                    {"amount_type": "fixed", "amount_fixed": milestone.amount}
                )

    def _tell_change(self, change):
        """Say in the order's chatter what a change order moved, and what it left over."""
        self.ensure_one()
        rounding, currency = self.currency_id.rounding, self.currency_id
        names = {milestone.id: milestone.name for milestone in self.milestone_ids}
        rows = [
            self.env._(
                "%(milestone)s: %(before)s → %(after)s",
                milestone=names.get(move.item),
                before=formatLang(self.env, from_units(move.before, rounding), currency_obj=currency),
                after=formatLang(self.env, from_units(move.after, rounding), currency_obj=currency),
            )
            for move in change.moved
        ]
        added, uncovered = sum(change.added.values()), sum(change.uncovered.values())
        if added:
            rows.append(
                self.env._(
                    "new milestone: %s", formatLang(self.env, from_units(added, rounding), currency_obj=currency)
                )
            )
        if uncovered:
            amount = formatLang(self.env, from_units(-uncovered, rounding), currency_obj=currency)
            rows.append(self.env._("billed beyond what the order is now worth: %s. A credit note is due.", amount))
            self._ask_for_credit(amount)
        self.order_id._billing_log(self.env._("Change order: the plan %s was adjusted.", self.name), rows)

    def _ask_for_credit(self, amount):
        """Put an activity on the order: it was billed by ``amount`` (text) more than it is now worth."""
        self.order_id.sudo().activity_schedule(
            "milestone_billing.mail_activity_billing",
            summary=self.env._("Billed beyond the order: credit %s", amount),
            user_id=self._responsible().id,
        )
