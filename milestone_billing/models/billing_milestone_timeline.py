from odoo import api, fields, models
from odoo.addons.record_protection import reading
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import AccessError

from .billing_milestone import BOOKS_GROUPS

#: How many of the milestones before the first open one stay in sight.
BEHIND = 4
#: How many milestones a timeline shows, unless asked for more.
TIMELINE_LIMIT = 24
#: The most milestones that one call returns.
MOST = 10_000


class BillingMilestone(models.Model):
    """Milestones as the timeline, the task and the project show them: plain dictionaries, with what the user may do."""

    _inherit = "billing.milestone"

    @api.model
    def _check_may_see_plans(self):
        """Check that the user may see plans as our own people do, with why they are held.

        :raises AccessError: for customers, and for those without access to milestones.
        """
        if not self.env.su and not self.env.user._is_internal():
            raise AccessError(self.env._("Billing plans with their holds are for internal users."))
        self.check_access("read")

    @api.model
    def _may_see_plans(self):
        """Return whether the user may see plans at all: what ``_check_may_see_plans`` raises otherwise."""
        return self.env.su or self.env.user._is_internal() and self.has_access("read")

    @api.model
    def _get_timeline(self, domain, limit):
        """Return the plan of the milestones that meet ``domain``: see ``sale.order.get_billing_timeline``.

        :raises AccessError: for customers, and without access to milestones.
        :raises UserError: when ``limit`` is no number from 0 to 10,000.
        """
        limit = read_argument(self.env, "limit", reading.whole, limit, MOST, 0)
        self._check_may_see_plans()
        return self._read_timeline(domain, limit)

    @api.model
    def _read_timeline(self, domain, limit):
        """Return the plan of the milestones that meet ``domain``: see ``sale.order.get_billing_timeline``."""
        rows = self.search_fetch(domain, ["state"], order="schedule_id, sequence, id")
        shown, before = rows._around_now(limit)
        paid = rows._paid_amounts()
        return {
            "count": len(rows),
            "before": before,
            "after": len(rows) - before - len(shown),
            "currency_id": rows[:1].currency_id.id or False,
            "order_ids": rows.order_id.ids,
            "totals": rows._money_totals(paid),
            "milestones": shown._as_nodes(),
        }

    def _around_now(self, limit):
        """Return the milestones to show, those around the first that is not billed yet, and how many precede them."""
        open_states = ("planned", "due", "blocked", "failed", "partial", "drafted")
        first = next((index for index, row in enumerate(self) if row.state in open_states), len(self))
        start = max(0, min(first - BEHIND, len(self) - limit))
        return self[start : start + limit], start

    def _money_totals(self, paid):
        """Return the untaxed totals of these milestones, which share one currency.

        :param dict paid: what ``_paid_amounts`` returned
        :return: ``{"planned", "attained", "billed", "paid", "waiting"}``; waiting is attained and not billed
        """
        [(planned, attained, billed, waiting)] = self._read_group(
            [("id", "in", self.ids)],
            aggregates=["amount:sum", "due_amount:sum", "billed_amount:sum", "waiting_amount:sum"],
        )
        currency = self[:1].currency_id or self.env.company.currency_id
        totals = {"planned": planned, "attained": attained, "billed": billed, "waiting": waiting}
        totals["paid"] = sum(paid.values())
        return {name: currency.round(amount or 0.0) for name, amount in totals.items()}

    # === NODES === #

    def _as_nodes(self):
        """Return these milestones as dictionaries: what each is, where it stands and what the user may do."""
        rights = self._timeline_rights()
        moves = self.sudo().invoice_line_ids.move_id.sudo(self.env.su)
        readable = moves._filtered_access("read") if rights["books"] else moves.browse()
        return [milestone._as_node(rights, readable) for milestone in self]

    def _timeline_rights(self):
        user = self.env.user
        may_attain = user.has_group("milestone_billing.group_billing_user") or user.has_group(
            "project.group_project_user"
        )
        holds = self.env["billing.hold"]
        return {
            "attain": self.env.su or may_attain,
            "bill": self.env.su or user.has_group("milestone_billing.group_billing_manager"),
            "hold": holds.has_access("create"),
            "release": holds.has_access("write"),
            "books": self.env["account.move"].has_access("read") and user.has_groups(BOOKS_GROUPS),
        }

    def _as_node(self, rights, readable):
        """Return this milestone as a dictionary (see ``sale.order.get_billing_timeline``).

        :param dict rights: what ``_timeline_rights`` returned
        :param readable: the invoices the user may read (``account.move``)
        """
        self.ensure_one()
        milestone = self.sudo()
        reason, remedy = milestone._obstacle()
        moves = milestone.invoice_line_ids.move_id.sorted("id")
        return {
            "id": self.id,
            "name": milestone.name,
            "schedule": milestone.schedule_id.title,
            "order_id": milestone.order_id.id,
            "order": milestone.order_id.name,
            "currency_id": milestone.currency_id.id,
            "amount": milestone.amount,
            "attained_percent": milestone.attained_percent,
            "billed": milestone.billed_amount,
            "planned_date": fields.Date.to_string(milestone.planned_date) or "",
            "attained_date": fields.Date.to_string(milestone.attained_date) or "",
            "status": milestone.status,
            "label": milestone._status_label(),
            "is_late": milestone._is_late(),
            "due": milestone._describe_due(),
            "effect": milestone._describe_effect(),
            "undoing": milestone._describe_undo(),
            "reason": reason,
            "remedy": remedy,
            "holds": [{"id": hold.id, "text": hold._describe()} for hold in milestone._active_holds()],
            "invoices": [milestone._invoice_node(move, readable) for move in moves],
            "actions": milestone._allowed_actions(rights, moves & readable.sudo()),
        }

    def _invoice_node(self, move, readable):
        draft = self.env._("Draft credit note") if move.move_type == "out_refund" else self.env._("Draft invoice")
        name = move.name if move.name and move.name != "/" else draft
        return {"id": move.id, "name": name, "may_open": move.id in readable.ids}

    def _allowed_actions(self, rights, readable):
        """Return which acts the user may do now, the likeliest first."""
        open_ended = self.order_id.state == "sale" and not self._is_attained()
        allowed = {
            "attain": rights["attain"]
            and open_ended
            and (self.state in ("planned", "partial") or self._waits_for_nothing()),
            "attain_to": rights["attain"] and open_ended,
            "retry": rights["bill"] and self.may_retry,
            "credit": rights["bill"] and self.needs_credit,
            "release": rights["release"] and self.may_release,
            "hold": rights["hold"] and self.may_hold,
            "open_invoices": bool(readable),
            "undo": rights["attain"] and self.attained_percent,
            "open": True,
        }
        return [name for name, may in allowed.items() if may]
