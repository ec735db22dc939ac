"""A modification looked at before it is applied: each treatment side by side."""

from itertools import pairwise

from odoo import api, fields, models
from odoo.addons.record_protection import reading
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import UserError

from ..engine import Refusal, Timeline
from ..engine.journal import books_of
from ..engine.money import in_currency
from ..engine.position import position
from ..loading import Loader
from .revenue_modification import TREATMENTS
from .translating import translator

#: So many months are shown one by one; what comes after them is one sum.
MONTHS = 18
PARAGRAPHS = {
    "separate": ["ASC 606-10-25-12", "IFRS 15.20"],
    "prospective": ["ASC 606-10-25-13(a)", "IFRS 15.21(a)"],
    "catch_up": ["ASC 606-10-25-13(b)", "IFRS 15.21(b)"],
    "auto": ["ASC 606-10-25-13", "IFRS 15.21"],
}


class RevenueModification(models.Model):
    """Prices, months and entries of each treatment, and the choice between them."""

    _inherit = "revenue.modification"

    # === COMPARING === #

    @api.readonly
    def get_comparison(self) -> dict:
        """Work the contract out without the modification and with each treatment of it; write nothing.

        :return: ``{"currency": id, "date": ISO date, "state", "may_apply": whether the user may apply it now,
            "proposed": the treatment the standard comes to or false, "months": [ISO first days, false for all that is
            later], "obligations": [{"key", "name"}], "columns": [column]}``. The first column is the contract
            without the change, ``treatment`` false. A column has ``treatment``, ``label``, ``paragraphs``,
            ``proposed`` and ``applied`` (booleans), ``reason``, ``error`` (text or false) and, unless there is an
            error, ``price``, ``earned`` (until the change), ``allocated`` (by key), ``months`` (revenue
            of each month, in the order of ``months``) and ``entries`` (``[{"kind", "account", "debit", "credit"}]``:
            what the change itself makes of the books), amounts in the contract's currency
        :raises AccessError: for users who may not read the modification
        """
        self.ensure_one()
        self.check_access("read")
        may_apply = self.state == "proposed" and self.has_access("write")
        return {**self.sudo()._compare_treatments(), "may_apply": may_apply}

    def _compare_treatments(self):
        self.env.flush_all()
        decided = self._standard_treatment()
        without = self._look(None)
        looks = {treatment: self._look(treatment) for treatment in self._treatments_to_compare()}
        days = self._days_to_compare([without, *looks.values()])
        before = self._column(without, days, None)
        columns = [{**before, "treatment": False, "label": self.env._("Without the Change"), "paragraphs": []}]
        for treatment, look in looks.items():
            columns.append({**self._column(look, days, without), **self._column_head(treatment, decided)})
        return {
            "currency": self.currency_id.id,
            "date": self.date.isoformat(),
            "state": self.state,
            "proposed": decided or False,
            "months": self._month_names(days),
            "obligations": [{"key": one.key, "name": one.name} for one in self._obligations_to_compare(columns)],
            "columns": columns,
        }

    def _standard_treatment(self):
        """Return the treatment that the standard comes to, or nothing where there is no choice."""
        return self._outcome("auto").get("treatment") if self.kind == "modify" else None

    def _treatments_to_compare(self):
        """Return treatments to look at; a termination has no choice."""
        return [treatment for treatment, _label in TREATMENTS] if self.kind == "modify" else ["auto"]

    def _column_head(self, treatment, decided):
        labels = dict(self._fields["treatment"]._description_selection(self.env))
        label = labels[treatment] if self.kind == "modify" else self.env._("With the Termination")
        applied = self.state == "applied" and self.treatment in (treatment, "auto")
        return {
            "treatment": treatment,
            "label": label,
            "paragraphs": PARAGRAPHS[treatment],
            "proposed": treatment == decided,
            "applied": applied,
            **({"reason": self._standard_reason()} if treatment == decided else {}),
        }

    def _standard_reason(self):
        reason = self._outcome_in_words("auto").get("reason", "")
        [step] = self.contract_id._readable_steps([{"topic": "", "text": reason, "paragraph": "", "obligation": ""}])
        return step["text"]

    # === ONE TREATMENT === #

    def _look(self, treatment):
        """Return the contract as loaded with a treatment, or without the change (None), and its timeline.

        :return: dictionary with ``loaded`` and ``timeline``, or with ``error``
        """
        proposed = {self.id: treatment} if treatment else {}
        loader = Loader(self.env, self.company_id, proposed=proposed, without=self.ids)
        loaded = loader.load(self.contract_id.ids)[self.contract_id.id]
        if loaded.blocked():
            problem = next(one for one in loaded.problems if one.blocking)
            return {"error": self.env["revenue.exception"]._sentence(problem, self.contract_id)}
        try:
            timeline = Timeline(loaded.contract())
            timeline.forward(fields.Date.subtract(fields.Date.start_of(self.date, "month"), days=1))
            return {"loaded": loaded, "timeline": timeline}
        except Refusal as refusal:
            return {"error": self._refused(refusal, loaded)}

    def _refused(self, refusal, loaded):
        """Return in words why a treatment can't be."""
        text = translator(self.env, loaded)(refusal.reason)
        return text[:1].upper() + text[1:]

    def _days_to_compare(self, looks):
        """Return the last days of the months from the change on, and the last day of all that is known."""
        obligations = self.contract_id.obligation_ids
        ends = [
            self.date,
            *(day for obligation in obligations for day in (obligation.earned_to, obligation.date_end) if day),
        ]
        for look in looks:
            if "loaded" in look:
                ends += [event.date for event in look["loaded"].events]
                ends += [promise.span()[1] for promise in look["loaded"].promises.values() if promise.span()]
                changes = [one for event in look["loaded"].events for one in getattr(event, "change", ())]
                ends += [change.end for change in changes]
        last = fields.Date.end_of(max(day for day in ends if day), "month")
        days = [fields.Date.end_of(self.date, "month")]
        while days[-1] < last and len(days) < MONTHS:
            days.append(fields.Date.end_of(fields.Date.add(days[-1], days=1), "month"))
        return [*days, last] if days[-1] < last else days

    def _month_names(self, days):
        """Return the first day of each month; false for what comes after so many."""
        names = [fields.Date.start_of(day, "month").isoformat() for day in days]
        return names if len(days) <= MONTHS else [*names[:MONTHS], False]

    def _column(self, look, days, without):
        """Return the amounts of one treatment, or why there are none."""
        blank = {"error": False, "reason": "", "proposed": False, "applied": False}
        if "error" in look:
            return {**blank, "error": look["error"]}
        try:
            return {**blank, **self._amounts_with(look, days, without)}
        except Refusal as refusal:
            return {**blank, "error": self._refused(refusal, look["loaded"])}

    def _amounts_with(self, look, days, without):
        """Return price, what is earned, months and entries of one treatment.

        :raises Refusal: when it can't be worked out
        """
        places, timeline = look["loaded"].decimals, look["timeline"]
        start = fields.Date.subtract(fields.Date.start_of(self.date, "month"), days=1)
        earned = [position(timeline.state, start).revenue]
        # What is earned on the day itself is no effect of the change: it is looked at as of the evening before.
        evening = fields.Date.subtract(self.date, days=1)
        found = look["found"] = position(timeline.forward(self.date), evening)
        for day in days:
            earned.append(position(timeline.forward(day), day).revenue)
        base = without and without.get("found")
        return {
            "price": in_currency(found.transaction_price, places),
            "earned": in_currency(found.revenue, places),
            "allocated": {line.key: in_currency(line.allocated, places) for line in found.lines},
            "months": [in_currency(after - before, places) for before, after in pairwise(earned)],
            "entries": self._entries_between(base, found, places) if base else [],
        }

    def _entries_between(self, before, after, places):
        """Return what takes the books from one position of the same day to another, by account."""
        sums = {}
        old, new = books_of(before, None), books_of(after, None)
        for kind, account, obligation in {**old, **new}:
            head = (kind, account, obligation)
            change = new.get(head, (0, 0))[0] - old.get(head, (0, 0))[0]
            sums[kind, account] = sums.get((kind, account), 0) + change
        names, kinds = self._account_names(), self._kind_names()
        return [
            {
                "kind": kinds.get(kind, kind),
                "account": names.get(account, account),
                "debit": in_currency(max(0, amount), places),
                "credit": in_currency(max(0, -amount), places),
            }
            for (kind, account), amount in sums.items()
            if amount
        ]

    def _account_names(self):
        """Return what accounts of the engine are called: by the contract's own, else by their part."""
        contract = self.contract_id
        own = {
            "contract_liability": contract.liability_account_id.display_name,
            "contract_asset": contract.asset_account_id.display_name,
            "refund_liability": contract.refund_account_id.display_name,
        }
        parts = {
            "contract_liability": self.env._("Contract Liability"),
            "contract_asset": self.env._("Contract Asset"),
            "refund_liability": self.env._("Refund Liability"),
            "revenue": self.env._("Revenue"),
            "cost": self.env._("Cost"),
            "cost_asset": self.env._("Contract Cost"),
            "loss_provision": self.env._("Loss Provision"),
            "interest_expense": self.env._("Interest Expense"),
            "interest_income": self.env._("Interest Income"),
        }
        return {key: own.get(key) or part for key, part in parts.items()}

    def _kind_names(self):
        return dict(self.env["revenue.posting"]._fields["kind"]._description_selection(self.env))

    def _obligations_to_compare(self, columns):
        keys = {key for column in columns for key in column.get("allocated", ())}
        return self.contract_id.obligation_ids.filtered(lambda obligation: obligation.key in keys)

    # === CHOOSING === #

    def action_apply_as(self, treatment: str, note: str | None = None):
        """Apply the modification with a treatment of one's choice.

        :param str treatment: ``separate``, ``prospective`` or ``catch_up``
        :param str note: why, needed where the standard comes to another treatment; it stays on the record
        :raises AccessError: for users who may not change modifications
        :raises UserError: for an unknown treatment, what has its answer already, a missing reason, or a treatment that
            cannot be worked out
        """
        self.ensure_one()
        self.check_access("write")
        self._check_proposed()
        read_argument(self.env, "treatment", reading.choice, treatment, dict(TREATMENTS))
        note = read_argument(self.env, "note", reading.text, note).strip()
        self._check_why(treatment, note)
        self.sudo().write({"treatment": treatment, "note": note or self.note})
        self.action_apply()

    def _check_why(self, treatment, note):
        """Ask for a reason where the standard comes to another treatment."""
        decided = self.sudo()._standard_treatment()
        if decided and decided != treatment and not note:
            labels = dict(self._fields["decided"]._description_selection(self.env))
            raise UserError(self.env._("The standard comes to: %s. Say why it is applied otherwise.", labels[decided]))
