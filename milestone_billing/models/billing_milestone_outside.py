from collections import Counter
from dataclasses import replace

from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import from_units, to_units

from ..engine.advances import comes_off, taken_off


class BillingMilestone(models.Model):
    """What is invoiced of scheduled lines outside the plan is billed already: the plan bills what is left."""

    _inherit = "billing.milestone"

    outside_amount = fields.Monetary(
        "Invoiced Outside the Plan",
        compute="_compute_outside_amount",
        store=True,
        help="Invoiced of its order lines without the plan, and set against it: it is not billed again. Untaxed.",
    )

    @api.depends("allocation_ids.outside_amount")
    def _compute_outside_amount(self):
        self._sum_shares("outside_amount")

    def _is_frozen(self):
        return super()._is_frozen() or any(self.sudo().allocation_ids.mapped("outside_amount"))

    def _set_against_outside(self):
        """Set what was invoiced outside the plan against what is due of these milestones, and say so on the orders."""
        set_now = self.allocation_ids._set_against_outside()
        for order, milestones in self._for_history():
            rows = [
                order.env._(
                    "%(milestone)s: %(amount)s",
                    milestone=milestone.name,
                    amount=order.currency_id.format(sum(set_now.get(row, 0.0) for row in milestone.allocation_ids)),
                )
                for milestone in milestones
                if any(row in set_now for row in milestone.allocation_ids)
            ]
            if rows:
                order._billing_log(order.env._("Invoiced outside the plan, so not billed again"), rows)


