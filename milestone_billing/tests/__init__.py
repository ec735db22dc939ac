from . import test_allocation, test_allocation_tax, test_flow, test_views, test_wizards
