from collections import Counter
from contextlib import contextmanager

from odoo import api, models
from odoo.addons.billing_base.engine.units import from_units, to_units
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from .deferred import is_plan_deferred

#: The context flag under which single writes are not checked: ``_kept_within_worth`` checks the edit as a whole.
FLAG = "billing_worth_checked"
#: What a person edits of a milestone that may bill more than there is.
EDITED = {"amount_type", "percent", "amount_fixed", "line_ids", "sequence", "schedule_id"}


class SaleOrder(models.Model):
    """A person plans no more of a running order than its lines have left, whichever way the plan is edited.

    What is beyond its lines already, since the order itself was reduced, may stay so: only an edit that adds to it is
    refused.
    """

    _inherit = "sale.order"

    @contextmanager
    def _billing_kept_within_worth(self):
        """Look at the plans of these orders before and after an edit; orders that do not run are left alone.

        :return: a list that takes the milestones which are edited, for the refusal to name
        :raises UserError: naming milestone, line, amount and what is left of it, and the remedy
        """
        running, edited = self.sudo().filtered(lambda order: order.state == "sale"), []
        before = running._billing_beyond_worth()
        yield edited
        for key, units in running._billing_beyond_worth().items():
            if units > before.get(key, 0):
                milestones = self.env["billing.milestone"].sudo().union(*(rows.exists() for rows in edited))
                raise UserError(key[1]._beyond_worth_refusal(milestones))

    def _billing_beyond_worth(self):
        """Return what is wrong with the plans of these orders: ``{(what, record): units}``, without zeros.

        Of a line what is planned beyond it and what is planned against its sign, of a schedule what it plans beyond all
        its lines, and milestones of a fixed amount that have none.
        """
        found = Counter()
        for line in self.order_line:
            worth, planned, against = line._billing_planned_units()
            found["beyond", line] = max(0, planned - worth) if planned else 0
            found["against", line] = against
        for schedule in self.billing_schedule_ids:
            found["beyond", schedule] = schedule._planned_beyond()
            for milestone in schedule.milestone_ids:
                found["empty", milestone] = milestone._lacks_amount()
        return +found


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _billing_planned_units(self):
        """Return what this line comes to, what milestones plan on its side, and what against it, each in units."""
        self.ensure_one()
        rounding, side = self.currency_id.rounding or 0.01, -1 if self.price_subtotal < 0 else 1
        units = [side * to_units(share.amount, rounding) for share in self.billing_allocation_ids]
        worth = side * to_units(self.price_subtotal, rounding)
        return worth, sum(max(0, share) for share in units), sum(max(0, -share) for share in units)

    def _beyond_worth_refusal(self, edited):
        """Return why the plan of this line is refused: ``edited`` are the milestones that were touched."""
        self.ensure_one()
        rounding, side = self.currency_id.rounding or 0.01, -1 if self.price_subtotal < 0 else 1
        worth, taken = to_units(self.price_subtotal, rounding), 0
        shares = self.billing_allocation_ids.filtered("amount").sorted(
            lambda row: (row._gives_way(edited), row.milestone_id.sequence, row.milestone_id.id)
        )
        for share in shares:
            units = to_units(share.amount, rounding)
            if units * side < 0 or (taken + units) * side > worth * side:
                left = side * max(0, (worth - taken) * side)
                return share.milestone_id.schedule_id._worth_refusal(share.milestone_id, self, units, left)
            taken += units
        return shares.milestone_id.schedule_id[:1]._beyond_worth_refusal(edited)


class BillingMilestoneAllocation(models.Model):
    _inherit = "billing.milestone.allocation"

    def _gives_way(self, edited):
        """Return how early this share is counted in a refusal: what is billed, the others, the edited, a balance."""
        self.ensure_one()
        milestone = self.milestone_id
        if milestone._is_frozen():
            return 0
        if milestone.amount_type == "balance":
            return 3
        return 2 if milestone in edited else 1


