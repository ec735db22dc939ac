from . import test_scenarios, test_simulate
