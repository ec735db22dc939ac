from . import (
    test_billing,
    test_charge,
    test_demo,
    test_kept_fields,
    test_preview,
    test_property,
    test_run,
    test_scenarios,
    test_simulate,
    test_stage,
    test_tours,
)
