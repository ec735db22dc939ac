"""What the books have to show of one contract at the end of a day, account by account."""

from ..engine import Refusal, position_at
from ..engine.books import amounts, foreign_amounts, foreign_position
from .pairs import PAIRS
from .roles import RoleBook


class Target:
    """What the books have to show of one key: cumulative units of both currencies, and the two accounts.

    ``line`` is the obligation's line of the position, for revenue.
    """

    __slots__ = ("amount", "analytic", "company", "credit", "debit", "line")

    def __init__(self, amount, company, debit, credit, line=None, analytic=None):
        self.amount = amount
        self.company = company
        self.debit = debit
        self.credit = credit
        self.line = line
        self.analytic = analytic


class Targets:
    """Works one contract out and says what the books have to show of it.

    Keys are ``(kind, obligation id or 0, account id or 0)``; the account tells apart where
    invoices were routed from. Of what concerns the contract as a whole (``PAIRS``), it is both
    accounts. Invoices are mirrored whatever state the contract is in; the rest is booked for
    active contracts that nothing blocks.

    :param at: the end of this day
    :param RoleBook roles: accounts
    """

    def __init__(self, at, roles: RoleBook, foreign):
        self.at = at
        self.roles = roles
        self.foreign = foreign

    def of(self, contract, booked):
        """Return what the books have to show, by key; problems found on the way are noted on the contract.

        :param contract: a :class:`~..loading.Loaded`
        :param booked: what is booked already, by key; what is not to be shown any more has a target of nothing
        :return: the targets, and whether they all count: of a contract that is left out, only its invoices do
        """
        targets = self._documents(contract)
        complete = contract.state == "active" and not contract.blocked() and self._work_out(contract, targets)
        for key in booked:
            if key not in targets:
                targets[key] = self._nothing(contract, key)
        if complete:
            self._check_accounts(contract, {key: one for key, one in targets.items() if _differs(one, booked.get(key))})
        return targets, complete and not contract.blocked()

    def _documents(self, contract):
        liability = contract.liability_account_id
        if not liability:
            contract.problem("accounts", roles=("contract_liability",))
            return {}
        targets = {}
        for account, (amount, company) in contract.billed.items():
            if account != liability:
                targets["routing", 0, account] = Target(amount, company, account, liability)
        direct = contract.billed.get(liability)
        if direct:
            targets["billing", 0, 0] = Target(*direct, None, liability)
        return targets

    def _work_out(self, contract, targets):
        """Add the targets that follow from the engine's position; return whether it could work the contract out."""
        try:
            rows = self._amounts(contract)
        except Refusal as refusal:
            contract.refused(refusal)
            return False
        by_key = {promise.key: promise for promise in contract.promises.values()}
        for row in rows:
            if row.line is not None:
                promise = by_key[row.line.key]
                targets["revenue", promise.id, 0] = Target(
                    row.amount,
                    row.company,
                    contract.liability_account_id,
                    self.roles.income(promise),
                    row.line,
                    promise.analytic,
                )
            else:
                accounts = self._pair(contract, row)
                key = (row.kind, 0, accounts if row.kind in PAIRS else 0)
                targets[key] = Target(row.amount, row.company, *accounts)
        return True

    def _amounts(self, contract):
        terms = contract.contract()
        if not self.foreign(contract):
            found = position_at(terms, self.at)
            return amounts(found, contract.documents[0])
        found, company, _timeline = foreign_position(terms, self.at, contract.rates, contract.billed_by_day)
        return foreign_amounts(found, company, contract.documents)

    def _pair(self, contract, row):
        if row.kind == "exchange":
            return contract.liability_account_id, None
        return tuple(self._account(contract, role) for role in PAIRS[row.kind])

    def _nothing(self, contract, key):
        kind, obligation_id, account_id = key
        if kind == "revenue":
            promise = contract.promises[obligation_id]
            return Target(0, 0, contract.liability_account_id, self.roles.income(promise), analytic=promise.analytic)
        if kind in PAIRS:
            return Target(0, 0, *account_id)
        return Target(
            0,
            0,
            account_id or (contract.liability_account_id if kind == "exchange" else None),
            None if kind == "exchange" else contract.liability_account_id,
        )

    def _account(self, contract, role):
        own = {
            "contract_liability": contract.liability_account_id,
            "contract_asset": contract.asset_account_id,
            "refund_liability": contract.refund_account_id,
        }
        return own.get(role) or self.roles.account(role, contract)

    def _check_accounts(self, contract, targets):
        """Note accounts that are missing or archived, of what is to be booked."""
        missing, archived = set(), set()
        for (kind, obligation, _account), target in targets.items():
            for side, account in (("debit", target.debit), ("credit", target.credit)):
                if account in self.roles.archived:
                    archived.add(account)
                elif not account and kind in PAIRS:
                    missing.add(PAIRS[kind][side == "credit"])
            if kind == "revenue" and not target.credit:
                promise = contract.promises[obligation]
                contract.problem("income", promise, name=promise.name)
            if kind == "exchange":
                missing |= self._missing_exchange()
        for account in sorted(archived):
            contract.problem("account", account=self.roles.name(account))
        if missing:
            contract.problem("accounts", roles=tuple(sorted(missing)))

    def _missing_exchange(self):
        return {
            role
            for role, account in (("exchange_gain", self.roles.gain), ("exchange_loss", self.roles.loss))
            if not account
        }


def _differs(target, booked):
    """Return whether a target is not what is booked."""
    return (target.amount, target.company) != (booked or (0, 0))
