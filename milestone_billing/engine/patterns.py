"""Words with wildcards, by which templates find lines and tasks."""

from fnmatch import fnmatchcase


def matches(pattern: str | None, *texts: str | None) -> bool:
    """Return whether one of ``texts`` contains ``pattern``, with ``*`` and ``?`` as wildcards, whatever the case.

    Of several patterns with ``|`` between them, one is enough.

    >>> matches("design*", "S00012 - Design phase"), matches("test", "Design", None), matches("", "anything")
    (True, False, True)
    >>> matches("licence|Lizenz", "Jahreslizenz"), matches("licence| |Lizenz", "Design"), matches("|", "Design")
    (True, False, True)
    """
    wanted = [f"*{part.strip().lower()}*" for part in (pattern or "").split("|") if part.strip()] or ["*"]
    return any(fnmatchcase((text or "").lower(), part) for text in texts for part in wanted)
