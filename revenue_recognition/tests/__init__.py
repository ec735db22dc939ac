from . import (
    test_accounts_wizard,
    test_append_only,
    test_close,
    test_contract,
    test_delivered,
    test_evidence,
    test_modification,
    test_policy,
    test_refusals,
    test_scenarios,
    test_simulate,
    test_ssp,
)
