from . import test_append_only, test_flags, test_kept_fields, test_text_limits
