from . import billing_settings
