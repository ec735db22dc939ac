"""What a customer is asked to accept, as one text that is always the same, and its fingerprint."""

import hashlib
import json
from typing import Any

#: The first words of each text: how it was written down, so that it can be read again in another version.
FORM = "acceptance/1"


def canonical(content: dict[str, Any]) -> str:
    """Return what is asked as a text: of equal contents the same, whatever the order of their keys.

    :param content: plain values (texts, whole numbers, lists, dictionaries with texts as keys); amounts as texts
    :raises TypeError: for floats, which have no text that is always the same

    >>> canonical({"b": 1, "a": "Grün"}) == canonical({"a": "Grün", "b": 1})
    True
    >>> canonical({"amount": 0.1})
    Traceback (most recent call last):
    ...
    TypeError: An amount is a text, not the float 0.1.
    """
    _refuse_floats(content)
    return f"{FORM}\n{json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1)}\n"


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, as 64 hexadecimal digits.

    >>> fingerprint("")[:16]
    'e3b0c44298fc1c14'
    """
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"An amount is a text, not the float {value!r}.")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        _refuse_floats(item)
