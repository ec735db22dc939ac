from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..models.billing_milestone_queue import SETTLED, WAITING
from ..models.days import NEAR_FUTURE, NEAR_PAST

ACTS = [("bill", "Bill Now"), ("hold", "Hold"), ("release", "Release"), ("retry", "Retry")]


class BillingBulkWizard(models.TransientModel):
    """Bill, hold, release or retry many milestones at once: it says what it will do, does it, and says what it did."""

    _name = "billing.bulk.wizard"
    _description = "Act on Milestones"

    act = fields.Selection(ACTS, required=True, default="bill")
    milestone_ids = fields.Many2many("billing.milestone", string="Milestones", required=True)
    concerned_ids = fields.Many2many(
        "billing.milestone",
        compute="_compute_concerned_ids",
        string="Milestones Concerned",
        help="Those of the chosen milestones that the act applies to.",
    )
    hold_ids = fields.Many2many(
        "billing.hold",
        compute="_compute_hold_ids",
        store=True,
        readonly=False,
        string="Holds to Release",
        help="Take out those that have to stay.",
    )
    reason = fields.Char(help="Everybody who sees the milestone reads it, except the customer.")
    date_from = fields.Date("From", default=lambda self: self.env.company._billing_today())
    date_to = fields.Date("Until", help="The last day of the hold. Left empty, until it is released.")
    summary = fields.Text(compute="_compute_summary", string="What will happen")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "milestone_ids" in fields and self.env.context.get("active_model") == "billing.milestone":
            values.setdefault("milestone_ids", [(6, 0, self.env.context.get("active_ids", []))])
        return values

    # === BEFORE === #

    @api.depends("act", "milestone_ids", "hold_ids")
    def _compute_concerned_ids(self):
        for wizard in self:
            wizard.concerned_ids = getattr(wizard, f"_concerned_{wizard.act}")()

    @api.depends("act", "milestone_ids")
    def _compute_hold_ids(self):
        for wizard in self:
            holds = self.env["billing.hold"]
            if wizard.act == "release":
                for milestone in wizard.milestone_ids.filtered("may_release"):
                    holds |= milestone._origin._active_holds()
            wizard.hold_ids = holds

    def _concerned_bill(self):
        waiting = self.milestone_ids.filtered(lambda milestone: milestone.state in WAITING and not milestone.is_held)
        return waiting.filtered(lambda milestone: not milestone._waits_for_nothing()) - self._to_credit()

    def _concerned_retry(self):
        return self.milestone_ids.filtered("may_retry")

    def _to_credit(self):
        """Return the milestones that wait for a credit note, which neither billing nor another try makes."""
        return self.milestone_ids.filtered("needs_credit")

    def _concerned_hold(self):
        return self.milestone_ids.filtered("may_hold")

    def _concerned_release(self):
        chosen = self.hold_ids._origin
        return self.milestone_ids.filtered(lambda milestone: milestone._origin._active_holds() & chosen)

    @api.depends("act", "milestone_ids", "hold_ids", "date_from", "date_to")
    def _compute_summary(self):
        for wizard in self:
            lines = getattr(wizard, f"_summary_{wizard.act}")()
            left = wizard.milestone_ids - wizard.concerned_ids
            if left and wizard.act != "release":
                lines += wizard._summary_left(left)
            wizard.summary = "\n".join(lines)

    def _summary_bill(self):
        due = self.concerned_ids
        if not due:
            return [self.env._("Nothing of these milestones can be billed now.")]
        return [self.env._("To be billed now: %(count)s (%(total)s).", count=len(due), total=due._format_totals())]

    def _summary_retry(self):
        waiting = self.concerned_ids
        if not waiting:
            return [self.env._("Nothing of these milestones can be tried again now.")]
        return [
            self.env._("To be tried again: %(count)s (%(total)s).", count=len(waiting), total=waiting._format_totals())
        ]

    def _summary_hold(self):
        held = self.concerned_ids
        if not held:
            return [self.env._("Nothing of these milestones is left to be held back.")]
        return [
            self.env._("To be held: %(count)s (%(total)s).", count=len(held), total=held._format_totals("amount")),
            self.env._("They may be attained meanwhile; what waits is billed as soon as the hold ends or is released."),
            *self._far_day_warnings(),
        ]

    def _far_day_warnings(self):
        """Return sentences on days of the hold that look like a slip of the pen."""
        today = self.env.company._billing_today()
        return [
            self.env._("%s is years away: check the year.", format_date(self.env, day))
            for day in (self.date_from, self.date_to)
            if day and not today - NEAR_PAST <= day <= today + NEAR_FUTURE
        ]

    def _summary_release(self):
        if not self.hold_ids:
            return [self.env._("None of these milestones is on hold.")]
        freed = self.concerned_ids.filtered(
            lambda milestone: not milestone._origin._active_holds() - self.hold_ids._origin
        )
        waiting = freed.filtered(lambda milestone: milestone.state in WAITING)
        lines = [self.env._("Holds to be released: %s.", len(self.hold_ids))]
        if waiting:
            total = waiting._format_totals()
            lines.append(self.env._("Then billed at once: %(count)s (%(total)s).", count=len(waiting), total=total))
        others = self.hold_ids._origin._held_milestones() - self.milestone_ids._origin
        others = others.filtered(lambda milestone: milestone.state not in SETTLED)
        if others:
            lines.append(self.env._("Other milestones of the same customers or orders that it frees: %s.", len(others)))
        return lines

    def _summary_left(self, left):
        """Return the sentences on the chosen milestones that the act leaves alone."""
        lines = []
        credit = left & self._to_credit() if self.act in ("bill", "retry") else left.browse()
        waiting = (left - credit).filtered(lambda milestone: milestone.is_held and milestone.state in WAITING)
        held = left.filtered("may_release") if self.act == "hold" else waiting
        idle = left - held - credit
        if held and self.act == "hold":
            lines.append(self.env._("On hold already, and left alone: %s.", len(held)))
        elif held:
            lines.append(self.env._("On hold, and left alone: %s. Release these first.", len(held)))
        if credit:
            lines.append(
                self.env._("To be credited, and left alone: %s. Use “Credit Note” on the milestone.", len(credit))
            )
        if idle:
            lines.append(self.env._("Left alone, as there is nothing to do: %s.", len(idle)))
        return lines

    # === THE ACT === #

    def action_apply(self):
        """Do it, and say what was done.

        :return: a notification that closes the dialog
        :raises AccessError: for anybody but a billing manager.
        :raises UserError: when none of the milestones is concerned.
        """
        self.ensure_one()
        self.env["billing.attainment"]._check_may_bill()
        self.milestone_ids.check_access("read")
        if not self.concerned_ids:
            raise UserError(self.summary)
        texts, good = getattr(self, f"_apply_{self.act}")()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if good else "warning",
                "title": dict(self._fields["act"]._description_selection(self.env))[self.act],
                "message": " ".join(texts),
                "sticky": not good,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _apply_bill(self):
        return self._outcome_texts(self.concerned_ids._bill_now())

    def _apply_retry(self):
        return self._outcome_texts(self.concerned_ids._bill_now())

    def _apply_hold(self):
        if not self.reason:
            raise UserError(self.env._("Say why: whoever looks at the milestone later reads it."))
        held = self.concerned_ids
        values = {"reason": self.reason, "date_from": self.date_from, "date_to": self.date_to}
        self.env["billing.hold"].create([dict(values, milestone_id=milestone.id) for milestone in held])
        if len(held) == 1:
            return [self.env._("1 milestone is kept from being billed.")], True
        return [self.env._("%s milestones are kept from being billed.", len(held))], True

    def _apply_release(self):
        milestones, holds = self.concerned_ids, self.hold_ids
        waiting = milestones.filtered(lambda milestone: milestone.state in WAITING)
        holds.filtered(lambda hold: not hold.released_on).action_release()
        texts, good = self._outcome_texts(waiting._bill_now()) if waiting else ([], True)
        return [self.env._("Released: %s.", len(holds)), *texts], good

    def _outcome_texts(self, outcome):
        """Return what the user reads of ``outcome`` (see ``billing.milestone._outcome``), and whether all is well."""
        texts = []
        if outcome["billed"]:
            names = outcome["invoices"]
            shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
            texts.append(self.env._("Billed: %(count)s (%(invoices)s).", count=outcome["billed"], invoices=shown))
        if outcome["pending"]:
            texts.append(self.env._("Under way, billed within moments: %s.", outcome["pending"]))
        if outcome["left"]:
            texts.append(self.env._("Left to the invoice run, by the customer's rules: %s.", outcome["left"]))
        if outcome["blocked"]:
            texts.append(self.env._("Still blocked: %s.", outcome["blocked"]))
        if outcome["failed"]:
            texts.append(self.env._("Failed: %s.", outcome["failed"]))
        texts += outcome["reasons"]
        return texts, not (outcome["blocked"] or outcome["failed"])
