"""Sentences of the engine, in English and ready to be told in another language.

The engine knows no languages. It marks its sentences (``_``); they keep what they were made of, and whoever shows
them passes a function that translates a source.

>>> text = _("%(date)s is before %(earliest)s", date="2025-01-01", earliest="2025-02-01")
>>> text
'2025-01-01 is before 2025-02-01'
>>> tell(text, {"%(date)s is before %(earliest)s": "%(date)s liegt vor %(earliest)s"}.get)
'2025-01-01 liegt vor 2025-02-01'
"""

import re
from collections.abc import Callable, Mapping

#: What no XML carries: control characters, halves of surrogate pairs, and two that are none.
UNSENDABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Takes a text of the engine and returns what a person reads.
Tell = Callable[[str], str]


class Text(str):
    """An English sentence that remembers its source and what fills it.

    :param source: with a placeholder, ``%(name)s``, for every value
    :param values: texts by name
    """

    source: str
    values: Mapping[str, str]

    def __new__(cls, source: str, values: Mapping[str, str]) -> "Text":
        made = super().__new__(cls, source % values if values else source)
        made.source, made.values = source, values
        return made


def _(source: str, **values: str) -> Text:
    """Return a sentence that can be told in any language."""
    return Text(source, values)


def tell(text: str, translate: Callable[[str], str | None]) -> str:
    """Return a text in another language, as a plain one; what was never marked stays as it is.

    :param translate: returns a source in that language, nothing where it has none
    """
    if not isinstance(text, Text):
        return str(text)
    source = translate(text.source) or text.source
    values = {name: tell(value, translate) for name, value in text.values.items()}
    return source % values if values else source


def sendable(text: str) -> str:
    r"""Return a text as one line that every protocol can carry: no half of a surrogate pair, no control characters.

    >>> sendable("a\0b\ud800c\nd")
    'a?b?c?d'
    """
    return UNSENDABLE.sub("?", "?".join(text.splitlines()))
