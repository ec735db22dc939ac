import base64
import binascii
from dataclasses import dataclass, field

from odoo import fields, models
from odoo.addons.record_protection.reading import LONGEST_NAME, LONGEST_TEXT
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.image import base64_to_image

#: The largest drawing of a signature, in bytes of base64: far above what a browser draws.
LARGEST_SIGNATURE = 1_000_000


@dataclass
class Answer:
    """What somebody answers, as it came: texts, not checked yet.

    :ivar kind: ``accepted``, ``partial``, ``rejected`` or ``deemed``
    :ivar percent: cumulative, of an acceptance in part by percentage
    :ivar lines: ids of order lines, of an acceptance in part by lines
    :ivar facts: further columns of ``billing.acceptance.answer``, by the program
    """

    kind: str
    name: str = ""
    signature: str = ""
    percent: float = 0.0
    lines: list = field(default_factory=list)
    open_points: str = ""
    reason: str = ""
    facts: dict = field(default_factory=dict)


class BillingAcceptance(models.Model):
    """Answering a request: checked, recorded, and followed by what it means."""

    _inherit = "billing.acceptance"

    def _answer(self, approver, answer):
        """Record what a contact answers, and do what follows from it. Twice at once, it is recorded once.

        :param approver: whose link it is (``billing.acceptance.approver``); none for paper and silence
        :param Answer answer: as it came
        :return: why it is not recorded, a text in the language of the environment; empty when it is
        """
        self.ensure_one()
        self._lock()
        if reason := self._closed_reason(approver) or self._answer_refusal(approver, answer):
            return reason
        self._record_answer(approver, answer)
        if answer.kind == "rejected":
            self._reject()
        elif answer.kind == "deemed" or answer.facts.get("on_paper") or not self._whose_turn():
            self._complete(answer)
        else:
            self._whose_turn()._ask()
            self._log_answer(self.answer_ids.sorted("id")[-1:])
            self._log_sent()
        return ""

    # === WHAT IS REFUSED === #

    def _closed_reason(self, approver):
        """Return why this request takes no answer any more, or an empty text; one that is not true is withdrawn."""
        if self.state == "open" and self.order_id.state != "sale":
            self._withdraw("cancelled")
        elif self.state == "open" and not self._is_still_true():
            self._renew()
        if self.state == "withdrawn":
            return self.env._("This request was withdrawn meanwhile. Nothing was recorded.")
        if self.state != "open":
            return self.env._("This was answered meanwhile. Nothing more was recorded.")
        if approver and approver.answer_ids:
            return self.env._("You answered already. Nothing more was recorded.")
        if approver and approver != self._whose_turn():
            return self.env._("It is somebody else's turn to answer first.")
        return ""

    def _answer_refusal(self, approver, answer):
        """Return what is wrong with an answer, for whoever gave it, or an empty text."""
        if approver:
            if not (answer.name or "").strip() or len(answer.name) > LONGEST_NAME:
                return self.env._("Please enter your name.")
            if not _is_drawing(answer.signature):
                return self.env._("Please sign in the field below your name.")
        if max(len(answer.reason or ""), len(answer.open_points or "")) > LONGEST_TEXT:
            return self.env._("Please write at most %s characters.", f"{LONGEST_TEXT:,}")
        if answer.kind == "rejected" and not (answer.reason or "").strip():
            return self.env._("Please say why you reject it.")
        if answer.kind == "partial":
            return self._part_refusal(answer)
        return ""

    def _part_refusal(self, answer):
        if not (answer.open_points or "").strip():
            return self.env._("Please say what is still open.")
        if answer.lines:
            offered = {row["id"] for row in self._acceptable_lines()}
            if not set(answer.lines) <= offered:
                return self.env._("Please choose lines of this list.")
            if set(answer.lines) == offered:
                return self.env._("You chose all lines: please accept the whole.")
            answer.percent = float(self._part_of(answer.lines).percent)
        elif self._lines_left():
            return self.env._("Lines were accepted before you: please accept these, some of them, or reject.")
        most = self._most()
        if not self.percent_before < answer.percent < most:
            return self.env._(
                "Please enter a percentage above %(least)s and below %(most)s, or accept the whole.",
                least=f"{self.percent_before:g}",
                most=f"{most:g}",
            )
        return ""

    # === RECORDING === #

    def _most(self):
        """Return to what this request can be accepted still: what each contact before accepted at most."""
        answered = self.answer_ids.filtered(lambda row: row.kind != "rejected").mapped("percent")
        return min([self.percent_asked, *answered])

    def _record_answer(self, approver, answer):
        """Record an answer that was checked."""
        percent = {"rejected": self.percent_before, "partial": answer.percent}.get(answer.kind, self._most())
        self.env["billing.acceptance.answer"].sudo().create(
            {
                "acceptance_id": self.id,
                "approver_id": approver.id,
                "kind": answer.kind,
                "percent": percent,
                "line_ids": sorted(answer.lines) or False,
                "open_points": (answer.open_points or "").strip() if answer.kind == "partial" else False,
                "reason": (answer.reason or "").strip() or False,
                "signed_by": answer.name.strip(),
                "signature": answer.signature or False,
                "date": self.company_id._billing_today(),
                "fingerprint": self.fingerprint,
                **answer.facts,
            }
        )
        # Written in any case, so that of two answers at once the later transaction begins anew.
        self.write({"answers": self.answers + 1})

    def _complete(self, answer):
        """Attain the milestone to what was accepted: all contacts answered, or silence did."""
        percent, last = self._most(), self.answer_ids.sorted("id")[-1:]
        whole = percent >= self.percent_asked
        self.write(
            {
                "state": "accepted" if whole else "partial",
                "percent_accepted": percent,
                "accepted_on": last.date,
                "closed_on": fields.Datetime.now(),
            }
        )
        note = self.env._("Deemed accepted") if last.kind == "deemed" else self.env._("Accepted by %s", last.signed_by)
        self.milestone_id._attain_accepted(self, percent, last.date, note)
        self._log_answer(last)
        self._make_pdf()
        self.approver_ids.filtered("sent_on")._mail("answered", self.pdf_id)
        if whole:
            self.milestone_id._ask_for_what_became_ready()
        else:
            self.milestone_id._request_acceptance_work("partial", self)

    def _reject(self):
        """Stop the clock, and give the project manager an activity with the reason."""
        self.write({"state": "rejected", "closed_on": fields.Datetime.now()})
        last = self.answer_ids.sorted("id")[-1:]
        self._log_answer(last)
        self._make_pdf()
        self.approver_ids.filtered("sent_on")._mail("answered", self.pdf_id)
        self.milestone_id._request_acceptance_work("rejected", self)

    def _renew(self):
        """Withdraw what is not true any more, and prepare the next round with the same files."""
        milestone, files, tasks, message = self.milestone_id, self.file_ids, self.task_ids, self.message
        same = self.partner_id == self.order_id.partner_id.commercial_partner_id
        approvers = self.approver_ids.partner_id if same else None
        self._withdraw("changed")
        if not milestone or self.order_id.state != "sale" or milestone._is_attained():
            return
        following = milestone._make_acceptance(max(milestone.acceptance_ready_percent, self.percent_asked))
        following.write(
            {
                "file_ids": [(6, 0, files.ids)],
                "task_ids": [(6, 0, tasks.ids)],
                "message": message,
                "to_send": False,
            }
        )
        if approvers:
            following.approver_ids.unlink()
            following.approver_ids = [
                (0, 0, {"partner_id": partner.id, "sequence": (index + 1) * 10})
                for index, partner in enumerate(approvers)
            ]
        milestone._request_acceptance_work("changed", following)

    def _log_answer(self, answer):
        """Say in the history of the order what was answered."""
        order = self.order_id._billing_for_history()
        if not order:
            return
        said = self._in_lang(order)
        texts = {
            "accepted": order.env._("%(name)s was accepted by %(who)s.", name=said.name, who=answer.signed_by),
            "partial": order.env._("%(name)s was accepted in part by %(who)s.", name=said.name, who=answer.signed_by),
            "rejected": order.env._("%(name)s was rejected by %(who)s.", name=said.name, who=answer.signed_by),
            "deemed": order.env._("%(name)s is deemed accepted: nobody answered in time.", name=said.name),
        }
        rows = []
        if answer.kind != "rejected":
            rows.append(order.env._("Accepted in all: %s %%", f"{answer.percent:g}"))
        if answer.line_ids:
            rows += said._lines_texts(answer)
        rows += [text for text in (answer.open_points, answer.reason) if text]
        rows.append(order.env._("Day: %s", format_date(order.env, answer.date)))
        if answer.address:
            rows.append(order.env._("IP address: %s", answer.address))
        rows.append(order.env._("Fingerprint: %s", answer.fingerprint))
        order._billing_log(texts[answer.kind], rows)

    def _names_of_lines(self, answer):
        """Return the names of the lines that an answer accepts, in one text."""
        names = {row["id"]: row["name"].splitlines()[0] for row in self._content()["plan"]["lines"] if row["name"]}
        return ", ".join(names.get(line, "") for line in answer.line_ids or [])

    def _lines_texts(self, answer):
        """Return which lines were accepted, and what the percentage does with them, in the environment's language."""
        part = self._part_of(answer.line_ids)
        values = {
            "amount": self.currency_id.format(float(self._amount_text(part.units))),
            "percent": f"{float(part.percent):g}",
        }
        texts = [self.env._("Lines: %s", self._names_of_lines(answer))]
        if self.facts_asked:
            text = self.env._(
                "They come to %(amount)s, which is %(percent)s %% of the milestone; the invoice bills these lines.",
                **values,
            )
            return [*texts, text]
        texts.append(
            self.env._(
                "They come to %(amount)s, which is %(percent)s %% of the milestone; "
                "the invoice bills this part of each line.",
                **values,
            )
        )
        if not part.exact:
            texts.append(self.env._("No percentage comes to just this amount: the invoice is off by the last cents."))
        return texts


def _is_drawing(signature):
    """Return whether a text is an image in base64, as a browser draws a signature."""
    if not isinstance(signature, str) or not 0 < len(signature) <= LARGEST_SIGNATURE:
        return False
    try:
        return bool(base64_to_image(base64.b64encode(base64.b64decode(signature, validate=True))))
    except (binascii.Error, UserError, ValueError):
        return False
