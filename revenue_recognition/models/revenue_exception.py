from odoo import api, fields, models
from odoo.fields import Domain

from ..closing.account_roles import ROLES
from ..engine.wording import from_plain
from .places import place_in_words
from .translating import contract_translator

#: The accounts of exchange differences, which are Odoo's.
EXCHANGE = {
    "exchange_gain": "income_currency_exchange_account_id",
    "exchange_loss": "expense_currency_exchange_account_id",
}


class RevenueException(models.Model):
    """A row of the worklist: something that a person has to mend before the revenue of a contract is right."""

    _name = "revenue.exception"
    _description = "Revenue Exception"
    _check_company_auto = True
    _order = "blocking desc, id"
    _rec_name = "message"

    company_id = fields.Many2one("res.company", required=True, index=True)
    contract_id = fields.Many2one("revenue.contract", index=True, ondelete="cascade")
    obligation_id = fields.Many2one("revenue.obligation", index=True, ondelete="cascade")
    order_id = fields.Many2one("sale.order", index=True, ondelete="cascade")
    close_id = fields.Many2one(
        "revenue.close", index=True, ondelete="cascade", help="Empty for what concerns no close."
    )
    kind = fields.Char(required=True)
    message = fields.Char(
        compute="_compute_message",
        search="_search_message",
        help="What is missing and what to do about it, in the language of whoever reads it.",
    )
    message_data = fields.Json(readonly=True, help="What the message is made of, to be told in any language.")
    message_written = fields.Char(
        readonly=True, translate=True, help="The message in the languages of the day it was found, for searching."
    )
    blocking = fields.Boolean(help="The contract is left out of a close until this is seen to.")

    # === COMPUTE METHODS === #

    @api.depends("kind", "message_data", "message_written", "contract_id")
    @api.depends_context("lang")
    def _compute_message(self):
        for exception in self:
            data = exception.message_data
            exception.message = exception._say(data, exception.contract_id) if data else exception.message_written

    def _search_message(self, operator, value):
        return Domain("message_written", operator, value)

    # === ACTIONS === #

    def action_open(self):
        """Open what has to be seen to."""
        self.ensure_one()
        self.check_access("read")
        return (self.contract_id or self.order_id or self.close_id)._get_records_action()

    def action_review_contracts(self):
        """Look the contracts of exceptions through again: what was missing may be there by now."""
        self.contract_id.action_review()

    # === BUSINESS METHODS === #

    def _note(self, found):
        """Make exceptions that each person reads in his language, also in one that is installed later.

        :param found: list of (contract, :class:`~..loading.Problem`, further values)
        :return: the exceptions
        """
        made = self.create([self._values(*one) for one in found])
        for lang, _name in self.env["res.lang"].get_installed():
            for one in made.with_context(lang=lang):
                one.message_written = one.message
        return made

    def _values(self, contract, problem, more):
        return {
            "company_id": contract.company_id.id,
            "contract_id": contract.id,
            "obligation_id": problem.obligation_id,
            "kind": problem.kind,
            "message_data": problem.as_data(),
            "blocking": problem.blocking,
            **more,
        }

    @api.model
    def _sentence(self, problem, contract):
        """Return what is wrong in words, in the user's language.

        :param problem: a :class:`~..loading.Problem`
        :param contract: the contract it is of
        """
        return self._say(problem.as_data(), contract)

    @api.model
    def _say(self, data, contract):
        """Return the words for a problem, filled as the user writes it.

        :param dict data: a :class:`~..loading.Problem` as JSON keeps it
        :param contract: the contract it is of
        """
        values = {name: self._value(name, from_plain(value), contract) for name, value in data["values"].items()}
        return self._words(data["kind"]) % values

    def _value(self, name, value, contract):
        """Return what fills a place in the words, as the user writes it."""
        if name == "place":
            return place_in_words(self.env, value)
        if name == "roles":
            accounts = self.env["res.company"]._fields
            fields_of = {role: ROLES[role].company_field if role in ROLES else EXCHANGE.get(role) for role in value}
            known = [accounts[field]._description_string(self.env) for field in fields_of.values() if field in accounts]
            return ", ".join(known or value)
        return contract_translator(contract.with_env(self.env))(value)

    def _words(self, kind):
        """Return what is wrong and what to do about it, in words with places for values."""
        return {**self._words_of_terms(), **self._words_of_records(), **self._words_of_hints()}[kind]

    def _words_of_terms(self):
        """Return, by kind, what obligations lack."""
        return {
            "ssp": self.env._(
                "%(name)s has no standalone selling price. Enter one in the book of selling prices, then check again."
            ),
            "estimate": self.env._(
                "%(name)s has no estimate at completion. Record the cost or the hours expected, as evidence."
            ),
            "milestones": self.env._(
                "%(name)s has no milestone, so nothing of it is done yet. Add milestones of its order line to the "
                "project."
            ),
            "shared_milestones": self.env._(
                "Milestones of the project of %(name)s name no order line, and orders of several contracts share it. "
                "Give each milestone its order line, or a task of its order."
            ),
            "weights": self.env._(
                "The milestones of %(name)s add up to %(percent)s %%, not to 100 %%. What is missing counts as not "
                "done, what is too much is brought down to 100 %%. Correct their quantities."
            ),
            "dates": self.env._("%(name)s has no end. Enter the dates of its service on the order line or here."),
            "span": self.env._("%(name)s ends on %(end)s, before it starts on %(start)s. Correct its dates."),
            "start": self.env._("%(name)s has no date. Enter the dates of its service on the order line or here."),
            "empty": self.env._("The contract has no obligations."),
        }

    def _words_of_records(self):
        """Return, by kind, what rates, documents and accounts lack."""
        return {
            "rate": self.env._("There is no rate of %(currency)s on %(date)s or before. Enter it, then compute again."),
            "currency": self.env._(
                "Invoices of %(date)s are in %(currency)s, not in the currency of the contract. Credit them, and bill "
                "in that currency."
            ),
            "shared": self.env._(
                "Cost charged to the project of %(name)s belongs to no order line, and several obligations share it. "
                "Choose the order line that each was spent for; who approves timesheets may do so."
            ),
            "shared_hours": self.env._(
                "Hours in the project of %(name)s belong to no order line, and several obligations share it: they "
                "count for none. Give those worked for one of them its order line; who approves timesheets may do so."
            ),
            "account": self.env._("The account %(account)s is archived. Use it again, or choose another one."),
            "accounts": self.env._("There is no account for: %(roles)s. Set it up in the configuration of accounts."),
            "income": self.env._(
                "%(name)s has no income account. Choose one on its product or the category of that, or in its policy."
            ),
            "refused": self.env._("It cannot be worked out: %(place)s: %(reason)s."),
        }

    def _words_of_hints(self):
        """Return, by kind, what is worth a look."""
        return {
            "overrun": self.env._("%(name)s has passed its estimate; its progress stays at 100 %%."),
            "late": self.env._(
                "Evidence of closed periods came in later and counts in this one: %(count)s facts from %(date)s on."
            ),
            "proposed": self.env._("A change of the contract waits for an answer: %(name)s."),
            "ended": self.env._(
                "The contract was ended when its order was cancelled, and the order is confirmed again: nothing more "
                "is earned of it. Make a new order of what is still to be delivered."
            ),
            "moved": self.env._(
                "%(name)s is booked on %(now)s from now on, as its order or product says. What was booked before stays "
                "on %(before)s."
            ),
            "project": self.env._(
                "%(name)s is delivered in %(now)s by now; its progress is read from %(before)s still, since revenue is "
                "booked. Have it read from there, or leave it."
            ),
            "policy": self.env._("%(name)s follows no policy; its invoices go to income as always."),
            "billed_above": self.env._(
                "%(amount)s more is billed than the contract is worth, and its order has nothing left to invoice: it "
                "is never earned. Credit it, or raise the order."
            ),
        }
