from datetime import date

from odoo import fields, models
from odoo.tools import format_date

from .account_roles import ROLES
from .places import told_place
from .telling import teller


class RevenueException(models.Model):
    """Something that has to be seen to before a contract's revenue can be right: the worklist."""

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
    message = fields.Char(required=True, translate=True)
    blocking = fields.Boolean(help="The contract is left out of a close until this is seen to.")

    def action_open(self):
        """Open what has to be seen to."""
        self.ensure_one()
        return (self.contract_id or self.order_id or self.close_id)._get_records_action()

    def action_review_contracts(self):
        """Look the contracts of exceptions through again: what was missing may be there by now."""
        self.contract_id.action_review()

    def _note(self, found):
        """Make exceptions, each in every language: whoever sees to one reads his own.

        :param found: list of (contract, :class:`~..loading.Problem`, further values)
        :return: the exceptions
        """
        made = self.create([self._values(*one) for one in found])
        for lang, _name in self.env["res.lang"].get_installed():
            told = made.with_context(lang=lang)
            for one, (_contract, problem, _more) in zip(told, found, strict=True):
                one.message = told._sentence(problem)
        return made

    def _values(self, contract, problem, more):
        return {
            "company_id": contract.company_id.id,
            "contract_id": contract.id,
            "obligation_id": problem.obligation_id,
            "kind": problem.kind,
            "message": self._sentence(problem),
            "blocking": problem.blocking,
            **more,
        }

    def _sentence(self, problem):
        """Return what is wrong in words, in the user's language.

        :param problem: a :class:`~..loading.Problem`
        """
        return self._words(problem.kind) % {name: self._value(name, value) for name, value in problem.values.items()}

    def _value(self, name, value):
        """Return what fills a place in the words, as the user writes it."""
        if isinstance(value, date):
            return format_date(self.env, value)
        if name == "place":
            return told_place(self.env, value)
        if name == "roles":
            accounts = self.env["res.company"]._fields
            return ", ".join(accounts[ROLES[role].company_field]._description_string(self.env) for role in value)
        return teller(self.env)(value)

    def _words(self, kind):
        """Return what is wrong and what to do about it, in words with places for values."""
        words = {
            "ssp": self.env._(
                "%(name)s has no standalone selling price. Enter one in the book of selling prices, then check again."
            ),
            "estimate": self.env._(
                "%(name)s has no estimate at completion. Record the cost or the hours expected, as evidence."
            ),
            "milestones": self.env._("%(name)s has no milestone. Add milestones of its order line to the project."),
            "weights": self.env._(
                "The milestones of %(name)s add up to %(percent)s %%, not to 100 %%. Correct their quantities."
            ),
            "dates": self.env._("%(name)s has no end. Enter the dates of its service on the order line or here."),
            "span": self.env._("%(name)s ends on %(end)s, before it starts on %(start)s. Correct its dates."),
            "start": self.env._("%(name)s has no date. Enter the dates of its service on the order line or here."),
            "empty": self.env._("The contract has no obligations."),
            "rate": self.env._("There is no rate of %(currency)s on %(date)s or before. Enter it, then compute again."),
            "currency": self.env._("Invoices of %(date)s are in %(currency)s, not in the currency of the contract."),
            "shared": self.env._(
                "Cost charged to the project of %(name)s belongs to no order line, and several obligations share it."
            ),
            "account": self.env._("The account %(account)s is archived. Use it again, or choose another one."),
            "accounts": self.env._("There is no account for: %(roles)s. Set it up in the configuration of accounts."),
            "refused": self.env._("It cannot be worked out: %(place)s: %(reason)s."),
            "overrun": self.env._("%(name)s has passed its estimate; its progress stays at 100 %%."),
            "late": self.env._(
                "Evidence of closed periods came in later and counts in this one: %(count)s facts from %(date)s on."
            ),
            "proposed": self.env._("A change of the contract waits for an answer: %(name)s."),
            "policy": self.env._("%(name)s follows no policy; its invoices go to income as always."),
        }
        return words[kind]
