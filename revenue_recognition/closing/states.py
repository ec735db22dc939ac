"""States of a close, named once."""

#: Not finished.
AT_WORK = ("draft", "computing", "computed", "approved", "posting")
#: Posted: its entries stand.
STANDING = ("posted", "locked")
#: Its entries count in the books, or are on their way there.
COUNTING = ("posting", *STANDING)


def as_sql(states):
    """Return states as a list in SQL.

    >>> as_sql(STANDING)
    "('posted', 'locked')"
    """
    return f"({', '.join(repr(state) for state in states)})"
