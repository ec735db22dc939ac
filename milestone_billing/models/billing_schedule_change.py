from fractions import Fraction

from odoo import fields, models
from odoo.addons.billing_base.engine.units import from_units, to_fraction, to_units
from odoo.tools.misc import formatLang

from ..engine.change import Billed, redistribute
from ..engine.due import percent_of
from ..engine.plan import PlanError, allocate
from .deferred import plan_deferred


class BillingSchedule(models.Model):
    """Change orders: what is billed stays, the rest of the plan follows the lines by the schedule's rule."""

    _inherit = "billing.schedule"

    def _follow_change_order(self):
        """Let the plan follow changed lines of a confirmed order: what is billed stays, the rest moves by the rule."""
        for schedule in self:
            schedule._cover_lines()
            before = schedule._current_shares()
            milestones = schedule.milestone_ids.sorted(lambda milestone: (milestone.sequence, milestone.id))
            change = schedule._changed(before, milestones)
            if change.added or change.shares != {key: before.get(key, {}) for key in milestones.ids}:
                schedule._apply_change(change)
            schedule.milestone_ids._name_native_lines()

    def _changed(self, before, milestones):
        """Return what becomes of the plan, by its change rule, as the engine's ``Change``.

        :param dict before: the shares, ``{milestone id: {order line id: units}}``
        :param milestones: those of this schedule, in its sequence
        """
        self.ensure_one()
        if self.change_rule == "keep":
            return self._catch_up(self._engine_lines(), before, milestones)
        own = milestones.filtered("line_ids").ids
        billed = milestones._engine_billed()
        return redistribute(self._engine_lines(), before, milestones.ids, billed, self.change_rule, own)

    def _apply_change(self, change):
        """Store what a change order made of the plan, say so, and have what is billed too much credited."""
        self.ensure_one()
        shares = {item: dict(row) for item, row in change.shares.items()}
        kept = self._kept_by_change(shares)
        owing = self.milestone_ids.filtered(lambda milestone: milestone._credit_owed())
        added = self.milestone_ids.browse()
        if change.added:
            last = self.milestone_ids.sorted(lambda milestone: (milestone.sequence, milestone.id))[-1:]
            added = self._add_change_milestone(last)
            shares[added.id] = dict(change.added)
        self.milestone_ids.allocation_ids._keep_reopened()
        self._store_shares(shares, kept)
        added._link_new_deliverables()
        self._keep_moved_amounts()
        self._log_change(change)
        for milestone in self.milestone_ids:
            owed = milestone._credit_owed()
            if owed and not milestone._draft_charges(owed):
                milestone._propose_credit(owed)
            owing |= milestone if owed else owing.browse()
        owing |= self.milestone_ids.filtered(lambda milestone: milestone.allocation_ids._any_owed_by_customer())
        owing._requeue()
        self.milestone_ids._ask_about_below_billed()
        self.order_id._billing_ask_about_advances()

    def _kept_by_change(self, shares):
        """Return what stays billed of the shares that a change order moves, with the percentage it stands for.

        :param dict shares: the new ones, ``{milestone id: {order line id: units}}``
        :return: ``{(milestone id, order line id): values of the allocation}``
        """
        kept = {}
        for key, engine_billed in self.milestone_ids._engine_billed().items():
            milestone, billed = self.env["billing.milestone"].browse(key), engine_billed.units
            percent = milestone._percent_billed()
            rows = milestone.allocation_ids.grouped("line_id")
            for line in shares.get(milestone.id, {}):
                row = rows.get(self.env["sale.order.line"].browse(line), self.env["billing.milestone.allocation"])
                at = row._percent_billed() if row else percent
                stays = billed.get(line, 0)
                partly = any(billed.values()) and 0 < at < 1
                kept[milestone.id, line] = {
                    "kept_percent": round(float(at * 100), 6) if partly else 0.0,
                    "kept_amount": from_units(stays, self.currency_id.rounding) if partly else 0.0,
                }
        return kept

    def _add_change_milestone(self, last):
        """Create the milestone that takes a change order; it is due by hand until somebody says otherwise."""
        self.ensure_one()
        count = len(self.milestone_ids.filtered("is_change_order")) + 1
        return plan_deferred(self.env["billing.milestone"]).create(
            {
                "schedule_id": self.id,
                "name": self.env._("Change order %s", count),
                "sequence": (last.sequence or 0) + 1,
                "due_on": "manual",
                "amount_type": "balance" if self.change_rule == "keep" else "fixed",
                "is_change_order": True,
            }
        )

    def _keep_moved_amounts(self):
        """Define by amount the milestones that a change order moved: later edits of the plan keep their amounts."""
        if self.change_rule == "keep":
            return
        made = self.milestone_ids.filtered(lambda milestone: milestone.is_change_order)
        made._define_by_amount()
        # A milestone defined by amount since an earlier change is defined by its percentage again where both are equal.
        back = self.milestone_ids.filtered(lambda row: row.is_percent_moved and not row._is_frozen()) - made
        plan_deferred(back).amount_type = "percent"
        tried = self.env["billing.milestone"]
        while moved := self._off_definition() - tried:
            moved._define_by_amount()
            tried |= moved

    def _off_definition(self):
        """Return the milestones to which their definitions, worked out together, would give another amount.

        Also a milestone whose amount stayed: its percentage may now be of other lines.
        """
        self.ensure_one()
        milestones = self.milestone_ids.sorted(lambda milestone: (milestone.sequence, milestone.id))
        defined = milestones.filtered(
            lambda milestone: milestone.amount_type != "balance" and not milestone._is_frozen()
        )
        try:
            plan = allocate(self._engine_lines(), [milestone._engine_item() for milestone in milestones])
        except PlanError as error:
            return milestones.browse(error.item)
        rounding = self.currency_id.rounding
        return defined.filtered(lambda milestone: plan.amount(milestone.id) != to_units(milestone.amount, rounding))

    def _log_change(self, change):
        """Say in the order's chatter what a change order moved, and what it left over."""
        self.ensure_one()
        order = self.order_id._billing_for_history()
        rounding, currency = self.currency_id.rounding, self.currency_id
        names = {milestone.id: milestone.name for milestone in self.milestone_ids}
        rows = [
            order.env._(
                "%(milestone)s: %(before)s → %(after)s",
                milestone=names.get(move.item),
                before=formatLang(order.env, from_units(move.before, rounding), currency_obj=currency),
                after=formatLang(order.env, from_units(move.after, rounding), currency_obj=currency),
            )
            for move in change.moved
        ]
        added, uncovered = sum(change.added.values()), sum(change.uncovered.values())
        if added:
            rows.append(
                order.env._(
                    "new milestone: %s", formatLang(order.env, from_units(added, rounding), currency_obj=currency)
                )
            )
        if uncovered:
            amount = formatLang(order.env, from_units(-uncovered, rounding), currency_obj=currency)
            rows.append(order.env._("billed beyond what the order is now worth: %s. A credit note is due.", amount))
        order._billing_log(order.env._("Change order: the plan %s was adjusted.", self.with_env(order.env).title), rows)


