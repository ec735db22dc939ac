from . import test_policy, test_refusals, test_scenarios, test_simulate
