from . import test_kept_fields, test_starting
