from datetime import timedelta

from odoo import models
from odoo.fields import Command
from odoo.tools import format_date

from .deferred import plan_deferred
from .mail_activity import DAYS

#: Triggers without a day: the planned day of such a milestone is entered, not computed.
OWN_PLANNED_DATE = ("task", "milestone", "delivery", "manual")
COMPANY_SETTINGS = ("template_id", "payment_term_id")


class BillingSchedule(models.Model):
    """Copies of plans, with their order or by themselves: the same milestones, nothing attained, days of their own."""

    _inherit = "billing.schedule"

    def copy(self, default=None):
        # OVERRIDE: milestones refer to each other, to order lines and to days: none of the original's may be left.
        default = dict(default or {})
        if "milestone_ids" in default:
            return super().copy(default)
        plain = self._without_defaults()
        bare = plan_deferred(plain)._flagged("billing_copying")
        copies = plain.browse(super(BillingSchedule, bare).copy({**default, "milestone_ids": False}).ids)
        for schedule, copied in zip(plain, copies, strict=True):
            schedule._copy_plan(copied)
        return copies

    def _copy_to(self, order):
        """Copy these schedules to ``order``, a fresh copy of theirs."""
        for schedule in self:
            own = {name: False for name in COMPANY_SETTINGS if schedule._is_of_other_company(name, order.company_id)}
            schedule.copy({"order_id": order.id, "external_key": False, **own})

    def _copy_plan(self, copied):
        """Give ``copied``, a copy of this schedule without milestones, its lines and its milestones."""
        lines = self._copied_lines(copied.order_id)
        if not self.cover_all and copied.order_id != self.order_id:
            covered = self.env["sale.order.line"].browse([lines[line] for line in self.line_ids.ids if line in lines])
            plan_deferred(covered.sudo()).billing_schedule_id = copied
        made = self._copy_milestones(copied, lines)
        copied._cover_lines()
        copied._plan()
        self._log_copied_days(made)
        if copied.currency_id != self.currency_id:
            copied._log_converted({new: old.amount_fixed for old, new in made.items()}, self.currency_id)

    def _copied_lines(self, order):
        """Return which line of ``order`` is the copy of which line of this schedule's: ``{id: id}``.

        Lines that Odoo copies are paired in their order; pairs of different products are left out.
        """
        old = self.order_id.order_line
        if order == self.order_id:
            return {line.id: line.id for line in old}
        pairs = zip(
            *(
                lines.filtered(lambda line: line._is_schedulable()).sorted(lambda line: (line.sequence, line.id))
                for lines in (self.order_id._get_copiable_order_lines(), order.order_line)
            ),
            strict=False,
        )
        return {line.id: new.id for line, new in pairs if line.product_id == new.product_id}

    # === MILESTONES === #

    def _copy_milestones(self, copied, lines):
        """Copy the milestones of this schedule to ``copied`` and return ``{milestone: its copy}``.

        A milestone of lines of its own, none of which was copied, stays behind: it would bill all others instead.

        :param dict lines: what ``_copied_lines`` returned
        """
        made, move = {}, self._days_to_move(copied)
        for milestone in self.milestone_ids.sorted(lambda milestone: (milestone.sequence, milestone.id)):
            own = [lines[line] for line in milestone.line_ids.ids if line in lines]
            if milestone.line_ids and not own or milestone._only_caught_up():
                continue
            values = {"schedule_id": copied.id, "offset_milestone_id": False, "line_ids": [Command.set(own)]}
            if milestone.offset_milestone_id:
                values.update(offset_from="confirmation")
            if milestone._is_of_other_company("payment_term_id", copied.company_id):
                values["payment_term_id"] = False
            values.update(milestone._copied_days(copied.company_id._billing_today(), move))
            values.update(milestone._copied_amount(copied))
            made[milestone] = plan_deferred(milestone).copy(values)
        for milestone, new in made.items():
            if milestone.offset_milestone_id in made:
                plan_deferred(new).write(
                    {"offset_from": "milestone", "offset_milestone_id": made[milestone.offset_milestone_id].id}
                )
        fresh = self.env["billing.milestone"].union(*made.values())
        forecast = fresh.filtered(lambda milestone: milestone.due_on not in OWN_PLANNED_DATE)
        self.env.add_to_compute(forecast._fields["planned_date"], forecast)
        return made

    def _days_to_move(self, copied):
        """Return by how much the days of this plan move in ``copied``: by the time between the dates of their orders.

        Not at all while none of them has passed: somebody chose them.
        """
        company = copied.company_id
        days = self.milestone_ids.filtered(lambda row: row.due_on == "date").mapped("date")
        days += self.milestone_ids.filtered(lambda row: row.due_on in OWN_PLANNED_DATE).mapped("planned_date")
        if all(not day or day >= company._billing_today() for day in days):
            return timedelta(0)
        return company._billing_day(copied.order_id.date_order) - company._billing_day(self.order_id.date_order)

    def _log_copied_days(self, made):
        """Say in the chatter of the copy which days moved; ask for those that are past all the same.

        :param dict made: ``{milestone: its copy}``
        """
        if not made:
            return
        order = next(iter(made.values())).order_id._billing_for_history()
        rows, left_open = [], self.env["billing.milestone"]
        for milestone, new in made.items():
            if milestone.due_on == "date" and new.due_on != "date":
                left_open |= new
            elif milestone.due_on == "date" and milestone.date != new.date:
                before, after = (format_date(order.env, day) for day in (milestone.date, new.date))
                rows.append(
                    order.env._("%(milestone)s: %(before)s → %(after)s", milestone=new.name, before=before, after=after)
                )
        if rows:
            title = order.env._("Billing dates of the original were past: they keep their distance to the order.")
            order._billing_log(title, rows)
        if left_open:
            left_open._ask_for_days()

    # === MONEY === #

    def _log_converted(self, before, currency):
        """Say in the chatter of these schedules' orders which fixed amounts were converted.

        :param dict before: ``{milestone: amount it had}``
        :param currency: the currency of those amounts (``res.currency``)
        """
        fixed = self.env["billing.milestone"].union(*before).filtered(lambda row: row.amount_type == "fixed")
        for order, milestones in fixed._for_history():
            rows = [
                order.env._(
                    "%(milestone)s: %(before)s → %(after)s",
                    milestone=milestone.name,
                    before=currency.with_env(order.env).format(before[milestone]),
                    after=milestone.currency_id.format(milestone.amount_fixed),
                )
                for milestone in milestones
            ]
            order._billing_log(order.env._("The currency changed: fixed amounts of the plan were converted."), rows)

    def _follow_currency(self, currency):
        """Convert the fixed amounts of these plans, whose quotation is in another currency now; shares follow.

        :param currency: what the amounts are in (``res.currency``)
        """
        before = {row: row.amount_fixed for row in self.milestone_ids if row.amount_type == "fixed"}
        for milestone, amount in before.items():
            plan_deferred(milestone).amount_fixed = milestone._convert_fixed(amount, currency, milestone.order_id)
        self._plan()
        self._log_converted(before, currency)

    def _follow_company(self):
        """Take off these plans what belongs to the company that their quotation left."""
        for schedule in self:
            company = schedule.order_id.company_id
            foreign = [name for name in COMPANY_SETTINGS if schedule._is_of_other_company(name, company)]
            schedule.write(dict.fromkeys(foreign, False))
            for milestone in schedule.milestone_ids:
                if milestone._is_of_other_company("payment_term_id", company):
                    milestone.payment_term_id = False


