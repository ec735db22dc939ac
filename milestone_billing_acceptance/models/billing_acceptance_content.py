import hashlib
import json
from fractions import Fraction

from odoo import models
from odoo.addons.billing_base.engine.units import from_units, to_units

from ..engine.fingerprint import canonical, fingerprint
from ..engine.parts import part_of_lines


class BillingAcceptance(models.Model):
    """What a request asks, frozen when it is sent: as one text, with its fingerprint."""

    _inherit = "billing.acceptance"

    def _make_content(self):
        """Return what this request asks as it stands now: plain values, amounts as texts.

        What follows from the order and its plan is under ``plan``; what the project manager chose beside it.
        """
        self.ensure_one()
        customer = self.order_id.partner_id.commercial_partner_id
        return {
            "company": self.company_id.name,
            "customer": customer.name or "",
            "customer_reference": self.order_id.client_order_ref or "",
            "plan": self._plan_facts(),
            "message": self.message or "",
            "deliverables": [{"id": task.id, "name": task.name or ""} for task in self.task_ids.sorted("id")],
            "files": [self._file_facts(file) for file in self.file_ids.sorted("id")],
            "approvers": [
                {"id": row.partner_id.id, "name": row.partner_id.name or ""}
                for row in self.approver_ids.sorted(lambda row: (row.sequence, row.id))
            ],
        }

    def _plan_facts(self):
        """Return what the request says of order and plan: it is true as long as these stay as they are."""
        self.ensure_one()
        milestone, order = self.milestone_id, self.order_id
        rounding = self.currency_id.rounding
        shares = [row for row in milestone.allocation_ids.sorted(lambda row: row.line_id.id) if row.amount]
        return {
            "order": order.name,
            "customer": order.partner_id.commercial_partner_id.id,
            "milestone": milestone.name,
            "round": self.round,
            "currency": self.currency_id.name,
            "percent_before": _text(self.percent_before),
            "percent_asked": _text(self.percent_asked),
            "lines": [
                {
                    "id": row.line_id.id,
                    "name": row.line_id.name or "",
                    "amount": self._amount_text(to_units(row.amount, rounding)),
                }
                for row in shares
            ],
        }

    def _amount_text(self, units):
        """Return an amount as a text with the currency's decimals; ``units`` are its smallest ones."""
        return f"{from_units(units, self.currency_id.rounding):.{self.currency_id.decimal_places}f}"

    def _file_facts(self, file):
        """Return name, size and SHA-256 of a file (``ir.attachment``)."""
        data = file.raw or b""
        return {
            "id": file.id,
            "name": file.name,
            "size": len(data),
            "mimetype": file.mimetype or "",
            "sha256": hashlib.sha256(data).hexdigest(),
        }

    def _freeze(self):
        """Return the values that fix what is asked: the files become copies of this request's own."""
        self.ensure_one()
        own = self.env["ir.attachment"].sudo()
        for file in self.file_ids.sudo():
            own |= file.copy({"res_model": self._name, "res_id": self.id, "res_field": False, "public": False})
        # By SQL of the field's relation alone: what is asked is being fixed, and nobody chooses files any more.
        self._flagged("acceptance_freezing").file_ids = [(6, 0, own.ids)]
        text = canonical(self._make_content())
        return {
            "content": text,
            "fingerprint": fingerprint(text),
            "amount": self._asked_amount(),
            "facts_asked": self.milestone_id._facts_to_ask(self.percent_asked) or False,
        }

    def _asked_amount(self):
        """Return what accepting all that is asked bills beyond what was accepted before, untaxed."""
        part = Fraction(_text(self.percent_asked)) - Fraction(_text(self.percent_before))
        return self.currency_id.round(float(Fraction(str(self.milestone_id.amount)) * part / 100))

    def _content(self):
        """Return what was asked, as plain values; of a request that is not sent, what it would ask now."""
        self.ensure_one()
        if not self.content:
            return self._make_content()
        _form, text = self.content.split("\n", 1)
        return json.loads(text)

    def _is_still_true(self):
        """Return whether order and plan are still what this request says."""
        self.ensure_one()
        milestone = self.milestone_id
        if not milestone or not self.order_id or _text(milestone.attained_percent) != _text(self.percent_before):
            return False
        return self._plan_facts() == self._content()["plan"]

    # === LINES === #

    def _line_units(self):
        """Return what each line comes to, in units of the currency: ``{line id: units}``."""
        rounding = self.currency_id.rounding
        return {row["id"]: to_units(float(row["amount"]), rounding) for row in self._content()["plan"]["lines"]}

    def _lines_accepted_before(self):
        """Return the lines that earlier rounds accepted (a set of ids), None where they accepted a percentage."""
        self.ensure_one()
        if not self.percent_before:
            return set()
        earlier = self.milestone_id.acceptance_ids.filtered(
            lambda row: row.round < self.round and row.state == "partial"
        )
        lines = set().union(*(row._lines_left() or [] for row in earlier))
        try:
            same = part_of_lines(self._line_units(), lines).percent == Fraction(_text(self.percent_before))
        except (KeyError, ValueError):
            return None
        return lines if same else None

    def _lines_left(self):
        """Return the lines that every contact accepted who answered this request by lines (a set of ids).

        :return: None where nobody accepted in part, an empty set where somebody did by a percentage
        """
        self.ensure_one()
        parts = [set(row.line_ids or []) for row in self.answer_ids if row.kind == "partial"]
        return set.intersection(*parts) if parts else None

    def _acceptable_lines(self):
        """Return the lines that can be accepted one by one, as ``_content`` has them; none where only a percentage can.

        A line stands for its part of the whole milestone, so all of it has to be asked for. What a contact before left
        out is not offered to the next one: they accept together.
        """
        self.ensure_one()
        before = self._lines_accepted_before()
        if before is None or self.percent_asked < 100 or min(self._line_units().values(), default=0) <= 0:
            return []
        left = self._lines_left()
        rows = [
            row
            for row in self._content()["plan"]["lines"]
            if row["id"] not in before and (left is None or row["id"] in left)
        ]
        return rows if len(rows) > 1 else []

    def _part_of(self, lines):
        """Return the part of the milestone (``engine.parts.Part``) that these lines are, with those accepted before."""
        return part_of_lines(self._line_units(), set(lines) | (self._lines_accepted_before() or set()))


def _text(percent):
    """Return a percentage as a text with up to six decimals: what is compared is never a float."""
    return f"{percent:.6f}".rstrip("0").rstrip(".")
