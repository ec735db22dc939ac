from . import test_refusals, test_scenarios, test_simulate
