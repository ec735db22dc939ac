from . import base_module_uninstall, billing_acceptance_paper, billing_settings
