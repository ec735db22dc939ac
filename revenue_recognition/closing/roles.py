"""Which account plays which part for a contract."""

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
        self.env = company.env
        archived = self.env["account.account"].search_fetch([("active", "=", False)], ["id"])
        self.archived = set(archived.ids)

    def account(self, role, contract):
        """Return the account that plays a part for a contract, by id: a policy's own, else the company's; or None."""
        for promise in contract.promises.values():
            own = self._version(promise.version_id).get(role) if promise.version_id else None
            if own:
                return own
        return self.company.get(role) or None

    def _version(self, version_id):
        if version_id not in self.versions:
            version = self.env["revenue.policy.version"].sudo().browse(version_id)
            own = {key: self.books._revenue_account(key, version).id for key in ROLES}
            self.versions[version_id] = {key: account for key, account in own.items() if account != self.company[key]}
        return self.versions[version_id]

    def name(self, account_id):
        """Return the code and the name of an account."""
        return self.env["account.account"].sudo().browse(account_id).display_name
