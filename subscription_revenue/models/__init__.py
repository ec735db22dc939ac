from . import (
    billing_run,
    revenue_contract,
    revenue_contract_changes,
    revenue_policy_version,
    sale_order_line,
    subscription_charge,
    subscription_charge_version,
)
