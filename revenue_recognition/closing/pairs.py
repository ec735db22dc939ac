"""The accounts of what concerns a contract as a whole."""

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
