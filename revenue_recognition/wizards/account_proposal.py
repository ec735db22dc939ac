"""Which account of a chart suits a role: by its type and its name, and by what it is used for already."""

#: Words of the English name, most telling first; the types where such an account may be found.
CLUES = {
    "contract_liability": (
        ("contract liabilit", "deferred revenue", "deferred income", "unearned", "revenue received in advance"),
        ("liability_current",),
    ),
    "contract_asset": (
        ("contract asset", "unbilled", "accrued revenue", "accrued income"),
        ("asset_current",),
    ),
    "refund_liability": (("refund liabilit", "refunds to customers", "customer refunds"), ("liability_current",)),
    "loss_provision": (
        ("onerous", "loss provision", "contract loss", "provision for loss", "provisions for loss"),
        ("liability_current", "liability_non_current"),
    ),
    "loss": (
        ("onerous", "loss on contract", "losses on contract", "contract loss"),
        ("expense", "expense_direct_cost"),
    ),
    "contract_cost": (
        ("contract cost", "cost to obtain", "costs to obtain", "deferred commission", "capitalised commission"),
        ("asset_current", "asset_prepayments", "asset_non_current"),
    ),
    "amortisation": (
        ("amortisation of contract", "amortization of contract", "amortisation of commission"),
        ("expense", "expense_depreciation"),
    ),
    "interest_expense": (("interest expense", "interest paid", "interest on"), ("expense", "expense_other")),
    "interest_income": (("interest income", "interest received", "interest earned"), ("income_other", "income")),
}
MONEY_TYPES = ("asset_receivable", "liability_payable", "asset_cash", "liability_credit_card")


def outside_books():
    """Return the types of account that Odoo reconciles with documents and payments: none of them is for revenue."""
    return list(MONEY_TYPES)


class AccountProposal:
    """Proposes accounts of one company, each for one role only."""

    def __init__(self, env, company):
        accounts = env["account.account"].with_company(company)
        self.company = company
        self.accounts = accounts.search(
            [*accounts._check_company_domain(company), ("account_type", "not in", MONEY_TYPES)], order="code, id"
        )
        self.free = self.accounts - self._busy()
        self._codes = set()

    def existing(self, role):
        """Return a free account whose name tells that it plays the role; or none. It is then taken."""
        words, types = CLUES[role.key]
        suitable = self.free.filtered(lambda account: account.account_type in types)
        named = [(account, account.with_context(lang="en_US").name.lower()) for account in suitable]
        for word in words:
            # The plainest name: what is said besides the word makes it an account for a special case.
            account, _name = min(
                ((account, name) for account, name in named if word in name),
                key=lambda pair: len(pair[1]),
                default=(None, ""),
            )
            if account:
                self.free -= account
                return account
        return self.accounts.browse()

    def new_code(self, role, found):
        """Return a free code for a new account, after one of its kind.

        :param dict found: the accounts found for the roles: the new one is put beside one of its type
        """
        beside = [account for account in found.values() if account and account.account_type == role.account_type]
        kin = self.free.filtered(lambda account: account.account_type == role.account_type and account.code)
        group = role.account_type.split("_")[0]
        family = self.accounts.filtered(lambda account: account.internal_group == group and account.code)
        coded = self.accounts.filtered("code")
        start = ((beside and beside[0]) or _where_most_are(kin) or family[-1:] or coded[-1:]).code
        if not start:
            return False
        code = self.accounts._search_new_account_code(start, {start, *self._codes})
        self._codes.add(code)
        return code

    def _busy(self):
        """Return the accounts that taxes, journals and the company itself use for something else."""
        env, company = self.accounts.env, self.company
        taxes = env["account.tax.repartition.line"].sudo().search([("company_id", "=", company.root_id.id)])
        groups = env["account.tax.group"].sudo().search([("company_id", "=", company.root_id.id)])
        journals = env["account.journal"].sudo().search([("company_id", "=", company.id)])
        holders = [taxes, groups, journals, journals.inbound_payment_method_line_ids]
        holders += [journals.outbound_payment_method_line_ids, company.sudo()]
        busy = self.accounts.browse()
        for records in holders:
            for name, field in records._fields.items():
                # What revenue uses now is no obstacle to propose it again for another role.
                if field.comodel_name == "account.account" and field.type == "many2one" and field.store:
                    busy |= records.mapped(name).with_env(env)
        return busy


def _where_most_are(accounts):
    """Return the last account of the part of the chart (by two digits) that holds most of them; or none."""
    parts = accounts.grouped(lambda account: account.code[:2])
    return max(parts.values(), key=len)[-1:] if parts else accounts
