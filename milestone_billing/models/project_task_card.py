from odoo import api, fields, models

from .billing_milestone_attaining import CANCELLED, DONE

#: Colour of a card's line about what became of its milestone, by the milestone's status.
TONES = {
    "due": "info",
    "drafted": "info",
    "invoiced": "success",
    "paid": "success",
    "held": "warning",
    "blocked": "warning",
    "crediting": "warning",
    "credited": "warning",
    "failed": "danger",
}
AHEAD = "muted"
#: Where a card has several milestones, its line has the colour of the most pressing.
PRESSING = ("danger", "warning", "info", AHEAD, "success")


class ProjectTask(models.Model):
    _inherit = "project.task"

    # Other dependencies are left out on purpose: boards read their cards again, and marking a task done must not search
    # for the other tasks to recompute.
    billing_hint = fields.Char(
        "Bills",
        compute="_compute_billing_hint",
        groups="milestone_billing.group_billing_user,project.group_project_user",
        help="What finishing the task bills, or how many tasks it waits for besides; once done, what became of it.",
    )
    billing_card = fields.Json(
        "Billing of the Card",
        compute="_compute_billing_hint",
        groups="milestone_billing.group_billing_user,project.group_project_user",
        export_string_translation=False,
        help="For the card: the colour of its line, the orders that it follows, whether an invoice is on its way.",
    )

    @api.depends("state")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_billing_hint(self):
        counting = self.filtered(lambda task: task.state != CANCELLED)
        cards = self.env["billing.milestone"]._task_cards(counting.ids)
        for task in self:
            card = dict(cards.get(task._origin.id, {}))
            task.billing_hint = card.pop("text", False)
            task.billing_card = card or False


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    @api.model
    def _task_cards(self, task_ids):
        """Return what finishing each of these tasks bills, or what became of it.

        Only of milestones that the user may read, as on the form of a task; in as many queries for one as for many.

        :return: ``{task id: {"text", "tone", "order_ids", "waits", "title", "invoices"}}``, without the tasks that bill
            nothing; ``text`` is the title with the numbers of the invoices, which ``invoices`` has where the user may
            open them
        """
        if not task_ids or not self._may_see_plans():
            return {}
        watched = self.search([("task_ids", "in", task_ids), ("due_on", "=", "task")], order="order_id, sequence, id")
        entries = {}
        running = watched.sudo().filtered(lambda row: row.order_id.state == "sale")
        for milestone in running:
            for rank, task, text, tone in milestone._card_entries():
                entries.setdefault(task.id, []).append((rank, text, tone, milestone))
        shown = {task: entries[task] for task in entries.keys() & set(task_ids)}
        openable = running._openable_invoices().ids
        return {task: self._join_on_card(mine, openable) for task, mine in shown.items()}

    @api.model
    def _join_on_card(self, entries, openable):
        """Return what a card shows of ``entries``, (rank, text, colour, milestone) each, as ``_task_cards`` does.

        :param list openable: ids of invoices that the user may open
        """
        entries = sorted(entries, key=lambda entry: entry[0])
        milestones = self.browse().union(*(entry[3] for entry in entries))
        title = " · ".join(entry[1] for entry in entries)
        # Milestone by milestone, from the cache: their invoices were read together before.
        posted = [move for rank, _text, _tone, row in entries if rank == 0 for move in row._posted_invoices()]
        numbers = [move.name for move in posted]
        return {
            "text": " · ".join([title, *numbers]),
            "title": title,
            "invoices": ", ".join(numbers) if numbers and all(move.id in openable for move in posted) else "",
            "tone": min((entry[2] for entry in entries), key=PRESSING.index),
            "order_ids": milestones.order_id.ids,
            "waits": "due" in milestones.mapped("status"),
        }

    def _card_entries(self):
        """Return (rank, task, text, colour) of each card that says something of this milestone; lower ranks first."""
        done = self.task_ids.filtered(lambda task: task.state == DONE)
        if self._is_attained():
            text = self._card_text_attained() if done else ""
            return [(0, task, text, TONES.get(self.status, AHEAD)) for task in done if text]
        if self.currency_id.is_zero(self._amount_ahead()):
            return []
        remaining = self._open_tasks()
        amount = self.currency_id.format(self._amount_ahead())
        if len(remaining) == 1:
            alone = [(1, remaining, self._card_text_alone(amount), AHEAD)]
            return alone + [(2, task, self._card_text_shared(amount, remaining), AHEAD) for task in done]
        return [(2, task, self._card_text_shared(amount, remaining), AHEAD) for task in remaining | done]

    def _card_text_attained(self):
        """Return what the card of a task that is done says of this milestone, which is attained; empty for nothing."""
        title, _text = self.env["project.task"]._describe_billed(self) or ("", "")
        return title

    def _posted_invoices(self):
        return self.invoice_line_ids.move_id.filtered(lambda move: move.state == "posted").sorted("id")

    def _openable_invoices(self):
        """Return the invoices of these milestones (read with all rights) that the user may open (``account.move``)."""
        user = self.env["billing.milestone"].with_user(self.env.uid)
        moves = self.invoice_line_ids.move_id.with_env(user.env)
        return moves._filtered_access("read") if user._timeline_rights()["books"] else moves.browse()

    def _card_text_alone(self, amount):
        held = self.status == "held"
        return self.env._("Bills %s, on hold", amount) if held else self.env._("Bills %s", amount)

    def _card_text_shared(self, amount, remaining):
        """Return what a card says while ``remaining`` tasks are open, others than its own or besides it."""
        if not remaining:
            return self.env["project.task"]._describe_rest(amount, 0)
        return self.env._(
            "%(remaining)s of %(total)s tasks left to bill %(amount)s",
            remaining=len(remaining),
            total=len(self.task_ids.filtered(lambda task: task.state != CANCELLED)),
            amount=amount,
        )
