from fractions import Fraction
from random import randrange
from time import monotonic

from odoo import api, models
from odoo.addons.billing_base.engine.pace import Pace
from odoo.addons.billing_base.models.days import impossible, is_possible
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import float_compare, format_date

from ..engine.patterns import matches
from .billing_milestone import DELIVERABLE

DONE, CANCELLED = "1_done", "1_canceled"


class BillingMilestone(models.Model):
    """What makes a milestone attained: tasks, project milestones, dates, deliveries, people."""

    _inherit = "billing.milestone"

    # === ACTIONS === #

    def action_attain(self):
        """Attain these milestones in full, today.

        :return: True
        :raises AccessError: without the right to attain them.
        :raises UserError: when an order is not confirmed, or a milestone is attained already.
        """
        self._check_may_attain()
        for milestone in self:
            refusal = milestone._attain_refusal(100.0, milestone._today())
            if refusal:
                raise UserError(refusal)
        self._attain_today("manual")
        return True

    def action_undo(self):
        """Take the attainment of these milestones back.

        A draft invoice is removed; of a posted one, a credit note is proposed.

        :return: True
        :raises AccessError: without the right to attain them.
        :raises UserError: when one was not attained.
        """
        self._check_may_attain()
        for milestone in self:
            if not milestone.attained_percent:
                raise UserError(self.env._("Milestone %s is not attained.", milestone.display_name))
        self._undo("manual")
        return True

    def action_retry(self):
        """Queue what is blocked or failed again.

        :return: True
        """
        return self.attainment_ids.action_retry()

    def action_view_invoices(self):
        """Open the invoices of these milestones.

        :return: a window action
        """
        self.check_access("read")
        return self._open_invoices(self.invoice_ids)

    def _open_invoices(self, moves):
        """Return Odoo's own action on ``moves``, without null values, which XML-RPC cannot carry."""
        action = self.order_id.action_view_invoice(moves)
        context = {name: value for name, value in action.get("context", {}).items() if value is not None}
        return dict(action, context=context)

    def _check_may_attain(self):
        """Check that the user may attain these milestones: billing users, and project users who can read them.

        :raises AccessError: otherwise.
        """
        user = self.env.user
        groups = ("milestone_billing.group_billing_user", "project.group_project_user")
        if not self.env.su and not any(user.has_group(group) for group in groups):
            raise AccessError(self.env._("Attaining milestones is for project and billing users."))
        self.check_access("read")

    def _attain_refusal(self, percent, day, attained=None):
        """Return why this milestone cannot be attained to ``percent`` (cumulative) on ``day``, or False.

        :param float attained: to what it is attained already, when that is not what is stored
        """
        self.ensure_one()
        milestone = self.sudo()
        if milestone.order_id.state != "sale":
            return self.env._("Order %s is not confirmed.", milestone.order_id.name)
        if not 0 <= percent <= 100:
            return self.env._("The percentage is cumulative and lies between 0 and 100; it is %s.", percent)
        if not is_possible(day):
            return impossible(day, self.env)
        if day > milestone._today():
            return self.env._("%s lies in the future: attain the milestone on the day itself.", day.isoformat())
        attained = milestone.attained_percent if attained is None else attained
        if float_compare(percent, attained, precision_digits=6) == 0:
            return self.env._(
                "Milestone %(name)s is attained to %(percent)s %% already.", name=milestone.name, percent=f"{percent:g}"
            )
        return False

    # === RECORDING === #

    def _attained_until(self):
        """Return how far it was attained as of each attainment: ``[(id, percent, date)]``, nothing first."""
        self.ensure_one()
        percent, day = 0.0, False
        history = [(0, percent, day)]
        for row in self.attainment_ids.sorted("id"):
            # A lower percentage is a correction, unless it is old news: dated before what is attained already.
            if row.percent > percent or not day or row.date >= day:
                percent, day = row.percent, row.date
            history.append((row.id, percent, day if percent else False))
        return history

    def _attained_percents(self):
        """Return how far this milestone was attained as of each attainment: ``{id: cumulative percent}``."""
        return {key: percent for key, percent, _day in self._attained_until()[1:]}

    def _attain(self, percent, day, source, note=False, **further):
        """Record that these milestones are attained to ``percent`` (cumulative, 0 to 100) on ``day``.

        :param further: what goes with it, see ``billing.attainment._further_facts``
        :return: the attainments (``billing.attainment``)
        """
        values = {"percent": percent, "date": day, "source": source, "note": note, **further}
        return self.env["billing.attainment"]._record([{"milestone_id": milestone.id, **values} for milestone in self])

    def _attain_now(self, source):
        """Attain in full, today, those of these milestones that are not."""
        self.filtered(lambda milestone: not milestone._is_attained())._attain_today(source)

    def _attain_today(self, source):
        """Attain these milestones in full, each on the day it is in its company."""
        for company, milestones in self.grouped("company_id").items():
            milestones._attain(100.0, company._billing_today(), source)

    def _today(self):
        """Return which day it is in the company of this milestone, whoever asks."""
        self.ensure_one()
        return (self.company_id or self.env.company)._billing_today()

    def _undo(self, source):
        """Take the attainment of these milestones back, on the later of today and the day they were attained."""
        self.env["billing.attainment"]._record(
            [
                {
                    "milestone_id": milestone.id,
                    "percent": 0.0,
                    "date": max(milestone._today(), *milestone.attainment_ids.mapped("date")),
                    "source": source,
                }
                for milestone in self.sudo()
                if milestone.attained_percent
            ]
        )

    def _reset_cancelled(self):
        """Take back what was attained and not billed before the order was cancelled: it is confirmed anew."""
        lapsed = self.filtered(lambda milestone: milestone.attained_percent and not milestone._is_frozen())
        lapsed._undo("confirmation")

    def _is_taken_back(self):
        """Return whether a person, or another system, took the attainment back: nothing but an event restores it."""
        self.ensure_one()
        last = self.attainment_ids.sorted("id")[-1:]
        return last and not last.percent and last.source not in ("confirmation", "task")

    def _is_attained(self):
        self.ensure_one()
        return float_compare(self.attained_percent, 100.0, precision_digits=6) >= 0

    # === TASKS AND PROJECT MILESTONES === #

    def _filter_complete(self):
        """Return those due on tasks whose tasks are done: at least one is, and none that is not cancelled is open."""
        complete = self.browse()
        for milestone in self.filtered(lambda milestone: milestone.due_on == "task"):
            tasks = milestone.sudo().with_context(active_test=False).task_ids
            tasks = tasks.filtered(lambda task: not task.has_template_ancestor)
            # A done task counts when it is archived too. An open task that is archived alone counts no more; but if all
            # tasks are archived, their project was archived, and nothing is attained.
            given_up = tasks.filtered(lambda task: not task.active and task.state != DONE)
            if any(task.active for task in tasks):
                tasks -= given_up
            states = set(tasks.mapped("state")) - {CANCELLED}
            if states == {DONE}:
                complete |= milestone
        return complete

    def _follow_tasks(self, complete_before):
        """Attain or undo these milestones after their tasks changed."""
        complete = self._filter_complete()
        running = self.filtered(lambda milestone: milestone.order_id.state == "sale")
        (running & complete - complete_before)._attain_now("task")
        (running & complete_before - complete)._undo("task")
        if running - complete:
            # A parallel transaction may be finishing the last other task: check again once both are committed.
            self.env["billing.attainment"]._wake()
            # The cards of the other tasks count those that remain.
            (running - complete).order_id._billing_push_changes()

    def _attain_complete(self):
        """Attain those whose tasks are done or whose project milestone is reached, whoever did it and when."""
        running = self.filtered(lambda milestone: milestone.order_id.state == "sale" and not milestone._is_attained())
        for milestone in running._filter_complete():
            milestone._attain(100.0, milestone._completion_day(), "task")
        for milestone in running.filtered(lambda milestone: milestone.due_on == "milestone"):
            reached = milestone.sudo().project_milestone_id
            if reached.is_reached:
                today = milestone._today()
                milestone._attain(100.0, min(reached.reached_date or today, today), "milestone")

    def _completion_day(self):
        """Return the day the last task was done, as far as Odoo knows it."""
        today = self._today()
        moments = [moment for moment in self.sudo().task_ids.mapped("date_last_stage_update") if moment]
        return min(self.company_id._billing_day(max(moments)), today) if moments else today

    def _sync_project_milestones(self):
        """Reach, or un-reach, the native project milestones, with the date of the attainment itself."""
        for milestone in self.sudo().filtered("project_milestone_id"):
            native = milestone.project_milestone_id._flagged("billing_syncing")
            reached = milestone._is_attained()
            if native.is_reached != reached or reached and native.reached_date != milestone.attained_date:
                native.is_reached = reached
                # Written apart, since Odoo computes today's date for whoever writes both at once.
                native.reached_date = milestone.attained_date if reached else False
                if milestone.delivers_quantities:
                    milestone.allocation_ids.line_id._billing_refresh_delivered()

    # === DELIVERABLES === #

    def _link_deliverables(self):
        """Make each deliverable a native milestone of the order's project, linked to its tasks."""
        deliverables = self.sudo()._without_defaults().filtered(lambda milestone: milestone.due_on in DELIVERABLE)
        projects = {milestone: milestone._deliverable_project() for milestone in deliverables}
        linked = deliverables.filtered(projects.get)
        for milestone in linked.filtered(lambda milestone: milestone.due_on == "task" and not milestone.task_ids):
            project = projects[milestone]
            milestone.task_ids = milestone._find_tasks(project) or milestone._make_task(project)
        linked.filtered(lambda milestone: not milestone.project_milestone_id)._make_project_milestones(projects)
        for milestone in linked:
            free = milestone.task_ids.filtered(lambda task: not task.milestone_id)
            free._flagged("billing_syncing").write({"milestone_id": milestone.project_milestone_id.id})

    def _deliverable_project(self):
        """Return the project in which this milestone is delivered (``project.project``), maybe empty."""
        lines = self.line_ids or self.schedule_id.line_ids
        return (
            self.project_milestone_id.project_id
            or self.task_ids.project_id
            or self.line_ids.project_id
            or self.order_id.project_id
            or lines.project_id
            or lines.task_id.project_id
        )[:1]

    def _find_tasks(self, project):
        """Return the tasks of ``project`` that this milestone waits for: by pattern, else those of its own lines."""
        if self.task_pattern:
            tasks = self.env["project.task"].search(
                [("project_id", "=", project.id), ("has_template_ancestor", "=", False)]
            )
            return tasks.filtered(lambda task: matches(self.task_pattern, task.name))
        return self.line_ids.task_id or self._task_of_same_name(project)

    def _task_of_same_name(self, project):
        tasks = self.env["project.task"].search(
            [("project_id", "=", project.id), ("has_template_ancestor", "=", False)]
        )
        return tasks.filtered(lambda task: (task.name or "").strip().lower().endswith(self.name.strip().lower()))

    def _make_task(self, project):
        return self.env["project.task"].create(
            {
                "name": self.name,
                "project_id": project.id,
                "partner_id": self.order_id.partner_id.id,
                "sale_line_id": (self.line_ids or self.schedule_id.line_ids).filtered("is_service")[:1].id,
                "user_ids": [Command.clear()],
                "date_deadline": self.planned_date,
            }
        )

    def _make_project_milestones(self, projects):
        """Create the native milestones; see :meth:`_native_line` for the order line that each names.

        :param projects: ``{milestone: project.project}``
        """
        for project in {projects[milestone] for milestone in self}:
            if not project.allow_milestones:
                project.allow_milestones = True
        natives = self.env["project.milestone"].create(
            [
                {
                    "name": milestone.name,
                    "project_id": projects[milestone].id,
                    "deadline": milestone.planned_date,
                    "sequence": milestone.sequence,
                    "sale_line_id": milestone._native_line(projects[milestone]).id,
                }
                for milestone in self
            ]
        )
        for milestone, native in zip(self, natives, strict=True):
            milestone.project_milestone_id = native

    # === THE CLOCK AND DELIVERIES === #

    def _attain_dated(self):
        """Attain those of these milestones whose day has come, each on its day, or on that of a later confirmation."""
        dated = self.filtered(lambda milestone: milestone.due_date and milestone.due_date <= milestone._today())
        for day, milestones in dated.grouped(lambda milestone: milestone._not_before_order(milestone.due_date)).items():
            milestones._attain(100.0, day, "date")
        attained = dated.filtered("attained_date")
        attained.filtered(lambda milestone: milestone.due_date < milestone.attained_date)._log_before_order()

    def _log_before_order(self):
        """Say on the orders that these milestones were due before them."""
        for order, milestones in self._for_history():
            rows = [
                order.env._("%(milestone)s: %(date)s", milestone=row.name, date=format_date(order.env, row.due_date))
                for row in milestones
            ]
            order._billing_log(order.env._("Due before the order was confirmed, hence on its confirmation:"), rows)

    @api.model
    def _sweep_due(self, pace=None):
        """Attain what the clock, deliveries or finished tasks made due and nobody recorded.

        :param pace: how much is done in what time (``engine.pace.Pace``); left out, all of it
        :return: whether nothing is left that is known to be due
        """
        pace = pace or Pace(end=float("inf"))
        running = self._sweep_domain()
        unattained = [*running, ("attainment_ids", "=", False)]
        come = Domain.OR(
            Domain("company_id", "in", companies.ids) & Domain("due_date", "<=", day)
            for day, companies in self.env["res.company"]._billing_days().items()
        )
        # Attaining a milestone may make another one due, whose date is counted from it.
        while dated := self.search(Domain(unattained) & come):
            if not dated._in_portions(pace, lambda some: some._attain_dated()):
                return False
        if not self._sweep_tasks(running, pace):
            return False
        delivered = self.search([*running, ("due_on", "=", "delivery")])
        # Started at a random place, so that each milestone has its turn even if no sweep has time for all of them.
        start = randrange(len(delivered) or 1)
        (delivered[start:] + delivered[:start])._in_portions(
            pace, lambda some: [milestone._follow_delivery(milestone._today()) for milestone in some]
        )
        return True

    @api.model
    def _sweep_domain(self):
        """Return which milestones the sweep looks at, a list: those that somebody else has to attain are left out."""
        return [("order_id.state", "=", "sale")]

    def _in_portions(self, pace, act):
        """Let ``act`` take these milestones, as many at once as are expected to end in time.

        :return: whether it took all of them
        """
        rest = self
        while rest and (size := pace.size(begun := monotonic())):
            act(rest[:size])
            self.env.flush_all()
            pace.took(len(rest[:size]), monotonic() - begun)
            rest = rest[size:]
        return not rest

    @api.model
    def _sweep_tasks(self, running, pace):
        closed = (DONE, CANCELLED)
        finished = self.search(
            [
                *running,
                ("due_on", "=", "task"),
                ("attained_percent", "<", 100),
                ("task_ids.state", "=", DONE),
                ("task_ids", "not any", [("state", "not in", closed)]),
            ]
        )
        return finished._in_portions(
            pace, lambda some: some.filtered(lambda milestone: not milestone._is_taken_back())._attain_complete()
        )

    def _follow_delivery(self, day):
        """Attain this milestone to the delivered share of its lines, by amount, never above 100 %."""
        values = self._prepare_delivery(day)
        if values:
            self.env["billing.attainment"]._record([values])

    def _prepare_delivery(self, day):
        """Return the values of the attainment by what is delivered by now, None where it says nothing new."""
        percent = self._delivered_percent()
        if percent is None or not float_compare(percent, self.attained_percent, precision_digits=6):
            return None
        return {"milestone_id": self.id, "percent": percent, "date": day, "source": "delivery"}

    def _delivered_facts(self):
        """Return what goes with an attainment by what is delivered by now: see ``_further_facts``."""
        return {}

    def _facts_up_to(self, facts, part, lines=()):
        """Return what of further facts of an attainment holds where less than it is attained.

        :param dict facts: see ``billing.attainment._further_facts``
        :param Fraction part: how much of what they add to what is attained already
        :param lines: ids of the order lines of which all holds, and of others nothing; none for a part of each
        """
        return facts

    def _delivered_percent(self):
        """Return the delivered share of the lines of this milestone, by amount (0 to 100); None where it has none."""
        total = sum((Fraction(str(row.amount)) for row in self.allocation_ids), Fraction(0))
        if not total:
            return None
        delivered = sum(
            (Fraction(str(row.amount)) * row.line_id._delivered_share() for row in self.allocation_ids), Fraction(0)
        )
        return round(float(delivered / total * 100), 6)
