from . import test_allocation, test_allocation_tax, test_attainment, test_clock, test_flow, test_views, test_wizards
