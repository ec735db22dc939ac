"""Sentences of the engine, in English and ready to be told in another language.

The engine knows no languages and no records. It marks its sentences (``_``), its figures, its days and the keys in
them; they keep what they were made of. Whoever shows them passes a :class:`Reader` to :func:`translate`.

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
>>> translate(joined("; ", [text, Key("milestone", "71"), Key("milestone", "72")]), French())
'2,5 unités sur 8; Étude; 72'
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

#: Takes a text of the engine and returns what a person reads.
Translate = Callable[[str], str]


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


def translate(text: str, reader: Reader) -> str:
    """Return a text as a reader reads it, as a plain one."""
    if isinstance(text, Joined):
        return reader.mark(text.mark).join(translate(part, reader) for part in text.parts)
    if isinstance(text, Key):
        return reader.name(text)
    if isinstance(text, Figure):
        return reader.figure(text)
    if isinstance(text, Day):
        return reader.day(text)
    if not isinstance(text, Text):
        return str(text)
    values = {place: translate(value, reader) for place, value in text.values.items()}
    source = reader.sentence(text.source)
    return source % values if values else source


# === KEEPING === #


def to_plain(value: Any) -> Any:
    """Return a text, or what fills it, as plain values that JSON can keep; see :func:`from_plain`.

    A sentence kept like this can be told later in any language, also in one that nobody reads yet.

    >>> kept = to_plain(_("%(done)s of %(name)s", done=Figure("2.5"), name=Key("milestone", "71")))
    >>> kept["values"]
    {'done': {'figure': '2.5'}, 'name': {'key': '71', 'kind': 'milestone'}}
    """
    if isinstance(value, Text):
        return {"text": value.source, "values": {name: to_plain(one) for name, one in value.values.items()}}
    if isinstance(value, Joined):
        return {"mark": value.mark, "parts": [to_plain(part) for part in value.parts]}
    if isinstance(value, Key):
        return {"key": str(value), "kind": value.kind}
    if isinstance(value, Figure):
        return {"figure": str(value)}
    if isinstance(value, Day | date):
        return {"day": value.isoformat() if isinstance(value, date) else str(value)}
    return [to_plain(one) for one in value] if isinstance(value, list | tuple) else value


def from_plain(plain: Any) -> Any:
    """Return the text, or what fills it, that :func:`to_plain` made plain.

    >>> from_plain(to_plain(joined("; ", [_("until %(day)s", day=Day(date(2026, 1, 31))), "b"])))
    'until 2026-01-31; b'
    """
    if isinstance(plain, list):
        return [from_plain(one) for one in plain]
    if not isinstance(plain, Mapping):
        return plain
    if "text" in plain:
        return Text(plain["text"], {name: from_plain(one) for name, one in plain["values"].items()})
    if "parts" in plain:
        return Joined(plain["mark"], from_plain(plain["parts"]))
    if "key" in plain:
        return Key(plain["kind"], plain["key"])
    return Figure(plain["figure"]) if "figure" in plain else Day(date.fromisoformat(plain["day"]))
