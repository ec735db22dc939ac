"""Which days billing accepts, and which ones it asks to confirm: a mistyped year would end up on an invoice."""

from datetime import date, timedelta

#: As the books of revenue have them: no contract lies beyond.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
#: The longest time between two milestones, in any unit: far enough for every contract, and within what a date can be.
LONGEST_OFFSET = 36500
#: How far in the past, and ahead, a day may be without a dialog asking to confirm it.
NEAR_PAST, NEAR_FUTURE = timedelta(days=366), timedelta(days=3 * 366)


def is_possible(day):
    """Return whether ``day`` (a date, or nothing) may be one of billing."""
    return not day or FIRST_DAY <= day <= LAST_DAY


def impossible(day, env):
    """Return the sentence that refuses ``day``, with the remedy."""
    return env._("%s is no day of business: give one between 1900 and 2999.", day.isoformat())
