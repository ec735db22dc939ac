"""The accounts of revenue by their role: one list for companies, policies and the wizard that sets them up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """The part an account plays.

    :param key: its name in code; the fields are ``revenue_<key>_account_id`` on companies, ``<key>_account_id`` on
        versions of policies
    :param account_type: the type of account that suits it
    """

    key: str
    account_type: str

    @property
    def company_field(self):
        """The field of a company that holds the account."""
        return f"revenue_{self.key}_account_id"

    @property
    def version_field(self):
        """The field of a policy's version that holds the account."""
        return f"{self.key}_account_id"


ROLES = {
    role.key: role
    for role in (
        Role("contract_liability", "liability_current"),
        Role("contract_asset", "asset_current"),
        Role("revenue", "income"),
        Role("refund_liability", "liability_current"),
        Role("loss_provision", "liability_current"),
        Role("loss", "expense"),
        Role("contract_cost", "asset_current"),
        Role("amortisation", "expense"),
        Role("interest_expense", "expense"),
        Role("interest_income", "income_other"),
    )
}
