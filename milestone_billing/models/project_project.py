from odoo import api, fields, models
from odoo.addons.record_protection import reading
from odoo.addons.record_protection.refusals import read_argument

from .deferred import plan_deferred

NEXT_LIMIT = 5
MILESTONES = "project.group_project_milestone"


class ProjectProject(models.Model):
    _inherit = "project.project"

    billing_milestone_count = fields.Integer(
        compute="_compute_billing_milestone_count",
        groups="milestone_billing.group_billing_user,project.group_project_user",
    )

    def _compute_billing_milestone_count(self):
        milestones = self.env["billing.milestone"]
        for project in self:
            project.billing_milestone_count = milestones.search_count(project._billing_domain())

    @api.model
    def _check_project_group_with_field(self, field_name, group_name):
        # OVERRIDE: Odoo takes milestones from everybody's screens, also open ones, when a project is made while none
        # has any. Deliverables are milestones: they stay.
        if group_name == MILESTONES and self.env.user.has_group(MILESTONES):
            return None
        return super()._check_project_group_with_field(field_name, group_name)

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"active", "is_template"}:
            self._billing_wake()
        return result

    def unlink(self):
        self._billing_wake()
        # Emptied first: the database empties reference by reference, and checks one to a milestone deleted by then.
        delivered = self.env["billing.milestone"].sudo().search([("project_id", "in", self.ids)])
        plan_deferred(delivered).project_milestone_id = False
        return super().unlink()

    def _billing_wake(self):
        """Wake the queue when milestones are delivered in these projects: what they wait for may be gone, or back."""
        if self.env["billing.milestone"].sudo().search_count([("project_id", "in", self.ids)], limit=1):
            self.env["billing.attainment"]._wake()

    def _billing_domain(self):
        """Return the domain of the billing milestones of these projects.

        Those delivered here, and those of the same orders that are delivered nowhere, such as a deposit or a date.
        """
        delivered = self.env["billing.milestone"].sudo()._read_group([("project_id", "in", self.ids)], ["order_id"])
        orders = {order.id for [order] in delivered} | set(self.sudo().sale_order_id.ids)
        return [
            "|",
            ("project_id", "in", self.ids),
            "&",
            ("project_id", "=", False),
            ("order_id", "in", list(orders)),
        ]

    @api.readonly
    def get_billing_panel(self, limit: int = NEXT_LIMIT) -> dict:
        """Return where the billing of this project stands: what is stuck, what comes next, and the money.

        :param int limit: how many milestones each list holds at most
        :return: ``{"count", "order_ids", "money", "waiting", "next"}``. ``money`` has, per currency,
            ``{"currency_id", "totals"}`` with totals as in ``sale.order.get_billing_timeline``. ``waiting`` lists the
            milestones that are failed, blocked, on hold or late; ``next`` those to be attained next; both as
            ``{"count", "milestones"}`` with milestones as in ``sale.order.get_billing_timeline``.
        :raises AccessError: for customers, and without access to the project or to milestones.
        :raises UserError: when ``limit`` is no number from 0 to 10,000.
        """
        self.ensure_one()
        self.check_access("read")
        limit = read_argument(self.env, "limit", reading.whole, limit, 10_000, 0)
        Milestone = self.env["billing.milestone"]
        Milestone._check_may_see_plans()
        domain = self._billing_domain()
        rows = Milestone.search(domain)
        paid = rows._paid_amounts()
        money = [
            {
                "currency_id": currency.id,
                "totals": mine._money_totals({row.id: paid[row.id] for row in mine if row.id in paid}),
            }
            for currency, mine in rows.grouped("currency_id").items()
        ]
        stuck = rows._stuck()
        ahead = (rows - stuck).filtered(lambda row: row.state in ("planned", "partial") and not row._is_attained())
        ahead = ahead.sorted(lambda row: (row.planned_date or fields.Date.to_date("9999-12-31"), row.sequence, row.id))
        return {
            "count": len(rows),
            "order_ids": rows.order_id.ids,
            "money": money,
            "waiting": {"count": len(stuck), "milestones": stuck[:limit]._as_nodes()},
            "next": {"count": len(ahead), "milestones": ahead[:limit]._as_nodes()},
        }

    def action_view_billing_milestones(self):
        """Open the billing milestones of this project.

        :return: a window action
        :raises AccessError: for customers, and without access to the project or to milestones.
        """
        self.ensure_one()
        self.check_access("read")
        self.env["billing.milestone"]._check_may_see_plans()
        action = self.env["ir.actions.act_window"]._for_xml_id("milestone_billing.action_billing_milestone")
        return dict(action, domain=self._billing_domain(), context={"create": False})

    def _get_user_values(self):
        # OVERRIDE: the panel of a project shows its billing, where there is any.
        return dict(super()._get_user_values(), shows_billing=bool(self.billing_milestone_count))

    def _get_stat_buttons(self):
        buttons = super()._get_stat_buttons()
        may = self.env.user.has_group("project.group_project_user")
        if may and self.billing_milestone_count:
            buttons.append(
                {
                    "icon": "flag-checkered",
                    "text": self.env._("Billing Milestones"),
                    "number": self.billing_milestone_count,
                    "action_type": "object",
                    "action": "action_view_billing_milestones",
                    "show": True,
                    "sequence": 26,
                }
            )
        return buttons


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    def _stuck(self):
        """Return those that need a person, the worst first: failed, blocked, on hold, late."""
        worst = {"failed": 0, "blocked": 1, "held": 2}
        ranks = {row.id: worst.get(row.status, 3 if row._is_late() else None) for row in self}
        stuck = self.filtered(lambda row: ranks[row.id] is not None)
        return stuck.sorted(lambda row: (ranks[row.id], row.planned_date or row._today(), row.id))
