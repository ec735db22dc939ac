from functools import partial

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..closing.roles import RoleBook
from ..closing.states import COUNTING
from ..engine import Refusal, Timeline
from ..engine.position import position
from ..loading import SOURCES, Loader
from .revenue_obligation import fixed_price

#: What may not change once a close has booked something of the contract.
FIXED_ONCE_BOOKED = {
    *("partner_id", "company_id", "currency_id", "date", "fixed", "liability_account_id", "asset_account_id"),
    *("refund_account_id", "financing_rate", "financing_date", "obligation_ids"),
}


class RevenueContract(models.Model):
    """How contracts come about, are combined, separated and looked through."""

    _inherit = "revenue.contract"

    # === ACTIONS === #

    def action_review(self):
        """Look a contract through again: what was missing may be there by now."""
        self.check_access("write")
        self.sudo()._review()

    def action_combine(self):
        """Make one contract of several of the same customer (ASC 606-10-25-9).

        :return: the contract
        :raises UserError: when they differ in customer, company or currency, or something is booked of one of them
        """
        self.check_access("write")
        self.sudo()._combine()
        return self.sorted(lambda contract: (contract.date, contract.id))[:1]

    def action_separate(self):
        """Give each order of a combined contract a contract of its own again.

        :raises UserError: when something of the contract is booked, or it has only one order
        """
        self.check_access("write")
        for contract in self.sudo():
            contract._separate()

    # === CRUD METHODS === #

    def write(self, vals):
        if not self.env.su and FIXED_ONCE_BOOKED & set(vals):
            self._check_unbooked()
        return super().write(vals)

    def _check_unbooked(self):
        """What is booked follows from the terms: they change by modifications from then on.

        :raises UserError: for contracts of which something is booked
        """
        if self._is_booked():
            reason = self.env._(
                "%s is booked already: its terms change by a modification. Change the order, or propose one."
            )
            raise UserError(reason % ", ".join(self.mapped("name")))

    # === MAKING === #

    def _take_over(self, order, promises):
        """Add what an order promises to a contract that is not booked yet.

        :param order: a confirmed sale order
        :param list promises: values of obligations
        """
        self.ensure_one()
        lines = order.order_line.filtered(lambda line: not line.display_type)
        reductions = lines._revenue_reductions()
        order.revenue_contract_id = self
        self.obligation_ids = [Command.create(values) for values in promises]
        self._cover_lines()
        price = fixed_price(promises)
        self.write(
            {
                "name": ", ".join(self.order_ids.sorted("id").mapped("name")),
                "date": min([self.date, order._revenue_date()]),
                "fixed": self.fixed + price + sum(reductions.mapped("price_subtotal")) + self._cents_of(order),
                **self._default_accounts(),
            }
        )

    def _default_accounts(self):
        """Return the accounts and the journal of the contract: those of the first policy that names its own."""
        versions, company = self.obligation_ids.policy_version_id, self.company_id

        def first_own(choice):
            default = choice()
            return next((own for own in map(choice, versions) if own != default), default).id

        return {
            "liability_account_id": first_own(partial(company._revenue_account, "contract_liability")),
            "asset_account_id": first_own(partial(company._revenue_account, "contract_asset")),
            "refund_account_id": first_own(partial(company._revenue_account, "refund_liability")),
            "journal_id": first_own(company._revenue_journal),
        }

    def _combine(self):
        """Move what is promised in several contracts into the earliest."""
        contracts = self.sorted(lambda contract: (contract.date, contract.id))
        target, others = contracts[:1], contracts[1:]
        if not others:
            raise UserError(self.env._("Choose two contracts at least to combine them."))
        for other in contracts:
            other._check_free(self.env._("%(contract)s can no longer be combined."))
            if (other.partner_id, other.company_id, other.currency_id) != (
                target.partner_id,
                target.company_id,
                target.currency_id,
            ):
                raise UserError(
                    self.env._(
                        "%(one)s and %(other)s differ in customer, company or currency.",
                        one=target.name,
                        other=other.name,
                    )
                )
        for other in others:
            orders = other.order_ids
            other.obligation_ids.contract_id = target
            orders.order_line.filtered(lambda line, other=other: line.revenue_contract_id == other).write(
                {"revenue_contract_id": target.id}
            )
            orders.revenue_contract_id = target
            target.fixed += other.fixed
            other.write({"fixed": 0, "state": "cancelled"})
        target.write({"name": ", ".join(target.order_ids.sorted("id").mapped("name")), **target._default_accounts()})
        target._review()

    def _separate(self):
        """Give each order after the first a contract of its own."""
        self._check_free(self.env._("%(contract)s can no longer be separated."))
        orders = self.order_ids.sorted(lambda order: (order.date_order, order.id))
        if len(orders) < 2:
            raise UserError(self.env._("%s has one order only.", self.name))
        for order in orders[1:]:
            self._let_go(order)
        first = orders[0]
        self.write({"name": first.name, "date": first._revenue_date()})
        self._review()

    def _let_go(self, order):
        own = self.obligation_ids.filtered(lambda obligation: obligation.sale_line_ids.order_id == order)
        if any(len(obligation.sale_line_ids.order_id) > 1 for obligation in self.obligation_ids):
            raise UserError(self.env._("An obligation of %s has lines of several orders.", self.name))
        lines = order.order_line.filtered(lambda line: line.revenue_contract_id == self)
        reductions = sum(
            line.price_subtotal for line in lines if line.price_subtotal < 0 and not line.revenue_obligation_ids
        )
        fixed = fixed_price(own) + reductions + self._cents_of(order)
        other = order._create_revenue_contract()
        own.contract_id = other
        lines.revenue_contract_id = other
        order.revenue_contract_id = other
        self.fixed -= fixed
        other.write({"fixed": fixed, **other._default_accounts()})
        other._review()

    def _check_free(self, refusal):
        """Refuse contracts of which something is booked or changed already.

        :param str refusal: what can no longer be done, with a place for the ``contract``
        :raises UserError: for any other
        """
        self.ensure_one()
        facts = self.evidence_ids or self.price_change_ids or self.cost_ids or self.modification_ids
        if self.state == "cancelled" or self._is_booked() or facts:
            why = self.env._("Something of it is booked, recorded, changed or cancelled.")
            reason = f"{refusal % {'contract': self.name}} {why}"
            raise UserError(reason)

    def _is_booked(self):
        """Return whether a posted close booked something of these contracts."""
        return bool(
            self.env["revenue.entry"].search_count(
                [("contract_id", "in", self.ids), ("close_id.state", "in", COUNTING)], limit=1
            )
        )

    def _billed_lines(self):
        """Return the posted invoice lines of the contracts."""
        return self.env["account.move.line"].search(
            [
                ("revenue_contract_id", "in", self.ids),
                ("parent_state", "=", "posted"),
                ("display_type", "=", "product"),
            ]
        )

    # === LOOKING THROUGH === #

    @api.model
    def _fact_sources(self):
        """Return what reads the facts of contracts, in the order in which it does: a list of ``loading.Source``.

        Overridden by addons that know more facts.
        """
        return SOURCES

    def _review(self):
        """Store the exceptions of each contract; a contract without blocking ones becomes active.

        A draft of which nothing can be earned yet, since all of it waits for milestones that nobody made, stays one.

        :return: the contracts that are blocked
        """
        self.filtered(lambda contract: contract.state == "draft")._find_missing_prices()
        self.env.flush_all()
        blocked, unplanned = self.browse(), self.browse()
        for company, contracts in self.grouped("company_id").items():
            loaded, accounts = Loader(self.env, company).load(contracts.ids), RoleBook(company)
            for contract in contracts:
                one = loaded[contract.id]
                contract._check_one(one)
                is_blocked = one.blocked()
                # A contract begins without it: only a close books something there.
                accounts.missing_incomes(one)
                contract._note_problems(one.problems)
                if is_blocked:
                    blocked |= contract
                elif one.is_unplanned():
                    unplanned |= contract
        begun = (self - blocked - unplanned).filtered(lambda contract: contract.state == "draft")
        begun.write({"state": "active"})
        begun._follow_documents()
        self._note_billed_above()
        return blocked

    def _check_one(self, loaded):
        """Try to work a contract out; why it cannot be is a problem of its own."""
        if loaded.blocked() or not loaded.promises:
            return
        last = max([loaded.date, *(event.date for event in loaded.events)])
        try:
            state = Timeline(loaded.contract()).forward(last)
            found = position(state, last)
        except Refusal as refusal:
            loaded.refused(refusal)
        else:
            self._keep_for_forecasts(loaded, state, found)

    def _note_problems(self, problems):
        """Replace the exceptions of a contract that belong to no close."""
        exceptions = self.env["revenue.exception"].sudo()
        exceptions.search([("contract_id", "=", self.id), ("close_id", "=", False)]).unlink()
        exceptions._note([(self, problem, {}) for problem in problems])

    def _find_missing_prices(self):
        """Look up standalone selling prices that a draft lacks: the book may have them by now."""
        self.obligation_ids._find_missing_prices()
