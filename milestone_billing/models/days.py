"""How far the days of a plan may lie apart, and which ones billing asks to confirm."""

from datetime import timedelta

#: The longest time between two milestones, in any unit: far enough for every contract, and within what a date can be.
LONGEST_OFFSET = 36500
#: How far in the past, and ahead, a day may be without a dialog asking to confirm it.
NEAR_PAST, NEAR_FUTURE = timedelta(days=366), timedelta(days=3 * 366)
