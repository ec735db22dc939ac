from . import append_only, base, ir_rule, text_limits
