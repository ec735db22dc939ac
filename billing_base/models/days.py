"""Which days billing accepts: a mistyped year would end up on an invoice, or keep one back for good."""

from datetime import date

#: As the books of revenue have them: no contract lies beyond.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


def is_possible(day):
    """Return whether ``day`` (a date, or nothing) may be one of billing."""
    return not day or FIRST_DAY <= day <= LAST_DAY


def impossible(day, env):
    """Return the sentence that refuses ``day``, with the remedy."""
    return env._("%s is no day of business: give one between 1900 and 2999.", day.isoformat())
