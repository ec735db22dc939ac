from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine import Refusal, Timeline
from ..engine.money import in_currency
from ..engine.position import position
from ..loading import Loader
from .telling import teller

TREATMENTS = [
    ("separate", "Separate Contract"),
    ("prospective", "Prospective"),
    ("catch_up", "Cumulative Catch-Up"),
]


def _told_refusal(refusal, loaded, env):
    """Return why a contract cannot be worked out, as the user of an environment reads it."""
    return refusal.told(teller(env, loaded))


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
    reason = fields.Char(string="Why", readonly=True, translate=True, help="Why the standard comes to this treatment.")
    fixed_delta = fields.Monetary(string="Price Change", help="By how much the fixed consideration changes.")
    refund = fields.Monetary(help="What is given back: off the price of what was delivered, or at the end.")
    price_before = fields.Monetary(readonly=True, help="Transaction price without the change.")
    price_after = fields.Monetary(readonly=True, help="Transaction price with the change.")
    revenue_before = fields.Monetary(string="Earned Before", readonly=True, help="Through the day, without the change.")
    revenue_after = fields.Monetary(string="Earned After", readonly=True, help="Through the day, with the change.")
    note = fields.Char(string="Answer", readonly=True, help="Why it was rejected, or applied with another treatment.")
    applied_by_id = fields.Many2one("res.users", readonly=True)
    applied_at = fields.Datetime(readonly=True)
    line_ids = fields.One2many("revenue.modification.line", "modification_id", string="Changes")
    of_order = fields.Boolean(
        readonly=True, help="It follows a change of the order, so that order and contract agree once it is applied."
    )
    move_id = fields.Many2one(
        "account.move",
        string="Credit Note",
        readonly=True,
        index="btree_not_null",
        help="The credit note that may be a price concession.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("contract_id", "date")
    def _check_lines(self):
        self.line_ids._check_obligation()

    # === CRUD METHODS === #

    def write(self, vals):
        if not self.env.su and self.filtered(lambda one: one.state != "proposed"):
            raise UserError(self.env._("What is applied or rejected is not changed. Make another modification."))
        result = super().write(vals)
        if {"date", "treatment", "fixed_delta", "refund", "line_ids"} & set(vals) and "decided" not in vals:
            self.sudo().filtered(lambda one: one.state == "proposed")._work_out()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_proposals_only(self):
        if any(one.state != "proposed" for one in self) or not self.env.su:
            raise UserError(self.env._("A modification is not deleted: reject it."))

    # === ACTIONS === #

    def action_apply(self):
        """Let the modification count; see :meth:`_apply`."""
        self.check_access("write")
        self._check_open_period()
        self.sudo()._apply()

    def action_reject(self, note=None):
        """Leave the contract as it was agreed.

        :param str note: why; it stays on the record
        """
        self.check_access("write")
        self._check_proposed()
        self.sudo()._leave(note)

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
        found = {"before": self.sudo()._told_outcome(None)}
        for treatment, _label in TREATMENTS:
            found[treatment] = self.sudo()._told_outcome(treatment)
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
        """Forget proposals; one that facts were recorded about is rejected instead, for evidence stays."""
        for one in self:
            if one._added_obligations().evidence_ids:
                one._leave(one.env._("The order was changed again."))
                continue
            added = one._added_obligations()
            one.line_ids.unlink()
            added.unlink()
            one.unlink()

    def _leave(self, note):
        """Reject proposals: what they would have added stands for no order line any more."""
        self._added_obligations().sale_line_ids = False
        for one in self:
            one.write({"state": "rejected", "note": note or one.note})

    def _settle(self):
        """Work a proposal out, tell people, and apply it where its policies say so and it is certain."""
        self._work_out()
        versions = self.line_ids.obligation_id.policy_version_id
        automatic = versions and all(version.modification == "auto" for version in versions)
        if automatic and self.decided and self._is_certain():
            self._apply()
        self._tell()

    def _is_certain(self):
        """Return whether there is no choice: a contract of its own, or the same figures either way."""
        if self.decided == "separate":
            return True
        prospective, catch_up = self._outcome("prospective"), self._outcome("catch_up")
        return "error" not in prospective and prospective.get("obligations") == catch_up.get("obligations")

    def _apply(self):
        for one in self:
            one._check_proposed()
            one._work_out()
            if one.kind == "modify" and not one.decided:
                raise UserError(one.env._("%(name)s can't be worked out: %(why)s", name=one.name, why=one.reason))
            one.write(
                {
                    "state": "applied",
                    "treatment": one.decided or one.treatment,
                    "applied_by_id": one.env.uid,
                    "applied_at": fields.Datetime.now(),
                }
            )
            one.contract_id._review()

    def _check_proposed(self):
        """Let proposals pass.

        :raises UserError: for what has its answer already
        """
        for one in self:
            if one.state != "proposed":
                raise UserError(one.env._("%s has its answer already.", one.name))

    def _check_open_period(self):
        """A change dated into a locked period counts in the open one; nothing to refuse, but never unseen."""
        for one in self:
            locked = one.company_id.sudo().revenue_lock_date
            if locked and one.date <= locked and not one.note:
                one.sudo().note = one.env._(
                    "Takes effect in a locked period; what it changes is caught up in the open."
                )

    def _work_out(self):
        """Write treatment, reason and figures of proposals."""
        for one in self:
            before = one._outcome(None)
            after = one._outcome(one.treatment)
            error = after.get("error") or before.get("error")
            one.write(
                {
                    "decided": False if error else after["treatment"] or False,
                    "price_before": before.get("price"),
                    "price_after": after.get("price"),
                    "revenue_before": before.get("revenue"),
                    "revenue_after": after.get("revenue"),
                }
            )
            one._write_reason(error or after["reason"])

    def _write_reason(self, tell):
        """Write the reason in every language: whoever reads it later reads his own.

        :param tell: takes an environment and returns the reason as its user reads it
        """
        for lang, _name in self.env["res.lang"].get_installed():
            told = self.with_context(lang=lang)
            reason = tell(told.env)
            told.reason = reason[:1].upper() + reason[1:]

    def _told_outcome(self, treatment):
        """Return :meth:`_outcome` with the reason, or what is wrong, in the user's words."""
        found = self._outcome(treatment)
        return {**found, **{name: found[name](self.env) for name in ("reason", "error") if name in found}}

    def _outcome(self, treatment):
        """Return the contract through the day of the change, with a treatment of it, or without it (None).

        What ``reason`` and ``error`` hold takes an environment and returns the words its user reads.
        """
        self.env.flush_all()
        proposed = {self.id: treatment} if treatment else {}
        loader = Loader(self.env, self.company_id, self.date, proposed=proposed, without=self.ids)
        loaded = loader.load(self.contract_id.ids)[self.contract_id.id]
        if loaded.blocked():
            problem = next(one for one in loaded.problems if one.blocking)
            return {"error": lambda env: env["revenue.exception"]._sentence(problem)}
        try:
            state = Timeline(loaded.contract()).forward(self.date)
            found = position(state, self.date)
        except Refusal as refusal:
            return {"error": partial(_told_refusal, refusal, loaded)}
        places = loaded.decimals
        return {
            "treatment": found.treatment if treatment else "",
            "reason": lambda env: teller(env, loaded)(state.reason) if treatment else "",
            "price": in_currency(found.transaction_price, places),
            "revenue": in_currency(found.revenue, places),
            "obligations": {
                line.key: {
                    "allocated": in_currency(line.allocated, places),
                    "recognised": in_currency(line.recognised, places),
                }
                for line in found.lines
            },
        }

    def _tell(self):
        """Say on the orders that their revenue contract is changed, or waits for an answer."""
        for one in self:
            text = one.env._("Revenue: a change of the contract waits for an answer: %s.")
            if one.state == "applied":
                text = one.env._("Revenue: a change of the contract was applied: %s.")
            for order in one.contract_id.order_ids:
                order.message_post(body=text % one.name)
