from . import (
    test_changes,
    test_fee,
    test_hooks,
    test_kept_fields,
    test_life,
    test_lives,
    test_terms,
    test_usage,
)
