"""Which account plays which part for a contract."""

from functools import cached_property

from .account_roles import ROLES


class RoleBook:
    """The accounts of a company and of the versions of its policies, read once.

    :param company: whose contracts they are
    """

    def __init__(self, company):
        company = company.sudo()
        self.books = company
        self.company = {key: company._revenue_account(key).id for key in ROLES}
        self.journal_id = company.revenue_journal_id.id
        self.gain = company.income_currency_exchange_account_id.id
        self.loss = company.expense_currency_exchange_account_id.id
        self.versions = {}
        self.incomes = {}
        self.env = company.env

    @cached_property
    def archived(self):
        """The ids of the accounts that are archived."""
        return set(self.env["account.account"].search_fetch([("active", "=", False)], ["id"]).ids)

    def account(self, role, contract):
        """Return the account that plays a part for a contract, by id: a policy's own, else the company's; or None."""
        for promise in contract.promises.values():
            own = self._version(promise.version_id).get(role) if promise.version_id else None
            if own:
                return own
        return self.company.get(role) or None

    def income(self, promise):
        """Return the account of revenue of an obligation, by id: its own, else as its policy or product says; or None.

        :param promise: a :class:`~..loading.Promise`
        """
        if promise.account_id:
            return promise.account_id
        if promise.id not in self.incomes:
            obligation = self.env["revenue.obligation"].sudo().with_company(self.books).browse(promise.id)
            self.incomes[promise.id] = obligation._income_account().id or None
        return self.incomes[promise.id]

    def missing_incomes(self, contract):
        """Note the obligations of a contract that have no account of revenue.

        :param contract: a :class:`~..loading.Loaded`
        """
        for promise in contract.promises.values():
            if not self.income(promise):
                contract.problem("income", promise, name=promise.name)

    def _version(self, version_id):
        if version_id not in self.versions:
            version = self.env["revenue.policy.version"].sudo().browse(version_id)
            own = {key: self.books._revenue_account(key, version).id for key in ROLES}
            self.versions[version_id] = {key: account for key, account in own.items() if account != self.company[key]}
        return self.versions[version_id]

    def name(self, account_id):
        """Return the code and the name of an account."""
        return self.env["account.account"].sudo().browse(account_id).display_name