class BillingMilestone(models.Model):
    """What a copied milestone takes over."""

    _inherit = "billing.milestone"

    def _copied_days(self, today, move):
        """Return the values of a copy's days: moved, and left open where they are past all the same.

        :param date today: in the company of the copy
        :param timedelta move: what ``_days_to_move`` returned
        """
        self.ensure_one()
        day = self.date and self.date + move
        planned = self.planned_date and self.due_on in OWN_PLANNED_DATE and self.planned_date + move
        values = {
            "date": day if day and day >= today else False,
            "planned_date": planned if planned and planned >= today else False,
        }
        if self.due_on == "date" and not values["date"]:
            values["due_on"] = "manual"
        return values

    def _copied_amount(self, copied):
        """Return the values of a copy's amount: as agreed, also where change orders moved it; in its own currency."""
        self.ensure_one()
        values = {}
        if self._was_moved():
            values = {"amount_type": "fixed", "amount_fixed": self.amount}
        if copied.currency_id != self.currency_id:
            amount = values.get("amount_fixed", self.amount_fixed)
            values["amount_fixed"] = self._convert_fixed(amount, self.currency_id, copied.order_id)
        return values

    def _only_caught_up(self):
        """Return whether this milestone was made for a difference that others could not take: a copy has none."""
        self.ensure_one()
        return self.is_change_order and self.amount_type == "balance"

    def _was_moved(self):
        """Return whether a change order made this milestone's amount another than its definition says."""
        self.ensure_one()
        if self.amount_type == "balance" or self.order_id.state not in ("sale", "cancel"):
            return False
        if self.schedule_id.change_rule == "keep":
            # Its percentage is still what was agreed.
            return False
        lines = self.line_ids or self.schedule_id.line_ids
        total = self.amount_fixed
        if self.amount_type == "percent":
            total = sum(lines.mapped("price_subtotal")) * self.percent / 100.0
        # A difference that rounding the shares makes is no change.
        return abs(total - self.amount) > self.currency_id.rounding * max(len(lines), 1)

    def _convert_fixed(self, amount, currency, order):
        """Return ``amount`` of ``currency`` in that of ``order``, at the rate of its day."""
        company = order.company_id
        return currency._convert(amount, order.currency_id, company, company._billing_day(order.date_order))

    def _ask_for_days(self):
        """Log that these copies are due by hand, since their original's day has passed, and ask for another day."""
        for order, milestones in self._for_history():
            order._billing_log(
                order.env._(
                    "Their dates in the original are past: these milestones are due by hand until a date is set."
                ),
                milestones.mapped("name"),
            )
        self._ask_person(DAYS)

    def _days_request(self):
        """Return (summary, note) of the activity that asks for a date."""
        return (
            self.env._("Choose a date"),
            self.env._(
                "The date of the original is past. Set “Due On” to Date and choose one in the billing schedule, "
                "or leave it to be attained by hand."
            ),
        )

    def _leave_with_lines(self):
        """Take these milestones off their plans, since the lines that they bill were removed, and say so."""
        attained = self.filtered("attainment_ids")
        # What is on record stays, and bills nothing.
        plan_deferred(attained).write({"amount_type": "fixed", "amount_fixed": 0.0})
        for order, milestones in (self - attained)._for_history():
            order._billing_log(
                order.env._("The lines of these milestones were removed, and so are they."), milestones.mapped("name")
            )
        plan_deferred(self - attained).unlink()
