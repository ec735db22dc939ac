from markupsafe import Markup
from psycopg2 import OperationalError

from odoo import models
from odoo.addons.billing_base.models.billing_run_moves import Probe
from odoo.addons.billing_base.models.obstacles import NotBillable, explain
from odoo.exceptions import UserError
from odoo.fields import Command

from .mail_activity import CREDIT, DAYS, GONE, MEND, POST, REQUESTS, SEND

#: What an edited draft, now posted, leaves of a milestone, and what is asked for then.
EDITED = {"billed_less": MEND, "billed_more": CREDIT}


class BillingMilestone(models.Model):
    """What keeps a milestone from being billed, and whom billing asks to lift it."""

    _inherit = "billing.milestone"

    # === HOLDS === #

    def _held(self):
        """Return those of these milestones that a hold keeps from the queue and from Odoo's own button."""
        return self.filtered("is_held")

    def _active_holds(self):
        """Return the holds (``billing.hold``) that keep this milestone from being billed now."""
        self.ensure_one()
        milestone = self.sudo()
        holds = milestone.hold_ids | milestone.order_id.billing_hold_ids
        holds |= milestone.partner_id.commercial_partner_id.billing_hold_ids
        return holds.filtered("is_active")

    def _hold_reason(self):
        """Return (reason, remedy) of the hold in force on this milestone."""
        self.ensure_one()
        return explain(self._hold_why(), self.env)

    def _hold_why(self):
        """Return the facts of the holds in force on this milestone, as ``obstacles`` has them."""
        self.ensure_one()
        return {"name": "held", "holds": self._active_holds().ids}

    # === WHAT IS WRONG === #

    def _follow_edited_drafts(self):
        """Leave these milestones waiting, with the reason, that edited drafts, now posted, bill less or more of."""
        for milestone in self:
            rows = milestone.attainment_ids
            said = rows.filtered(lambda row: row.state == "blocked" and (row.why or {}).get("name") in EDITED)
            why = milestone._edited_why()
            if not why:
                if said:
                    milestone._stop_asking(*(EDITED[row.why["name"]] for row in said))
                said._set_state("billed")
            elif said or not rows.filtered(lambda row: row.state in ("pending", "run", "blocked", "failed")):
                last = said or rows.filtered(lambda row: row.state == "billed").sorted("id")[-1:]
                last._set_state("blocked", why)
                if last:
                    milestone._ask_person(EDITED[why["name"]], why)

    def _edited_why(self):
        """Return the facts of what posted invoices bill of this milestone less or more than it, None for neither."""
        owed = self._credit_owed()
        if owed:
            return dict(self._credit_why(owed), name="billed_more")
        return None if self._is_zero(self.waiting_amount) else self._billed_less_why()

    def _billed_less_why(self):
        """Return the facts of what posted invoices of this milestone bill less than it, as ``obstacles`` has them."""
        self.ensure_one()
        moves = self.invoice_line_ids.move_id.filtered(lambda move: move.state == "posted").sorted("id")
        amount, currency = self.waiting_amount, self.currency_id.id
        names = moves.mapped("display_name")
        return {"name": "billed_less", "amount": amount, "currency": currency, "invoices": names}

    def _failure_why(self, error):
        """Return the facts of ``error``, raised by billing this milestone, as ``obstacles`` has them."""
        self.ensure_one()
        if isinstance(error, NotBillable):
            return error.why
        product = self.allocation_ids.line_id._billing_product_without_account()
        if product:
            return {"name": "no_income_account", "product": product.display_name}
        if isinstance(error, UserError):
            return {"name": "refused", "texts": self._refusal_by_language(error)}
        return {"name": "unexpected", "error": str(error)}

    def _refusal_by_language(self, error):
        """Return the message of ``error``, from Odoo or an addon, ``{language: text}``: billing is tried in each."""
        mine = self.env.lang or "en_US"
        texts = {mine: str(error)}
        for lang, _name in self.env["res.lang"].get_installed():
            if lang != mine:
                again = self.with_context(lang=lang)._probe_billing()
                texts[lang] = str(again) if isinstance(again, UserError) else str(error)
        return texts

    def _probe_billing(self):
        """Return the error that billing this milestone alone raises, or None. Nothing of the attempt remains."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._bill_due()
                raise Probe
        except Probe:
            return None
        except OperationalError:
            raise
        except Exception as error:
            return error

    def _obstacle(self):
        """Return (reason, remedy) of what keeps this milestone from being billed or credited; empty texts for nothing.

        For the user to read: the remedy says whom to ask where he has not the buttons that it names. Queue, dashboard,
        timeline and task all show what this returns.
        """
        self.ensure_one()
        if self._waits_for_nothing():
            return self._trigger_gone_reason()
        if waiting := self.sudo()._blocking_attainment():
            return waiting.reason or "", self._waiting_remedy(waiting)
        if self.status == "held":
            return self._hold_reason()
        if self._is_left_to_run():
            left = self.sudo().attainment_ids.filtered(lambda row: row.state == "run").sorted("id")[-1:]
            return left.reason or "", left.remedy or ""
        if self.status == "crediting":
            reason, remedy = self.sudo()._draft_credit_reason()
            return reason, self._add_who_may_post(remedy, self.env.user)
        if self._is_below_billed():
            reason, remedy = explain(self._below_billed_why(), self.env)
            return reason, self._add_who_may(remedy, self.env.user)
        return "", ""

    def _waiting_remedy(self, waiting):
        """Return the remedy of ``waiting``, the attainment of this milestone that is blocked or failed."""
        remedy = waiting.remedy or ""
        if remedy and (waiting.state == "failed" or self.sudo()._credit_owed()):
            return self._add_who_may(remedy, self.env.user)
        return remedy

    # === WHO IS ASKED === #

    def _ask_person(self, request, why=None):
        """Put an activity on the order for the person responsible; ask once for the same of the same milestones.

        :param str request: what is asked for, of ``REQUESTS``
        :param dict why: its facts, as ``obstacles`` has them; None where the milestones say it all
        """
        for milestones in self.sudo().grouped("order_id").values():
            person = milestones.schedule_id[:1]._responsible()
            milestones._ask(request, person, why)

    def _request_values(self, request, person, why):
        """Return summary and note of the activity that asks ``person`` for ``request``, in his language."""
        milestones = self.with_context(lang=person.lang or self.env.lang)
        summary, note = milestones._describe_request(request, why)
        if request in (CREDIT, MEND):
            note = milestones._add_who_may(note, person)
        if request == POST:
            note = milestones._add_who_may_post(note, person)
        # The note is HTML, and names in it may have been typed by anybody: they are escaped.
        return {
            "summary": f"{', '.join(milestones.mapped('name'))}: {summary}",
            "note": Markup("<p>%s</p>") % note,
            "billing_why": why or False,
        }

    def _describe_request(self, request, why):
        """Return (summary, note) of what ``request`` asks for of these milestones, in the language of the environment.

        :param dict why: its facts, as ``obstacles`` has them
        """
        if request == GONE:
            return self._trigger_gone_request()
        if request == DAYS:
            return self._days_request()
        if request == POST:
            return self._post_request()
        reason, remedy = explain(why, self.env)
        if request == MEND:
            return self.env._("Cannot be billed: %s", reason), remedy
        if request == CREDIT:
            amount = self.env["res.currency"].browse(why["currency"]).format(why["amount"])
            return self.env._("Credit %s", amount), f"{reason} {remedy}"
        return reason, remedy

    def _add_who_may(self, remedy, user):
        """Return ``remedy`` for ``user`` to read: with whom to ask where he has not the buttons that it names."""
        if user.has_group("milestone_billing.group_billing_manager"):
            return remedy
        return f"{remedy} {self.env._('“Retry” and “Credit Note” are for billing managers: ask one of them.')}"

    def _ask(self, request, person, why):
        """Put the activity on the order of these milestones, or bring the one that is there up to date."""
        values = self._request_values(request, person, why)
        asked = self._activities(request).filtered(lambda row: row.billing_milestone_ids == self)
        if request == SEND:
            # There is one activity for each invoice that is to be sent.
            asked = asked.filtered(lambda row: row.billing_why == why or row.summary == values["summary"])
        if not asked:
            self.order_id.activity_schedule(
                "milestone_billing.mail_activity_billing",
                user_id=person.id,
                billing_request=request,
                billing_milestone_ids=[Command.set(self.ids)],
                **values,
            )
        elif asked[0].summary != values["summary"]:
            asked[0].write(values)

    def _activities(self, *requests):
        """Return the activities (``mail.activity``) with one of these requests for some of these milestones."""
        domain = [("billing_request", "in", requests), ("billing_milestone_ids", "in", self.ids)]
        return self.env["mail.activity"].sudo().search(domain) if self else self.env["mail.activity"]

    def _stop_asking(self, *requests):
        """Close the activities that ask for one of these requests, for any when none is given: their cause is gone."""
        requests = requests or [request for request, _label in REQUESTS]
        for activity in self._activities(*requests):
            activity.billing_milestone_ids -= self
            if not activity.billing_milestone_ids:
                activity.unlink()
