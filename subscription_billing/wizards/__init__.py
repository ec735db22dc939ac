from . import subscription_charge_change
