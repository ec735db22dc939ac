from . import (
    test_billing,
    test_charge,
    test_demo,
    test_kept_fields,
    test_property,
    test_run,
    test_scenarios,
    test_simulate,
)
