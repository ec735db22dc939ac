"""A plan that several writes change is worked out once, after the last of them, by the method that makes the writes."""

FLAG = "billing_plan_deferred"


def plan_deferred(records):
    """Return ``records`` with a context flag: writes on them do not work out the plan, the caller does it later."""
    return records._flagged(FLAG)


def is_plan_deferred(records):
    """Return whether somebody works the plan out after what is written on ``records`` now."""
    return records._is_flagged(FLAG)
