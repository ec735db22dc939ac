from . import test_actual, test_alerts, test_budget, test_change_order, test_kept_fields
