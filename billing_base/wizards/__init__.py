from . import base_partner_merge, billing_day
