from . import (
    billing_run,
    revenue_contract,
    revenue_contract_changes,
    revenue_contract_usage,
    revenue_policy_version,
    sale_order_line,
    sale_order_line_usage,
    subscription_charge,
    subscription_charge_version,
)
