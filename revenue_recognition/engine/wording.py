"""Sentences of the engine, in English and ready to be told in another language.

The engine knows no languages: it marks its sentences (``_``), which keep what they were made of, and whoever shows them
passes a translator to :func:`tell`.

>>> text = _("%(done)s of %(total)s units", done="5", total="8")
>>> text
'5 of 8 units'
>>> tell(text, {"%(done)s of %(total)s units": "%(done)s unités sur %(total)s"}.get)
'5 unités sur 8'
>>> tell(joined("; ", [text, "as agreed"]), {}.get)
'5 of 8 units; as agreed'
"""

from collections.abc import Callable, Iterable, Mapping

#: Takes an English source and returns the one of a language, or nothing when there is none.
Translate = Callable[[str], str | None]
#: Takes a text of the engine and returns what a person reads.
Tell = Callable[[str], str]


class Text(str):
    """An English sentence that remembers its source and what fills it.

    :param source: with a placeholder, ``%(name)s``, for every value
    :param values: texts, which may be of this class too, by name
    """

    source: str
    values: Mapping[str, str]

    def __new__(cls, source: str, values: Mapping[str, str]) -> "Text":
        made = super().__new__(cls, source % values if values else source)
        made.source, made.values = source, values
        return made


class Joined(str):
    """Sentences one after the other, with a mark between them that no language changes."""

    mark: str
    parts: tuple[str, ...]

    def __new__(cls, mark: str, parts: Iterable[str]) -> "Joined":
        kept = tuple(parts)
        made = super().__new__(cls, mark.join(kept))
        made.mark, made.parts = mark, kept
        return made


def _(source: str, **values: str) -> Text:
    """Return a sentence that can be told in any language."""
    return Text(source, values)


def joined(mark: str, parts: Iterable[str]) -> Joined:
    """Return sentences as one, each of which can be told in any language."""
    return Joined(mark, parts)


def tell(text: str, translate: Translate) -> str:
    """Return a text in another language, as a plain one; what has no translation stays English."""
    if isinstance(text, Joined):
        return text.mark.join(tell(part, translate) for part in text.parts)
    if not isinstance(text, Text):
        return str(text)
    values = {name: tell(value, translate) for name, value in text.values.items()}
    source = translate(text.source) or text.source
    return source % values if values else source
