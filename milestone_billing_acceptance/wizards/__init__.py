from . import billing_acceptance_paper, billing_settings
