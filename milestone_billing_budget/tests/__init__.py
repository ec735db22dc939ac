from . import (
    test_actual,
    test_alerts,
    test_budget,
    test_change_order,
    test_demo,
    test_import,
    test_kept_fields,
    test_rights,
    test_tours,
)