class BillingMilestone(models.Model):
    """What is billed of a milestone, which a change order leaves as it is."""

    _inherit = "billing.milestone"

    is_percent_moved = fields.Boolean(
        copy=False,
        readonly=True,
        help="A change order made its amount another than its percentage says. The percentage comes back when another "
        "change makes them agree again.",
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"amount_type", "percent", "amount_fixed"} and "is_percent_moved" not in vals:
            # What a person enters as its amount or percentage is its definition from then on.
            self.sudo().filtered("is_percent_moved").is_percent_moved = False
        return result

    def _define_by_amount(self):
        """Make the amounts of these milestones their definitions."""
        for milestone in self.sudo():
            moved = milestone.amount_type == "percent" and not milestone.is_change_order or milestone.is_percent_moved
            plan_deferred(milestone).write(
                {"amount_type": "fixed", "amount_fixed": milestone.amount, "is_percent_moved": moved}
            )

    def _engine_billed(self):
        """Return what these milestones have billed: ``{id: the engine's Billed}``, in units of the order's currency.

        Those of which no invoice stands are left out.
        """
        billed = {}
        for milestone in self.filtered(lambda milestone: milestone._is_frozen()):
            rows = milestone.allocation_ids
            standings = {row.line_id.id: row._standing() for row in rows}
            billed[milestone.id] = Billed(
                units={line: standing.kept for line, standing in standings.items()},
                credited={line: standing.credited - standing.reopened for line, standing in standings.items()},
                is_closed=milestone._is_attained() and not any(row._is_owed_by_customer() for row in rows),
            )
        return billed

    def _follows_definition(self):
        """Return whether the amount is still what the percentage says of the covered lines."""
        self.ensure_one()
        expected = self.amount_fixed if self.amount_type == "fixed" else self._amount_by_percent()
        return not self.currency_id.compare_amounts(expected, self.amount)

    def _is_near_definition(self):
        """Return whether the amount is what the percentage says, but for what rounding moves on each line."""
        self.ensure_one()
        lines = self.line_ids or self.schedule_id.line_ids
        near = self.currency_id.rounding * (len(lines) + 0.5)
        return abs(self._amount_by_percent() - self.amount) < near

    def _amount_by_percent(self):
        """Return the percentage of the covered lines, untaxed, in the currency of the order."""
        covered = (self.line_ids or self.schedule_id.line_ids).mapped("price_subtotal")
        return self.currency_id.round(sum(covered) * self.percent / 100.0)

    def _percent_billed(self):
        """Return the percent, a share of one, that what is billed of this milestone stands for."""
        self.ensure_one()
        if not self.allocation_ids._any_open():
            return min(to_fraction(self.attained_percent), Fraction(1))
        standings = [row._standing() for row in self.allocation_ids]
        shares = sum(to_units(row.amount, row.currency_id.rounding) for row in self.allocation_ids)
        return percent_of(sum(standing.kept for standing in standings), shares)


class BillingMilestoneAllocation(models.Model):
    _inherit = "billing.milestone.allocation"

    def _percent_billed(self):
        """Return the percent, a share of one, that what is billed of this share stands for."""
        self.ensure_one()
        if not self._any_open():
            return min(to_fraction(self.milestone_id.attained_percent), Fraction(1))
        return percent_of(self._standing().kept, to_units(self.amount, self.currency_id.rounding), self._kept())

    def _keep_reopened(self):
        """Store what was credited of these shares and may be billed again: it may be, whatever the shares become.

        It is worked out from what was attained of the share as it is: a credit note of what the order was not worth
        would become a concession once it is worth that again.
        """
        for row in self.sudo().filtered("reopened_amount"):
            row.asked_amount = row.reopened_amount

    def _any_owed_by_customer(self):
        """Return whether something of these shares is attained and not billed."""
        return any(row._is_owed_by_customer() for row in self)
