from odoo import api, fields, models
from odoo.fields import Domain

from .billing_milestone_attaining import CANCELLED, DONE
from .mail_activity import GONE


class BillingMilestone(models.Model):
    """What a milestone waits for may be deleted, cancelled or archived in Odoo: it is blocked then, and a person asked.

    Found by the sweep, whoever changed it and how: also what the database deleted along with something else.
    """

    _inherit = "billing.milestone"

    trigger_gone = fields.Boolean(
        "Waits for Nothing",
        readonly=True,
        copy=False,
        help="What it waits for was deleted, cancelled or archived, so that nothing makes it due by itself.",
    )

    @api.model
    def _trigger_gone_domain(self):
        """Return the domain of running milestones that nothing can make due any more."""
        task = Domain("has_template_ancestor", "=", False) & Domain("state", "!=", CANCELLED)
        # What was done stays done when it is archived.
        task &= Domain("active", "=", True) | Domain("state", "=", DONE)
        native = Domain("project_id.active", "=", True) & Domain("project_id.is_template", "=", False)
        no_native = Domain("project_milestone_id", "=", False) | Domain("project_milestone_id", "not any", native)
        ordered = Domain("line_id.product_uom_qty", "!=", 0)
        gone = Domain.OR(
            [
                Domain("due_on", "=", "task") & Domain("task_ids", "not any", task),
                Domain("due_on", "=", "milestone") & no_native,
                Domain("due_on", "=", "delivery") & Domain("allocation_ids", "not any", ordered),
            ]
        )
        return Domain("order_id.state", "=", "sale") & Domain("attained_percent", "<", 100) & gone

    @api.model
    def _mark_trigger_gone(self):
        """Mark milestones that nothing can make due, and ask a person; unmark those that can become due again."""
        gone = self._trigger_gone_domain()
        marked = self.search([("trigger_gone", "=", True)])
        found = marked - self.search(gone & Domain("id", "in", marked.ids))
        lost = self.search(gone & Domain("trigger_gone", "=", False))
        lost.trigger_gone = True
        for milestone in lost:
            milestone._ask_person(GONE)
        found.trigger_gone = False
        found._stop_asking(GONE)

    def _waits_for_nothing(self):
        """Return whether this milestone is blocked because nothing can make it due any more."""
        self.ensure_one()
        return self.trigger_gone and self.state == "blocked" and not self._blocking_attainment()

    def _state_without_trigger(self, state):
        """Return ``state``, or "blocked" when nothing can make this milestone due any more."""
        self.ensure_one()
        return "blocked" if self.trigger_gone and not self._is_attained() else state

    # === TEXTS === #

    def _trigger_gone_request(self):
        """Return (summary, note) of the activity that asks for a person."""
        return self.env._("What it waits for is gone"), " ".join(self._trigger_gone_reason())

    def _trigger_gone_reason(self):
        """Return (reason, remedy) of a milestone that nothing can make due."""
        self.ensure_one()
        remedy = {
            "task": self.env._(
                "Use “Attain” on the milestone, or choose other tasks there. "
                "It goes on by itself once one of its tasks is open again."
            ),
            "milestone": self.env._(
                "Use “Attain” on the milestone, or choose another project milestone there. "
                "It goes on by itself once the project is in use again."
            ),
            "delivery": self.env._(
                "Use “Attain” on the milestone, or choose there what else it is due on. "
                "It goes on by itself once a line has a quantity again."
            ),
        }
        return getattr(self, f"_trigger_gone_{self.due_on}", lambda: "")(), remedy.get(self.due_on, "")

    def _trigger_gone_task(self):
        tasks = self.sudo().with_context(active_test=False).task_ids
        if not tasks:
            return self.env._("No task is left that it could wait for.")
        names = ", ".join(tasks.mapped("name"))
        if all(task.state == CANCELLED for task in tasks):
            return self.env._("All its tasks are cancelled: %s.", names)
        return self.env._("All its tasks are archived, cancelled or templates: %s.", names)

    def _trigger_gone_milestone(self):
        native = self.sudo().project_milestone_id
        if not native:
            return self.env._("It waits for a project milestone, and there is none.")
        return self.env._("The project of its project milestone is archived or a template: %s.", native.project_id.name)

    def _trigger_gone_delivery(self):
        return self.env._("The order lines whose delivery it waits for have no quantity.")
