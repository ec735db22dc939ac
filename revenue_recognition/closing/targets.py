"""What the books have to show of one contract at the end of a day, account by account."""

from ..engine import Refusal, position_at
from ..engine.books import amounts, foreign_amounts, foreign_position
from .roles import RoleBook

#: Of kinds that concern the contract as a whole: the roles of the accounts debited and credited. The contract has its
#: own accounts for the first three roles.
PAIRS = {
    "interest": ("interest_expense", "contract_liability"),
    "interest_income": ("contract_liability", "interest_income"),
    "refund": ("contract_liability", "refund_liability"),
    "presentation": ("contract_asset", "contract_liability"),
    "loss": ("loss", "loss_provision"),
    "contract_cost": ("contract_cost", "amortisation"),
    "amortisation": ("amortisation", "contract_cost"),
}


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
    invoices were routed from. Invoices are mirrored whatever state the contract is in; the
    rest is booked for active contracts that nothing blocks.

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
            self._check_accounts(contract, targets)
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
                    promise.account_id,
                    row.line,
                    promise.analytic,
                )
            else:
                debit, credit = self._pair(contract, row)
                targets[row.kind, 0, 0] = Target(row.amount, row.company, debit, credit)
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
            return Target(0, 0, contract.liability_account_id, promise.account_id, analytic=promise.analytic)
        if kind in PAIRS:
            return Target(0, 0, *(self._account(contract, role) for role in PAIRS[kind]))
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
        """Note accounts that are missing or archived."""
        missing, archived = set(), set()
        for (kind, _obligation, _account), target in targets.items():
            for side, account in (("debit", target.debit), ("credit", target.credit)):
                if account in self.roles.archived:
                    archived.add(account)
                elif not account and kind not in ("billing", "exchange"):
                    missing.add(PAIRS[kind][side == "credit"] if kind in PAIRS else "revenue")
            if kind == "exchange" and not (self.roles.gain and self.roles.loss):
                missing.add("exchange difference")
        for account in sorted(archived):
            contract.problem("account", account=self.roles.name(account))
        if missing:
            contract.problem("accounts", roles=tuple(sorted(missing)))
