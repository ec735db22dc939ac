from . import (
    test_holds,
    test_holds_rights,
    test_kept_fields,
    test_lines,
    test_making,
    test_posting,
    test_property,
    test_rules,
    test_run,
    test_screens,
    test_workbook,
)
