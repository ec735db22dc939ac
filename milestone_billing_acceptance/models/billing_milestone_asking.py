import hashlib
import logging

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.addons.billing_base.engine.units import to_fraction
from odoo.addons.billing_base.models.days import impossible, is_possible
from odoo.exceptions import UserError
from odoo.tools import float_compare

_logger = logging.getLogger(__name__)
ACCEPT = "acceptance"


class BillingMilestone(models.Model):
    """From ready to attained, by the customer: what makes rounds of asking, and what they do."""

    _inherit = "billing.milestone"

    # === ACTIONS === #

    def action_ask_acceptance(self):
        """Prepare the next request for acceptance of a milestone, and open it; nothing is sent yet.

        :return: a window action
        :raises AccessError: for anybody but billing users
        :raises UserError: when there is nothing to ask for
        """
        self.ensure_one()
        acceptance = self._ask_for_acceptance()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Acceptance"),
            "res_model": "billing.acceptance",
            "res_id": acceptance.id,
            "views": [(False, "form")],
        }

    def action_view_acceptances(self):
        """Open the requests for acceptance of these milestones.

        :return: a window action
        """
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Acceptances"),
            "res_model": "billing.acceptance",
            "domain": [("milestone_id", "in", self.ids)],
            "views": [(False, "list"), (False, "form")],
        }

    def _ask_for_acceptance(self):
        """Return the request that is open, or a new one (``billing.acceptance``), after the rights were checked.

        :raises AccessError: for anybody but billing users
        :raises UserError: when there is nothing to ask for
        """
        self.ensure_one()
        self.env["billing.acceptance"]._check_may_ask()
        self.check_access("read")
        if refusal := self._ask_refusal():
            raise UserError(refusal)
        milestone = self.sudo()
        opened = milestone._open_acceptance() or milestone._make_acceptance(milestone._percent_to_ask())
        if opened.state == "draft":
            opened.to_send = False
        return opened.sudo(self.env.su)

    def _percent_to_ask(self):
        """Return to how much acceptance is asked for: what is ready, else the whole."""
        return self.acceptance_ready_percent if self.acceptance_ready_percent > self.attained_percent else 100.0

    def _ask_refusal(self):
        """Return why acceptance cannot be asked for, with the remedy, or False."""
        self.ensure_one()
        milestone = self.sudo()
        if not milestone.needs_acceptance:
            return self.env._("%s needs no acceptance: attain it, or tick “Needs Acceptance” first.", milestone.name)
        if milestone.order_id.state != "sale":
            return self.env._("Order %s is not confirmed.", milestone.order_id.name)
        if milestone._is_attained():
            return self.env._("%s is accepted already.", milestone.name)
        return False

    # === GUARDS === #

    def _requires_acceptance(self):
        """Return whether the customer alone attains this milestone; what is owed to him he need not accept."""
        self.ensure_one()
        return self.needs_acceptance and not self._is_below_billed()

    def _attain_refusal(self, percent, day, attained=None):
        # OVERRIDE: whoever attains himself hears whose business it is.
        refusal = super()._attain_refusal(percent, day, attained)
        attained = self.sudo().attained_percent if attained is None else attained
        if not refusal and percent > attained and self.sudo()._requires_acceptance():
            return self.env._(
                "%s is attained by the customer's acceptance. Press “Ask for Acceptance”, "
                "or let a billing manager record an acceptance given on paper.",
                self.name,
            )
        return refusal

    @api.model
    def _sweep_domain(self):
        # OVERRIDE: what is ready waits for the customer, and is not found again by each sweep. Goods may come back.
        waiting = [
            ("needs_acceptance", "=", True),
            ("acceptance_ready_percent", ">=", 100),
            ("due_on", "!=", "delivery"),
        ]
        return [*super()._sweep_domain(), "!", "&", "&", *waiting]

    def _follow_delivery(self, day):
        # OVERRIDE: less is ready once goods came back, or the delivery was corrected.
        result = super()._follow_delivery(day)
        delivered = self._delivered_percent()
        if delivered is not None and self.sudo().needs_acceptance:
            self._become_less_ready(delivered, self._delivered_facts())
        return result

    def _become_less_ready(self, percent, facts):
        """Note that this milestone is ready to ``percent`` (cumulative) alone; a request for more is withdrawn.

        What the customer accepted stays accepted.

        :param dict facts: what is ready beside the percentage
        """
        self.ensure_one()
        milestone = self.sudo()
        percent = max(percent, milestone.attained_percent)
        if float_compare(milestone.acceptance_ready_percent, percent, precision_digits=6) <= 0:
            return
        milestone._note_ready(percent, milestone.acceptance_ready_on if percent else False, facts)
        opened = milestone._open_acceptance()
        if opened and float_compare(opened.percent_asked, percent, precision_digits=6) > 0:
            opened._withdraw("not_ready")
            milestone._ask_for_what_became_ready()

    def _undo(self, source):
        # OVERRIDE: work that is taken up again makes it not ready; what the customer accepted, a person takes back.
        needing = self.sudo().filtered("needs_acceptance")
        kept = needing.filtered("attained_percent") if source in ("task", "milestone") else needing.browse()
        result = super(BillingMilestone, self - kept.sudo(self.env.su))._undo(source)
        for milestone in needing.filtered(lambda row: row not in kept or not row._is_attained()):
            milestone._follow_acceptance_undone()
        kept._sync_project_milestones()
        return result

    def _follow_acceptance_undone(self):
        """Withdraw what is asked after an attainment was taken back, or the work is not done any more."""
        self.ensure_one()
        milestone = self.sudo()
        milestone._open_acceptance()._withdraw("not_ready")
        if milestone.acceptance_ready_percent > milestone.attained_percent:
            day = milestone.acceptance_ready_on if milestone.attained_percent else False
            milestone._note_ready(milestone.attained_percent, day)
        milestone._stop_asking_for_acceptance()

    # === BECOMING READY === #

    def _note_ready(self, percent, day, facts=None):
        """Write down to how much the work of this milestone is done (cumulative), since when, and what goes with it."""
        self.sudo().write(
            {
                "acceptance_ready_percent": percent,
                "acceptance_ready_on": day,
                "acceptance_ready_facts": facts or False,
            }
        )

    def _become_ready(self, percent, day, facts=None):
        """Note that the work of this milestone is done to ``percent`` (cumulative) as of ``day``; make the request.

        :param dict facts: what is ready beside the percentage, see ``billing.attainment._further_facts``
        """
        self.ensure_one()
        milestone = self.sudo()
        milestone._sync_project_milestones()
        more = float_compare(percent, milestone.acceptance_ready_percent, precision_digits=6)
        if more < 0 or not more and (not facts or facts == milestone.acceptance_ready_facts):
            return
        milestone._note_ready(percent, day if more else milestone.acceptance_ready_on, facts)
        if not more:
            return
        opened = milestone._open_acceptance()
        if opened.state == "draft":
            opened.percent_asked = max(percent, opened.percent_asked)
        elif not opened:
            milestone._ask_when_ready()

    def _ask_when_ready(self):
        """Make the request for what is ready: it is sent by itself, or the project manager is asked to send it."""
        try:
            with self.env.cr.savepoint():
                made = self._make_acceptance(self.acceptance_ready_percent)
        except UniqueViolation:
            _logger.info("Acceptance of milestone %s is asked for already.", self.id)
            return
        if self.acceptance_sending == "auto":
            made.to_send = True
            made._wake()
        else:
            self._request_acceptance_work("ready", made)

    def _ask_for_what_became_ready(self):
        """Make the request for what became ready while the last one was open, as further deliveries."""
        if self.acceptance_ready_percent > self.attained_percent and not self._is_attained():
            self._ask_when_ready()

    def _make_acceptance(self, percent):
        """Return a new request (``billing.acceptance``) for this milestone to ``percent``, with what it proposes."""
        self.ensure_one()
        # What was open before has to be closed in the database first: there is one open request.
        self.env.flush_all()
        rounds = self.acceptance_ids.mapped("round")
        made = (
            self.env["billing.acceptance"]
            .sudo()
            ._without_defaults()
            .create(
                {
                    "milestone_id": self.id,
                    "order_id": self.order_id.id,
                    "company_id": self.company_id.id,
                    "partner_id": self.order_id.partner_id.commercial_partner_id.id,
                    "currency_id": self.currency_id.id,
                    "round": max(rounds, default=0) + 1,
                    "percent_before": self.attained_percent,
                    "percent_asked": percent,
                }
            )
        )
        self.env.flush_all()
        made.amount = made._asked_amount()
        made._prepare()
        return made

    def _acceptance_contacts(self):
        """Return who accepts this milestone, in order (``res.partner``): its own, the customer's, the order's."""
        self.ensure_one()
        own = self.acceptance_contact_ids or (
            self.order_id.partner_id.commercial_partner_id.billing_acceptance_contact_ids
        )
        rows = own.sorted(lambda row: (row.sequence, row.id))
        return rows.partner_id.filtered("active") or self.order_id.partner_id

    # === ATTAINED === #

    def _attain_accepted(self, acceptance, percent, day, note):
        """Attain this milestone to what the customer accepted, once for the request.

        :param acceptance: the request (``billing.acceptance``)
        :param float percent: cumulative, from 0 to 100
        :param date day: from which it holds
        :param str note: who accepted
        """
        self.ensure_one()
        self._stop_asking_for_acceptance()
        facts = self._facts_accepted(acceptance, percent)
        if self.acceptance_ready_percent < percent:
            self._note_ready(percent, day, facts)
        self.env["billing.attainment"]._record(
            [
                {
                    "milestone_id": self.id,
                    "percent": percent,
                    "date": day,
                    "source": "acceptance",
                    "note": note,
                    "user_id": acceptance.answer_ids.sorted("id")[-1:].user_id.id or self.env.uid,
                    "key": f"auto/acceptance/{acceptance.id}",
                    **facts,
                }
            ]
        )

    def _facts_to_ask(self, percent):
        """Return what is asked for beside ``percent``, cumulative: of what is ready, if no more than that is."""
        self.ensure_one()
        ready, attained = self.acceptance_ready_percent, self.attained_percent
        facts = self.acceptance_ready_facts or {}
        if not facts or percent <= attained or float_compare(percent, ready, precision_digits=6) > 0:
            return {}
        return self._facts_in_part(facts, percent, ready)

    def _facts_accepted(self, acceptance, percent):
        """Return what the customer accepted beside ``percent``, cumulative, of what a request asked."""
        lines = acceptance._lines_left() or ()
        return self._facts_in_part(acceptance.facts_asked or {}, percent, acceptance.percent_asked, lines)

    def _facts_in_part(self, facts, percent, whole, lines=()):
        """Return what of ``facts``, which stand for the percentage ``whole``, holds of a lower percentage.

        What an addon kept that is gone by now is left out.
        """
        facts = {name: value for name, value in facts.items() if name in self.env["billing.attainment"]._fields}
        if not facts or float_compare(percent, whole, precision_digits=6) >= 0:
            return facts
        attained = to_fraction(self.attained_percent)
        part = (to_fraction(percent) - attained) / (to_fraction(whole) - attained)
        return self._facts_up_to(facts, part, lines)

    def _record_on_paper(self, answer, day, file, user):
        """Record what the customer answered on paper; the rights were checked.

        :param answer: what he answered (``Answer``)
        :param date day: from which it holds; None for today
        :param tuple file: name and bytes of the signed page
        :param user: who records it (``res.users``)
        :return: the request that is answered by it (``billing.acceptance``, as superuser)
        :raises UserError: saying what is wrong, and the remedy
        """
        self.ensure_one()
        milestone, today = self.sudo(), self._today()
        day = day or today
        if not is_possible(day):
            raise UserError(impossible(day, self.env))
        if day > today:
            raise UserError(self.env._("%s lies in the future: record the acceptance on the day itself.", day))
        if not (answer.name or "").strip() or not (answer.reason or "").strip():
            raise UserError(self.env._("Enter who signed, and how the acceptance was given."))
        if refusal := self._ask_refusal():
            raise UserError(refusal)
        acceptance = milestone._open_acceptance() or milestone._make_acceptance(milestone._percent_to_ask())
        acceptance._lock()
        if acceptance.state == "open" and not acceptance._is_still_true():
            # A refusal would take the next round back each time.
            acceptance._renew()
            acceptance = milestone._open_acceptance()
        if acceptance.state == "draft":
            acceptance._fix_unsent(user)
        name, data = file
        order = milestone.order_id._billing_for_history()
        scan = self.env["ir.attachment"].sudo()
        scan = scan.create({"name": name, "raw": data, "res_model": "sale.order", "res_id": order.id})
        answer.facts |= {
            "on_paper": True,
            "date": day,
            "user_id": user.id,
            "file_id": scan.id,
            "file_name": name,
            "file_checksum": hashlib.sha256(data).hexdigest(),
        }
        if reason := acceptance._answer(acceptance.approver_ids.browse(), answer):
            raise UserError(reason)
        order._message_log(
            body=order.env._("Signed on paper: %(name)s, recorded by %(user)s", name=milestone.name, user=user.name),
            attachment_ids=scan.ids,
        )
        return acceptance

    def _renew_acceptances(self):
        """Withdraw requests that say what is not true any more, and prepare the next round."""
        for milestone in self.sudo().filtered("needs_acceptance"):
            opened = milestone._open_acceptance()
            other = opened and opened.partner_id != milestone.order_id.partner_id.commercial_partner_id
            if other or (opened.state == "open" and not opened._is_still_true()):
                opened._renew()
            elif opened:
                opened.amount = opened._asked_amount()

    # === WHO IS ASKED === #

    def _request_acceptance_work(self, what, acceptance):
        """Give the project manager, else who is responsible for the schedule, an activity; one at a time.

        :param str what: ``ready``, ``unsent``, ``unreached``, ``rejected``, ``partial`` or ``changed``
        :param acceptance: the request it is about (``billing.acceptance``)
        """
        self.ensure_one()
        milestone = self.sudo()
        milestone._stop_asking_for_acceptance()
        person = milestone.project_id.user_id
        person = person if person.active else milestone.schedule_id._responsible()
        milestone._ask(ACCEPT, person, {"name": "acceptance", "what": what, "acceptance": acceptance.id})

    def _stop_asking_for_acceptance(self):
        """Close the activities about acceptance of these milestones: their cause is gone."""
        self._stop_asking(ACCEPT)

    def _describe_request(self, request, why):
        # OVERRIDE: what the project manager is asked about acceptance.
        if request != ACCEPT:
            return super()._describe_request(request, why)
        acceptance = self.env["billing.acceptance"].sudo().browse((why or {}).get("acceptance")).exists()
        acceptance = acceptance.with_context(lang=self.env.lang)
        outcome = acceptance._outcome_text() if acceptance else ""
        what = (why or {}).get("what")
        if what == "rejected":
            return self.env._("Rejected by the customer"), self.env._(
                "%s Mend it, then press “Ask for Acceptance” for the next round.", outcome
            )
        if what == "partial":
            return self.env._("Accepted in part"), self.env._(
                "%s Once this is done, press “Ask for Acceptance” for the rest.", outcome
            )
        if what == "changed":
            return self.env._("Ask for acceptance again"), self.env._(
                "Order or plan changed, so the request was withdrawn. The next round is prepared: look at it, "
                "and send it."
            )
        if what == "unreached":
            contact = acceptance._whose_turn().partner_id.display_name if acceptance else ""
            return self.env._("The mail for acceptance did not arrive"), self.env._(
                "The mail to %s could not be sent, so silence is no acceptance. Mend the address or the mail server, "
                "withdraw the request, and ask again.",
                contact,
            )
        if what == "unsent":
            return self.env._("Acceptance could not be asked for"), (acceptance and acceptance._send_refusal()) or ""
        return self.env._("Ask for acceptance"), self.env._(
            "The work is done. Choose what the customer sees, then send the request for acceptance."
        )
