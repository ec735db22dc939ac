from . import (
    test_allocation,
    test_allocation_tax,
    test_attainment,
    test_clock,
    test_demo,
    test_failure,
    test_flow,
    test_hold,
    test_views,
    test_wizards,
)
