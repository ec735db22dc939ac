from . import test_actual, test_budget, test_kept_fields
