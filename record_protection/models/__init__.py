from . import append_only, base, ir_rule, taking_over, text_limits
