from odoo import models
from odoo.addons.billing_base.engine.units import from_units, to_units
from odoo.addons.billing_base.models.obstacles import NotBillable


class BillingMilestone(models.Model):
    """The last check before billing: no milestone bills more of a line than it is worth, however its plan was made."""

    _inherit = "billing.milestone"

    def _fail_beyond_worth(self, attainments):
        """Leave those of these milestones that would bill beyond their lines failed, with their reason and remedy.

        :param attainments: what the queue has in hand of them (``billing.attainment``)
        :return: the others
        """
        beyond = self._beyond_worth()
        for milestone, why in beyond.items():
            attainments.filtered(lambda row, mine=milestone: row.milestone_id == mine)._fail(why)
        return self - self.browse([milestone.id for milestone in beyond])

    def _beyond_worth(self):
        """Return why some of these milestones, billed in the order of their plans, are refused: ``{milestone: error}``.

        What a refused milestone would have billed stays available to the others.
        """
        charges = {milestone: milestone._charges() for milestone in self}
        shares = self.env["billing.milestone.allocation"].union(
            *(row for rows in charges.values() for row, _due in rows)
        )
        left, refused = shares.line_id._billing_worth_left(), {}
        for milestone in self.sorted(lambda row: (row.sequence, row.id)):
            due = [(row.line_id, row._worth_units(amount)) for row, amount in charges[milestone]]
            wrong = next((line for line, units in due if units > max(0, left[line])), None)
            if wrong:
                refused[milestone] = milestone._beyond_worth_error(wrong, dict(due)[wrong], max(0, left[wrong]))
                continue
            for line, units in due:
                left[line] -= units
        return refused

    def _beyond_worth_error(self, line, units, left):
        rounding, side = line.currency_id.rounding, -1 if line.price_subtotal < 0 else 1
        return NotBillable(
            "beyond_worth",
            milestone=self.name,
            amount=from_units(side * units, rounding),
            left=from_units(side * left, rounding),
            currency=line.currency_id.id,
            line=(line.name or "").split("\n")[0][:80],
        )


class BillingMilestoneAllocation(models.Model):
    _inherit = "billing.milestone.allocation"

    def _worth_units(self, amount):
        """Return ``amount`` of this share in units, above zero on the side of its order line."""
        self.ensure_one()
        return (-1 if self.line_id.price_subtotal < 0 else 1) * to_units(amount, self.currency_id.rounding)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _billing_worth_left(self):
        """Return what milestones may still bill of these lines: ``{line: units}``, on the side of each.

        That is what a line is worth less what stands on invoices, drafts included, and is not asked to be credited.
        """
        Allocation = self.env["billing.milestone.allocation"].sudo()
        Allocation.flush_model(["line_id", "billed_amount", "outside_amount", "to_bill_amount"])
        domain = [("line_id", "in", self.ids)]
        billed = {
            line.id: (own or 0.0) + (outside or 0.0)
            for line, own, outside in Allocation._read_group(
                domain, ["line_id"], ["billed_amount:sum", "outside_amount:sum"]
            )
        }
        for share in Allocation.search([*domain, ("to_bill_amount", "!=", 0)]).filtered(
            lambda row: row._is_overbilled()
        ):
            billed[share.line_id.id] += share.to_bill_amount
        left = {}
        for line in self:
            rounding, side = line.currency_id.rounding or 0.01, -1 if line.price_subtotal < 0 else 1
            left[line] = side * to_units(line.price_subtotal - billed.get(line.id, 0.0), rounding)
        return left

    def _billing_within_worth(self, shares):
        """Return those of ``shares`` (``{line: [(allocation, amount)]}``) that their lines are worth.

        Those of a line are taken in the order of the plan.
        """
        left, fitting = self.filtered(shares.get)._billing_worth_left(), {}
        for line, rows in shares.items():
            fitting[line] = []
            for row, amount in rows:
                units = row._worth_units(amount)
                if units <= max(0, left[line]):
                    left[line] -= units
                    fitting[line].append((row, amount))
        return fitting
