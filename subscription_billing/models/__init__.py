from . import subscription_plan
