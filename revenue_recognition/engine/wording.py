"""Sentences of the engine, in English and ready to be told in another language.

The engine knows no languages and no records. It marks its sentences (``_``), its figures, its days and the keys in
them; they keep what they were made of. Whoever shows them passes a :class:`Reader` to :func:`tell`.

>>> text = _("%(done)s of %(total)s units", done=Figure("2.5"), total=Figure("8"))
>>> text
'2.5 of 8 units'
>>> class French(Reader):
...     def sentence(self, source):
...         return {"%(done)s of %(total)s units": "%(done)s unités sur %(total)s"}.get(source, source)
...     def figure(self, figure):
...         return figure.replace(".", ",")
...     def name(self, key):
...         return {"71": "Étude"}.get(key, key)
>>> tell(joined("; ", [text, listed("milestone", ["71", "72"])]), French())
'2,5 unités sur 8; Étude, 72'
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

#: Takes a text of the engine and returns what a person reads.
Tell = Callable[[str], str]
#: So many are listed; a project may have a thousand milestones.
LISTED = 5


class Text(str):
    """An English sentence that remembers its source and what fills it.

    :param source: with a placeholder, ``%(name)s``, for every value
    :param values: texts, which may be of the classes here, by name
    """

    source: str
    values: Mapping[str, str]

    def __new__(cls, source: str, values: Mapping[str, str]) -> "Text":
        made = super().__new__(cls, source % values if values else source)
        made.source, made.values = source, values
        return made


class Joined(str):
    """Sentences one after the other, with a mark between them: a comma or a semicolon."""

    mark: str
    parts: tuple[str, ...]

    def __new__(cls, mark: str, parts: Iterable[str]) -> "Joined":
        kept = tuple(parts)
        made = super().__new__(cls, mark.join(kept))
        made.mark, made.parts = mark, kept
        return made


class Key(str):
    """The key of something that whoever shows the sentence may know by name.

    :param kind: "obligation" or "milestone"
    """

    kind: str

    def __new__(cls, kind: str, key: str) -> "Key":
        made = super().__new__(cls, key)
        made.kind = kind
        return made


class Figure(str):
    """A number in words: commas between thousands, a point before decimals."""


class Day(str):
    """A date, as ISO writes it."""

    day: date

    def __new__(cls, day: date) -> "Day":
        made = super().__new__(cls, day.isoformat())
        made.day = day
        return made


class Reader:
    """Somebody who reads English and knows keys only."""

    def sentence(self, source: str) -> str:
        """Return a source in the reader's language, with the same placeholders."""
        return source

    def mark(self, mark: str) -> str:
        """Return a mark between sentences as the reader's language sets it."""
        return mark

    def name(self, key: Key) -> str:
        """Return the name of what a key stands for, the key itself where it has none."""
        return str(key)

    def figure(self, figure: Figure) -> str:
        """Return a number as the reader writes it."""
        return str(figure)

    def day(self, day: Day) -> str:
        """Return a date as the reader writes it."""
        return str(day)


def _(source: str, **values: str) -> Text:
    """Return a sentence that can be told in any language."""
    return Text(source, values)


def joined(mark: str, parts: Iterable[str]) -> Joined:
    """Return sentences as one, each of which can be told in any language."""
    return Joined(mark, parts)


def listed(kind: str, keys: Sequence[str]) -> str:
    """Return the first of some keys as a list, and how many more there are; a single one more is listed too.

    >>> listed("milestone", [str(number) for number in range(8)])
    '0, 1, 2, 3, 4 and 3 more'
    """
    if len(keys) <= LISTED + 1:
        return joined(", ", (Key(kind, key) for key in keys))
    first = joined(", ", (Key(kind, key) for key in keys[:LISTED]))
    return _("%(names)s and %(count)s more", names=first, count=str(len(keys) - LISTED))


def tell(text: str, reader: Reader) -> str:
    """Return a text as a reader reads it, as a plain one."""
    if isinstance(text, Joined):
        return reader.mark(text.mark).join(tell(part, reader) for part in text.parts)
    if isinstance(text, Key):
        return reader.name(text)
    if isinstance(text, Figure):
        return reader.figure(text)
    if isinstance(text, Day):
        return reader.day(text)
    if not isinstance(text, Text):
        return str(text)
    values = {place: tell(value, reader) for place, value in text.values.items()}
    source = reader.sentence(text.source)
    return source % values if values else source