class BillingSchedule(models.Model):
    _inherit = "billing.schedule"

    def _planned_beyond(self):
        """Return by how many units the milestones total more than the lines do, on the side of the lines."""
        self.ensure_one()
        planned, lines = (
            sum(self._plan_units(amounts)) for amounts in (self.milestone_ids.mapped("amount"), self._line_amounts())
        )
        return max(0, (planned - lines) * (-1 if lines < 0 else 1))

    def _beyond_worth_refusal(self, _edited):
        self.ensure_one()
        return self.env._(
            "The milestones total %(planned)s, more than the %(lines)s of the lines they cover. Lower one of them.",
            planned=self.currency_id.format(self.amount_planned),
            lines=self.currency_id.format(self.amount_lines),
        )

    def _worth_refusal(self, milestone, line, units, left):
        """Return why a milestone cannot bill ``units`` of a line of which so many are ``left``, and the remedy."""
        currency, rounding = self.currency_id, self.currency_id.rounding
        return self.env._(
            "%(milestone)s would bill %(amount)s of %(line)s, of which %(left)s is left to plan. Lower the amount; "
            "what a change order adds is planned once its lines are on the order.",
            milestone=milestone.name,
            amount=formatLang(self.env, from_units(units, rounding), currency_obj=currency),
            line=(line.name or "").split("\n")[0][:80],
            left=formatLang(self.env, from_units(left, rounding), currency_obj=currency),
        )

    @api.model_create_multi
    def create(self, vals_list):
        if is_plan_deferred(self):
            return super().create(vals_list)
        orders = self.env["sale.order"].browse({vals["order_id"] for vals in vals_list if vals.get("order_id")})
        with orders._billing_kept_within_worth() as edited:
            schedules = super().create(vals_list)
            edited.append(schedules.milestone_ids)
        return schedules

    def write(self, vals):
        if is_plan_deferred(self) or not vals.keys() & {"milestone_ids", "line_ids", "cover_all"}:
            return super().write(vals)
        with self.order_id._billing_kept_within_worth() as edited:
            before = self.milestone_ids
            result = super().write(vals)
            edited.append(self.milestone_ids - before or self.milestone_ids)
        return result

    def action_apply_template(self):
        """Replace the milestones that were not attained by those of the template.

        :return: True
        :raises UserError: when no template is chosen, when a milestone was attained already, or when the template plans
            more than the lines of a running order come to.
        """
        with self.order_id._billing_kept_within_worth() as edited:
            result = super(BillingSchedule, self._flagged(FLAG)).action_apply_template()
            edited.append(self.milestone_ids)
        return result


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    def _lacks_amount(self):
        """Return whether a person left the fixed amount of this milestone empty."""
        self.ensure_one()
        fixed = self.amount_type == "fixed" and not self.is_change_order and not self._is_frozen()
        return fixed and not self.amount_fixed and not self.attainment_ids and not self.is_percent_moved

    def _beyond_worth_refusal(self, _edited):
        self.ensure_one()
        return self.env._("Milestone %s bills a fixed amount: give one, or choose percent or balance.", self.name)

    def _is_worth_checked(self):
        """Return whether the caller checks all that he edits of these milestones together, afterwards."""
        return is_plan_deferred(self) or self._is_flagged(FLAG)

    @api.model_create_multi
    def create(self, vals_list):
        if self._is_worth_checked():
            return super().create(vals_list)
        default = self.env.context.get("default_schedule_id")
        schedules = {vals.get("schedule_id") or default for vals in vals_list} - {None, False}
        with self.env["billing.schedule"].browse(schedules).order_id._billing_kept_within_worth() as edited:
            milestones = super().create(vals_list)
            edited.append(milestones)
        return milestones

    def write(self, vals):
        if not vals.keys() & EDITED or self._is_worth_checked():
            return super().write(vals)
        orders = self.order_id | self.env["billing.schedule"].browse(vals.get("schedule_id") or ()).order_id
        with orders._billing_kept_within_worth() as edited:
            result = super().write(vals)
            edited.append(self)
        return result

    def unlink(self):
        if self._is_worth_checked():
            return super().unlink()
        with self.order_id._billing_kept_within_worth():
            return super().unlink()
