from . import (
    base_partner_merge,
    billing_day,
    billing_forecast,
    billing_forecast_effect,
    billing_forecast_line,
    billing_forecast_reading,
)
