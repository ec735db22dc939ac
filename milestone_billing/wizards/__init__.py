from . import billing_attain_wizard, billing_bulk_wizard, billing_shift_wizard
