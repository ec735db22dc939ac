"""Checks of translations: nothing left out, and nothing that would break where the term is used."""

import re
from collections import Counter

#: ``%(name)s``, ``%s``, ``%d``; ``{name}`` and ``{{ code }}``; tags with what they carry.
PLACEHOLDERS = (
    re.compile(r"%\(\w+\)[sdrif]"),
    re.compile(r"(?<![%\d] )(?<!%)%[sd]"),
    re.compile(r"\{\{.*?\}\}|\{\w+\}"),
    re.compile(r"</?\w[^>]*>"),
)


def open_terms(translation):
    """The terms without a translation, or with one that somebody marked as a guess."""
    return [entry for entry in translation if not entry.msgstr or "fuzzy" in entry.flags]


def problems(translation):
    """What is wrong with the translations there are, one sentence each."""
    return [
        f"{entry.msgid!r}: {what}"
        for entry in translation
        if entry.msgstr
        for what in term_problems(entry.msgid, entry.msgstr)
    ]


def term_problems(source, translated):
    """What is wrong with one translation.

    >>> list(term_problems("%(count)s contracts", "%(count)s contrats"))
    []
    >>> list(term_problems("%(count)s contracts", "%(nombre)s contrats"))
    ['%(count)s is missing', '%(nombre)s is not in the source']
    >>> list(term_problems("Close <b>now</b>", "Fermer maintenant"))
    ['</b> is missing', '<b> is missing']
    >>> list(term_problems(" on ", "le"))
    ['begins or ends with other blanks than the source']
    """
    for pattern in PLACEHOLDERS:
        wanted, found = (Counter(pattern.findall(text)) for text in (source, translated))
        for part in sorted((wanted - found).elements()):
            yield f"{part} is missing"
        for part in sorted((found - wanted).elements()):
            yield f"{part} is not in the source"
    if _edges(source) != _edges(translated):
        yield "begins or ends with other blanks than the source"


def _edges(text):
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
