from . import billing_day
