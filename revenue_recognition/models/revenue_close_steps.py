"""The steps of a close on screen: what is done, whose turn it is, what is missing."""

from odoo import api, fields, models
from odoo.exceptions import UserError

#: The step at which a close stands in each state.
STANDS_AT = {
    "draft": "compute",
    "computing": "compute",
    "computed": "approve",
    "approved": "post",
    "posting": "post",
    "posted": "lock",
    "locked": None,
}
STEPS_ON_PAGE = ("compute", "preview", "approve", "post", "lock")
WORKING = ("computing", "posting")


class RevenueClose(models.Model):
    """Compute, preview, approve, post, lock: in this order only."""

    _inherit = "revenue.close"

    steps = fields.Json(compute="_compute_steps", help="The steps with their state, and what each is missing.")

    # === PROGRESS === #

    @api.readonly
    def get_progress(self) -> dict:
        """Return how far the work in the background is: cheap enough to be asked every few seconds.

        :return: ``{"state", "working": whether it is computed or posted right now, "done", "total": contracts while it
            is computed, sums to post while it is posted, "failure": what stopped it, or false}``
        :raises AccessError: for users who may not read closes
        """
        self.ensure_one()
        self.check_access("read")
        close = self.sudo()
        done, total = close.contract_done, close.contract_count
        if close.state == "posting":
            total = self.env["revenue.posting"].sudo().search_count(close._to_post_domain())
            done = total - len(close._waiting_postings())
        return {
            "state": close.state,
            "working": close.state in WORKING,
            "done": done,
            "total": total,
            "failure": close.failure or False,
        }

    def _to_post_domain(self):
        return [
            ("close_id", "=", self.id),
            ("kind", "!=", "billing"),
            "|",
            ("amount", "!=", 0),
            ("company_amount", "!=", 0),
        ]

    # === STEPS === #

    @api.depends("state", "kind", "date", "exception_note", "prepared_by_id", "approved_by_id", "posted_by_id")
    @api.depends_context("uid", "lang")
    def _compute_steps(self):
        for close in self:
            close.steps = close._steps() if close.kind == "close" and close.state in STANDS_AT else False

    def _steps(self):
        """Return the steps in their order, as dictionaries with ``key``, ``label``, ``state`` (done, current or todo),
        ``who``, ``when`` (a moment in UTC, or "") and ``missing``: texts, each with a method of the close that leads
        there, or none.
        """
        current = STANDS_AT[self.state]
        missing = self.sudo()._missing(current) if self.id else []
        if current == "approve" and any(one["blocking"] for one in missing):
            current = "preview"
        labels, steps = self._step_labels(), []
        position = STEPS_ON_PAGE.index(current) if current else len(STEPS_ON_PAGE)
        for number, key in enumerate(STEPS_ON_PAGE):
            state = "done" if number < position else "current" if number == position else "todo"
            steps.append(
                {
                    "key": key,
                    "label": labels[key],
                    "state": state,
                    **self._who(key, state),
                    "missing": missing if state == "current" else [],
                }
            )
        return steps

    def _step_labels(self):
        return {
            "compute": self.env._("Compute"),
            "preview": self.env._("Preview"),
            "approve": self.env._("Approve"),
            "post": self.env._("Post"),
            "lock": self.env._("Lock"),
        }

    def _who(self, key, state):
        """Return who took a step and when, or whose it is, as ``who`` and ``when``."""
        close = self.sudo()
        if state == "done":
            people = {
                "compute": (close.prepared_by_id, close.prepared_at),
                "approve": (close.approved_by_id, close.approved_at),
                "post": (close.posted_by_id, close.posted_at),
                "lock": (close.locked_by_id, None),
            }
            user, moment = people.get(key, (None, None))
            return {"who": user.name if user else "", "when": fields.Datetime.to_string(moment) or ""}
        whose = {
            "compute": self.env._("A revenue accountant"),
            "preview": self.env._("Everybody who takes part"),
            "approve": self.env._("A revenue controller, another person"),
            "post": self.env._("A revenue controller"),
            "lock": self.env._("A revenue controller"),
        }
        return {"who": whose[key], "when": ""}

    # === WHAT IS MISSING === #

    def _missing(self, step):
        """Return what the step at hand waits for."""
        found = []
        if step in ("compute", "approve"):
            found += [*self._missing_explanations(), *self._missing_days(), *self._missing_documents()]
        if step == "post":
            found += self._missing_to_post()
        if step == "lock":
            found += self._missing_ties()
        return found

    def _miss(self, text, link=None, label=None, blocking=False):
        return {"text": text, "link": link or False, "label": label or False, "blocking": blocking}

    def _missing_explanations(self):
        if self.state != "computed" or not self.blocking_count or (self.exception_note or "").strip():
            return []
        if self.env.user.has_group("revenue_recognition.group_revenue_accountant"):
            words = self.env._(
                "Contracts left out: %s. See to them and compute again, or write down why they may be left out.",
                self.blocking_count,
            )
        else:
            words = self.env._(
                "Contracts left out: %s. It is not approved before they are seen to, or the reason is written down.",
                self.blocking_count,
            )
        return [self._miss(words, "action_view_exceptions", self.env._("Exceptions"), blocking=True)]

    def _missing_documents(self):
        """Return what else belongs to the period and does not count yet."""
        found = []
        drafts = self._draft_invoices()
        if drafts:
            words = self.env._("Invoices of the period that are still drafts: %s. They do not count.", len(drafts))
            found.append(self._miss(words, "action_view_draft_invoices", self.env._("Draft Invoices")))
        changes = self.env["revenue.modification"].search_count(self._waiting_changes())
        if changes:
            words = self.env._("Changes of contracts that wait for an answer: %s. They do not count.", changes)
            found.append(self._miss(words, "action_view_waiting_changes", self.env._("Modifications")))
        return found

    def _draft_invoices(self):
        """Return draft invoices of contracts that belong into the period."""
        groups = self.env["account.move.line"]._read_group(
            [
                ("revenue_contract_id.company_id", "=", self.company_id.id),
                ("parent_state", "=", "draft"),
                "|",
                ("move_id.invoice_date", "<=", self.date),
                "&",
                ("move_id.invoice_date", "=", False),
                ("move_id.date", "<=", self.date),
            ],
            aggregates=["move_id:recordset"],
        )
        return groups[0][0]

    def _waiting_changes(self):
        return [("company_id", "=", self.company_id.id), ("state", "=", "proposed"), ("date", "<=", self.date)]

    def _missing_to_post(self):
        if self.state != "approved":
            return []
        try:
            self._check_may_post()
        except UserError as error:
            return [self._miss(str(error), blocking=True)]
        return []

    # === DOORS === #

    def action_view_draft_invoices(self):
        """Open the draft invoices of the period."""
        self.ensure_one()
        self.check_access("read")
        moves = self.env["account.move"].browse(self.sudo()._draft_invoices().ids)
        return moves._get_records_action(name=self.env._("Draft Invoices"))

    def action_view_waiting_changes(self):
        """Open the changes of contracts that wait for an answer."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("revenue_recognition.action_revenue_modification")
        return {**action, "domain": self._waiting_changes(), "context": {}}
