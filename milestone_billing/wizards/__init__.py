from . import (
    base_module_uninstall,
    base_partner_merge,
    billing_attain_wizard,
    billing_bulk_wizard,
    billing_forecast,
    billing_industry_wizard,
    billing_settings,
    billing_shift_wizard,
    sale_advance_payment_inv,
)
