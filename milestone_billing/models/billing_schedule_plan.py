from collections import defaultdict

from odoo import models
from odoo.addons.billing_base.engine.units import from_units, to_units
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..engine.plan import Line, PlanError, allocate
from .deferred import plan_deferred


class BillingSchedule(models.Model):
    """A schedule worked out: fetch, call the engine, store the shares; and started and stopped with its order."""

    _inherit = "billing.schedule"

    def _cover_lines(self):
        """Put all billable lines of the order that no schedule covers yet under these schedules that cover all."""
        for schedule in self.filtered("cover_all"):
            lines = schedule.order_id.order_line.filtered(
                lambda line: not line.billing_schedule_id and line._billing_joins_plan()
            )
            if lines:
                plan_deferred(lines.sudo()).billing_schedule_id = schedule

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
            schedule._store_shares(schedule._planned_shares(plan, milestones))

    def _engine_lines(self):
        """Return the covered lines as the engine's ``Line`` (untaxed, units of the order's currency)."""
        self.ensure_one()
        rounding = self.currency_id.rounding
        return [
            Line(key=line.id, amount=to_units(line.price_subtotal, rounding))
            for line in self.line_ids.sorted(lambda line: (line.sequence, line.id))
        ]

    def _store_shares(self, shares, kept=None):
        """Write the allocations; others are removed.

        :param dict shares: ``{milestone id: {order line id: units}}``
        :param dict kept: ``{(milestone id, order line id): values}`` of what stays billed whatever the order became
        """
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
                stays = (kept or {}).get(pair, {})
                to_create.append({"milestone_id": pair[0], "line_id": pair[1], "amount": amount, **stays})
            elif self.currency_id.compare_amounts(existing[pair].amount, amount):
                existing[pair].write({"amount": amount, **(kept or {}).get(pair, {})})
        for pair, allocation in existing.items():
            if pair not in wanted:
                stale |= allocation
        billed = stale.filtered("invoice_line_ids")
        billed.amount = 0.0
        (stale - billed).unlink()
        Allocation.create(to_create)
        self.line_ids._billing_refresh()

    def _current_shares(self):
        """Return the stored allocations as ``{milestone id: {order line id: units}}``."""
        self.ensure_one()
        shares = defaultdict(dict)
        for allocation in self.milestone_ids.allocation_ids:
            units = to_units(allocation.amount, self.currency_id.rounding)
            shares[allocation.milestone_id.id][allocation.line_id.id] = units
        return dict(shares)

    # === CONFIRMATION AND CANCELLATION === #

    def _start(self):
        """Start schedules whose order was just confirmed (called after Odoo made its projects and tasks)."""
        for schedule in self:
            schedule._cover_lines()
            schedule._plan()
            if schedule.amount_difference:
                schedule._log_difference()
        self.milestone_ids._reset_cancelled()
        self.milestone_ids._activate()
        gone = self.env["billing.milestone"]._trigger_gone_domain() & Domain("schedule_id", "in", self.ids)
        if self.env["billing.milestone"].sudo().search_count(gone, limit=1):
            self.env["billing.attainment"]._wake()

    def _log_difference(self):
        self.ensure_one()
        order = self.order_id._billing_for_history()
        order._billing_log(
            order.env._(
                "The plan %(name)s does not total its lines: %(amount)s is not planned.",
                name=self.with_env(order.env).title,
                amount=self.currency_id.with_env(order.env).format(self.amount_difference),
            )
        )

    def _stop(self):
        """Take what waits for billing out of the queue: the order was cancelled."""
        pending = self.milestone_ids.attainment_ids.filtered(
            lambda attainment: attainment.state in ("pending", "run", "blocked", "failed")
        )
        pending._set_state("cancelled", {"name": "order_cancelled"})
        self.milestone_ids._stop_asking()
