from . import revenue_import_wizard, revenue_ssp_import_wizard
