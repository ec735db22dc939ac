from . import (
    subscription_charge_change,
    subscription_charge_change_ending,
    subscription_charge_renew,
    subscription_price_what_if,
    subscription_usage_upload,
    subscription_usage_why,
)
