"""Words with wildcards, by which templates find lines and tasks."""

from fnmatch import fnmatchcase


def matches(pattern: str | None, *texts: str | None) -> bool:
    """Return whether one of ``texts`` contains ``pattern``, with ``*`` and ``?`` as wildcards, whatever the case.

    >>> matches("design*", "S00012 - Design phase"), matches("test", "Design", None), matches("", "anything")
    (True, False, True)
    """
    wanted = f"*{(pattern or '').lower()}*"
    return any(fnmatchcase((text or "").lower(), wanted) for text in texts)
