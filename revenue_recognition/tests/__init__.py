from . import test_append_only, test_policy, test_refusals, test_scenarios, test_simulate
