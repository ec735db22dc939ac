from odoo import api, fields, models
from odoo.addons.record_protection import reading
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ..engine import Refusal, Timeline, earned_before
from ..engine.money import in_currency
from ..engine.position import position
from ..engine.wording import from_plain, to_plain
from ..loading import Loader
from .places import place_in_words
from .translating import contract_translator

TREATMENTS = [
    ("separate", "Separate Contract"),
    ("prospective", "Prospective"),
    ("catch_up", "Cumulative Catch-Up"),
]


class RevenueModification(models.Model):
    """A change of scope or price that the parties agreed (ASC 606-10-25-10).

    Proposed with its treatment, its reason and its figures; it counts once it is applied, by a revenue
    accountant or by a policy that says so. What is applied is not changed any more.
    """

    _name = "revenue.modification"
    _description = "Contract Modification"
    _check_company_auto = True
    _order = "contract_id, date, id"

    contract_id = fields.Many2one("revenue.contract", required=True, index=True, check_company=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    name = fields.Char(required=True)
    date = fields.Date(required=True, help="The change takes effect at the beginning of this day.")
    kind = fields.Selection(
        [("modify", "Modification"), ("terminate", "Termination")],
        required=True,
        default="modify",
        help="A modification changes what is promised; a termination ends the contract.",
    )
    state = fields.Selection(
        [("proposed", "Proposed"), ("applied", "Applied"), ("rejected", "Rejected")],
        required=True,
        default="proposed",
        readonly=True,
        index=True,
        help="What is proposed does not count before it is applied.",
    )
    treatment = fields.Selection(
        [("auto", "As the Standard Decides"), *TREATMENTS],
        required=True,
        default="auto",
        help="How the change is accounted for (ASC 606-10-25-12, 25-13).",
    )
    decided = fields.Selection(
        TREATMENTS,
        string="By the Standard",
        readonly=True,
        help="The treatment that follows from ASC 606-10-25-12 and 25-13.",
    )
    reason = fields.Char(
        string="Why",
        compute="_compute_reason",
        help="Why the standard comes to this treatment, in the language of whoever reads it.",
    )
    reason_data = fields.Json(readonly=True, copy=False, help="What the reason is made of.")
    reason_written = fields.Char(
        readonly=True, copy=False, translate=True, help="The reason as versions before this one wrote it."
    )
    fixed_delta = fields.Monetary(string="Price Change", help="By how much the fixed consideration changes.")
    refund = fields.Monetary(help="What is given back: off the price of what was delivered, or at the end.")
    price_before = fields.Monetary(readonly=True, help="Transaction price without the change.")
    price_after = fields.Monetary(readonly=True, help="Transaction price with the change.")
    revenue_before = fields.Monetary(
        string="Earned Before", readonly=True, help="Through the day before, without the change."
    )
    revenue_after = fields.Monetary(
        string="Earned After", readonly=True, help="Through the day before, with the change."
    )
    note = fields.Char(string="Answer", readonly=True, help="Why it was rejected, or applied with another treatment.")
    applied_by_id = fields.Many2one("res.users", readonly=True)
    applied_at = fields.Datetime(readonly=True)
    line_ids = fields.One2many("revenue.modification.line", "modification_id", string="Changes")
    of_order = fields.Boolean(
        readonly=True, help="It follows a change of the order, so that order and contract agree once it is applied."
    )
    alone = fields.Boolean(
        string="Others Keep Their Price",
        readonly=True,
        help="Obligations that it does not name keep their share of the price (ASC 606-10-25-13c).",
    )
    followed_delta = fields.Monetary(
        readonly=True, help="The price change that order or credit note stands for, whatever was applied in its place."
    )
    carried = fields.Json(
        readonly=True,
        help="What of the order's change credit notes, or changes without the order, had made already: in the smallest "
        "units of the currency, by the lines concerned.",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Credit Note",
        readonly=True,
        index="btree_not_null",
        help="The credit note that may be a price concession.",
    )

    hindrance = fields.Char(
        string="In the Way",
        compute="_compute_hindrance",
        help="Why it cannot be applied: with its treatment, the contract cannot be worked out.",
    )

    # === COMPUTE METHODS === #

    @api.depends("reason_data", "reason_written")
    @api.depends_context("lang")
    def _compute_reason(self):
        for change in self:
            change.reason = change._in_words(change.reason_data) or change.reason_written

    @api.depends("state", "date", "treatment", "fixed_delta", "refund", "line_ids.terms")
    @api.depends_context("lang")
    def _compute_hindrance(self):
        for change in self:
            proposed = change.sudo() if change.state == "proposed" and change.id else self.browse()
            change.hindrance = proposed and proposed._outcome_in_words(change.treatment).get("error")

    # === CONSTRAINT METHODS === #

    @api.constrains("contract_id", "date")
    def _check_lines(self):
        self.line_ids._check_obligation()

    # === CRUD METHODS === #

    def write(self, vals):
        if not self.env.su and self.filtered(lambda modification: modification.state != "proposed"):
            raise UserError(self.env._("What is applied or rejected is not changed. Make another modification."))
        result = super().write(vals)
        if {"date", "treatment", "fixed_delta", "refund", "line_ids"} & set(vals) and "decided" not in vals:
            self.sudo().filtered(lambda modification: modification.state == "proposed")._work_out()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_proposals_only(self):
        if any(modification.state != "proposed" for modification in self) or not self.env.su:
            raise UserError(self.env._("A modification is not deleted: reject it."))

    # === ACTIONS === #

    def action_apply(self):
        """Apply the modification; see :meth:`_apply`."""
        self.check_access("write")
        self._check_open_period()
        self.sudo()._apply()

    def action_reject(self, note=None):
        """Leave the contract as it was agreed.

        :param str note: why; it stays on the record
        """
        self.check_access("write")
        self._check_proposed()
        self.sudo()._leave(read_argument(self.env, "note", reading.text, note))

    def action_work_out(self):
        """Work treatment, reason and figures out again."""
        self.check_access("write")
        self._check_proposed()
        self.sudo()._work_out()

    def compare(self):
        """Work the modification out with each treatment; write nothing.

        :return: ``{treatment: {"reason", "price", "revenue", "obligations": {key: {"allocated", "recognised"}}}}``
            with amounts in the contract's currency through the day of the change; a treatment that cannot be worked
            out has ``{"error": reason}``. ``before`` is the contract without the change.
        :raises AccessError: for users who may not read the modification
        """
        self.ensure_one()
        self.check_access("read")
        found = {"before": self.sudo()._outcome_in_words(None)}
        for treatment, _label in TREATMENTS:
            found[treatment] = self.sudo()._outcome_in_words(treatment)
        return found

    # === BUSINESS METHODS === #

    def _added_obligations(self):
        """Return the obligations that modifications add."""
        return self.line_ids.filtered(lambda line: line.action == "add").obligation_id

    def _add_promises(self, promises, spare):
        """Add what order lines promise.

        :param list promises: values of obligations
        :param spare: obligations of an earlier proposal; one that is promised still keeps what was recorded about it
        """
        self.ensure_one()
        known = {one.key: one for one in spare}
        for values in promises:
            one = known.get(values["key"])
            if one:
                one.modification_id.line_ids.filtered(lambda line, one=one: line.obligation_id == one).unlink()
                one.write({**values, "modification_id": self.id})
            else:
                one = self.env["revenue.obligation"].create(
                    {**values, "contract_id": self.contract_id.id, "modification_id": self.id}
                )
            self.line_ids = [Command.create({"obligation_id": one.id, "action": "add"})]

    def _withdraw(self):
        """Delete proposals; a proposal with recorded evidence is rejected instead, since evidence is never deleted."""
        for modification in self:
            if modification._added_obligations().evidence_ids:
                modification._leave(modification.env._("The order was changed again."))
                continue
            added = modification._added_obligations()
            modification.line_ids.unlink()
            added.unlink()
            modification.unlink()

    def _leave(self, note):
        """Reject proposals: what they would have added stands for no order line any more."""
        self._added_obligations().sale_line_ids = False
        for modification in self:
            modification.write({"state": "rejected", "note": note or modification.note})
        self.contract_id._note_billed_above()

    def _says(self, changes, delta, carried):
        """Return whether one proposal says just that, so that it stays with what people wrote on it.

        :param list changes: values of its lines
        :param float delta: by how much the price changes
        :param dict carried: what of the order's change was agreed another way
        """
        if len(self) != 1 or self.kind != "modify" or self.followed_delta != delta or (self.carried or {}) != carried:
            return False
        lines = [(line.obligation_id.id, line.action, line.terms or {}) for line in self.line_ids]
        wanted = [
            (modification["obligation_id"], modification["action"], modification.get("terms") or {})
            for modification in changes
        ]
        return sorted(lines, key=str) == sorted(wanted, key=str)

    def _settle(self):
        """Work a proposal out, tell people, and apply it where its policies say so and it is certain."""
        self._work_out()
        versions = self.line_ids.obligation_id.policy_version_id
        automatic = versions and all(version.modification == "auto" for version in versions)
        if automatic and self.decided and self._is_certain():
            self._apply()
        self._log_on_orders()

    def _is_certain(self):
        """Return whether there is no choice: a contract of its own, or the same figures either way."""
        if self.decided == "separate":
            return True
        prospective, catch_up = self._outcome("prospective"), self._outcome("catch_up")
        return "error" not in prospective and prospective.get("obligations") == catch_up.get("obligations")

    def _apply(self):
        for modification in self:
            modification._check_proposed()
            modification._work_out()
            if modification.hindrance:
                raise UserError(
                    modification.env._(
                        "%(name)s can't be worked out: %(why)s", name=modification.name, why=modification.hindrance
                    )
                )
            modification.write(
                {
                    "state": "applied",
                    "treatment": modification.decided or modification.treatment,
                    "applied_by_id": modification.env.uid,
                    "applied_at": fields.Datetime.now(),
                }
            )
            modification.contract_id._remember_applied(modification)
            modification.contract_id._review()

    def _check_proposed(self):
        """Refuse modifications that are not proposed.

        :raises UserError: for what has its answer already
        """
        for modification in self:
            if modification.state != "proposed":
                raise UserError(modification.env._("%s has its answer already.", modification.name))

    def _check_open_period(self):
        """Warn of a modification dated into a locked period: its effect is booked in the open one."""
        for change in self:
            locked = change.company_id.sudo().revenue_lock_date
            if locked and change.date <= locked and not change.note:
                month = change.env["revenue.close"].sudo()._first_open_end(change.company_id)
                change.sudo().note = change.env._(
                    "Takes effect in a locked period: what it changes is caught up and booked in %(month)s.",
                    month=format_date(change.env, month, date_format="MMMM y"),
                )

    def _work_out(self):
        """Write treatment, reason and figures of proposals; prices they lacked may be in the book by now."""
        for modification in self:
            modification._added_obligations()._find_missing_prices()
            modification.invalidate_recordset(["hindrance"])
            before = modification._outcome(None)
            after = modification._outcome(modification.treatment)
            error = after.get("error") or before.get("error")
            modification.write(
                {
                    "decided": False if error else after["treatment"] or False,
                    "price_before": before.get("price"),
                    "price_after": after.get("price"),
                    "revenue_before": before.get("earned_before"),
                    "revenue_after": after.get("earned_before"),
                    "reason_data": error or after["reason"],
                    "reason_written": False,
                }
            )

    def _outcome_in_words(self, treatment):
        """Return :meth:`_outcome` with the reason, or what is wrong, in the user's words."""
        found = self._outcome(treatment)
        return {**found, **{name: self._in_words(found[name]) for name in ("reason", "error") if name in found}}

    def _in_words(self, data):
        """Return the reason of a treatment, or what is wrong, as a sentence in the user's language.

        :param dict data: as :meth:`_outcome` returns it; nothing for no reason
        """
        if not data:
            return ""
        contract = self.contract_id
        if "kind" in data:
            return self.env["revenue.exception"]._say(data, contract)
        words = contract_translator(contract)(from_plain(data["text"]))
        place = place_in_words(self.env, data["place"]) if "place" in data else ""
        words = (f"{place}: {words}" if place else words).encode(errors="replace").decode()
        return words[:1].upper() + words[1:]

    def _outcome(self, treatment):
        """Return the contract through the day of the change, with a treatment of it, or without it (None).

        What ``reason`` and ``error`` hold are plain values, to be kept and told in any language: :meth:`_in_words`.
        """
        self.env.flush_all()
        proposed = {self.id: treatment} if treatment else {}
        loader = Loader(self.env, self.company_id, self.date, proposed=proposed, without=self.ids)
        loaded = loader.load(self.contract_id.ids)[self.contract_id.id]
        if loaded.blocked():
            problem = next(one for one in loaded.problems if one.blocking)
            return {"error": problem.as_data()}
        try:
            terms = loaded.contract()
            state = Timeline(terms).forward(self.date)
            found = position(state, self.date)
            earned = earned_before(terms, self.date)
        except Refusal as refusal:
            return {"error": {"place": refusal.place, "text": to_plain(refusal.reason)}}
        places = loaded.decimals
        return {
            "treatment": found.treatment if treatment else "",
            "reason": {"text": to_plain(state.reason)} if treatment else {},
            "price": in_currency(found.transaction_price, places),
            "revenue": in_currency(found.revenue, places),
            "earned_before": in_currency(earned, places),
            "obligations": {
                line.key: {
                    "allocated": in_currency(line.allocated, places),
                    "recognised": in_currency(line.recognised, places),
                }
                for line in found.lines
            },
        }

    def _log_withdrawn(self):
        """Say on the orders that a proposal lost its cause."""
        for modification in self:
            text = modification.env._(
                "Revenue: a proposed change of the contract is gone with what it came from: %s.", modification.name
            )
            for order in modification.contract_id.order_ids:
                order.message_post(body=text)

    def _log_on_orders(self):
        """Say on the orders that their revenue contract is changed, or waits for an answer."""
        for modification in self:
            if modification.state == "applied":
                text = modification.env._("Revenue: a change of the contract was applied: %s.", modification.name)
            else:
                text = modification.env._(
                    "Revenue: a change of the contract waits for an answer: %s.", modification.name
                )
            for order in modification.contract_id.order_ids:
                order.message_post(body=text)