class BillingMilestoneAllocation(models.Model):
    _inherit = "billing.milestone.allocation"

    outside_amount = fields.Monetary(
        "Invoiced Outside the Plan",
        copy=False,
        readonly=True,
        help="Invoiced of the order line without the plan, and set against this share. Untaxed.",
    )

    @api.depends("outside_amount")
    def _compute_to_bill_amount(self):
        return super()._compute_to_bill_amount()

    def _standing(self):
        standing = super()._standing()
        outside = to_units(self.outside_amount, self.currency_id.rounding) if self.outside_amount else 0
        return replace(standing, invoiced=standing.invoiced + outside) if outside else standing

    def _set_against_outside(self):
        """Set what was invoiced of their lines outside the plan against what is due of these shares.

        The schedule's ``advance_policy`` decides which shares, as for down payments. What was credited is due again.

        :return: ``{share: amount}`` of what was set now, untaxed
        """
        outside, set_now = self.line_id._billing_outside(), {}
        for line, shares in self.grouped("line_id").items():
            if line in outside or any(shares.mapped("outside_amount")):
                siblings = line.billing_allocation_ids.sorted(
                    lambda row: (row.milestone_id.sequence, row.milestone_id.id)
                )
                siblings._release_outside(outside.get(line, 0))
                set_now.update((siblings & shares)._set_off_outside(outside.get(line, 0), siblings))
        return set_now

    def _release_outside(self, whole):
        """Set less against these shares of one line, where it is more than is attained or than ``whole`` units."""
        excess = sum(abs(row._outside_units()) for row in self) - whole
        for row in self[::-1]:
            standing, outside = row._standing(), abs(row._outside_units())
            undone = standing.side * (standing.kept - standing.due)
            freed = min(outside, max(0, undone, excess))
            if freed:
                row.outside_amount = from_units(standing.side * (outside - freed), row.currency_id.rounding)
                excess -= freed

    def _set_off_outside(self, whole, siblings):
        """Set what is left of ``whole`` units, after what is set against all shares, against what is due of these.

        :param siblings: all shares of the line
        :return: ``{share: amount}``
        """
        set_now, left = {}, whole - sum(abs(row._outside_units()) for row in siblings)
        held = self.milestone_id._held()
        for row in self.filtered(lambda row: row._is_owed_by_customer() and row.milestone_id not in held):
            siblings -= row
            side, charge = row._standing().side, abs(row._standing().to_bill)
            later = sum(side * other._still_planned() for other in siblings) + side * row._still_planned() - charge
            units = comes_off(max(0, left), charge, later, row.milestone_id.schedule_id.advance_policy)
            if units:
                left -= units
                set_now[row] = from_units(side * units, row.currency_id.rounding)
                row.outside_amount = from_units(row._outside_units() + side * units, row.currency_id.rounding)
        return set_now

    def _outside_ahead(self, left):
        """Return what of ``left`` units, invoiced outside the plan, comes off these shares of one line once billed.

        :return: ``{id of a share: (off what is due of it, off the rest)}``, units on the side of the line
        """
        shares = self.sorted(lambda row: (row.milestone_id.sequence, row.milestone_id.id))
        due = [max(0, row._standing().side * row._standing().to_bill) for row in shares]
        whole = [max(0, row._standing().side * row._still_planned()) for row in shares]
        rest = [max(0, units - now) for units, now in zip(whole, due, strict=True)]
        # What is attained is billed first.
        off = taken_off(left, due + rest, shares.milestone_id.schedule_id[:1].advance_policy)
        pairs = zip(off[: len(due)], off[len(due) :], strict=True)
        return {row.id: pair for row, pair in zip(shares, pairs, strict=True) if any(pair)}

    def _still_planned(self):
        """Return what of this share is not billed yet, attained or not, in units."""
        return to_units(self.amount, self.currency_id.rounding) - self._standing().kept

    def _outside_units(self):
        return to_units(self.outside_amount, self.currency_id.rounding)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _billing_outside(self):
        """Return what standing invoices, less credit notes, bill of these scheduled lines outside the plan.

        What is credited beyond that is a concession, which no milestone makes up for.

        :return: ``{line: units}`` above zero, untaxed, on the side of the line
        """
        rows = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("sale_line_ids", "in", self.ids),
                    ("billing_allocation_id", "=", False),
                    ("parent_state", "!=", "cancel"),
                    ("display_type", "=", "product"),
                ]
            )
        )
        billed = Counter()
        for row in rows:
            for line in (row.sale_line_ids & self)[:1]:
                units = to_units(row._billing_order_amount(line.currency_id), line.currency_id.rounding)
                billed[line] += units * -row.move_id.direction_sign * (-1 if line.price_subtotal < 0 else 1)
        return {line: units for line, units in billed.items() if units > 0}

    def _billing_outside_left(self):
        """Return what was invoiced of these lines outside the plan and is set against no share: ``{line: units}``."""
        left = self._billing_outside()
        for line in left:
            left[line] -= sum(abs(row._outside_units()) for row in line.billing_allocation_ids)
        return left

    def _billing_follow_outside(self):
        """Queue again what was covered by invoices outside the plan that no longer stand."""
        lines = self.filtered(lambda line: any(line.billing_allocation_ids.mapped("outside_amount")))
        outside = lines._billing_outside() if lines else {}
        for line in lines:
            covered = line.billing_allocation_ids.filtered("outside_amount")
            if sum(abs(row._outside_units()) for row in covered) > outside.get(line, 0):
                covered.milestone_id._requeue()


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _create_invoices(self, grouped=False, final=False, date=None):
        # OVERRIDE: a person invoices of scheduled lines what the queue would: less what stands outside the plan.
        if self.has_access("write"):
            shares = self.sudo().order_line.billing_allocation_ids.filtered("to_bill_amount")
            shares.milestone_id._set_against_outside()
        return super()._create_invoices(grouped, final, date)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _billing_outside_lines(self):
        """Return the scheduled order lines that these documents bill, or credit, outside the plan."""
        rows = self.sudo().invoice_line_ids.filtered(lambda row: not row.billing_allocation_id)
        return rows.sale_line_ids.filtered("billing_schedule_id")

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._billing_outside_lines()._billing_follow_outside()
        return posted

    def button_cancel(self):
        """Let milestones bill what these documents billed outside the plan."""
        result = super().button_cancel()
        self._billing_outside_lines()._billing_follow_outside()
        return result

    def unlink(self):
        lines = self._billing_outside_lines()
        result = super().unlink()
        lines.exists()._billing_follow_outside()
        return result


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def unlink(self):
        outside = self.sudo().filtered(lambda row: not row.billing_allocation_id) if self else self
        lines = outside.sale_line_ids.filtered("billing_schedule_id")
        result = super().unlink()
        if lines:
            lines.exists()._billing_follow_outside()
        return result
