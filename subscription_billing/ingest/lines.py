"""A stream of usage read line by line, in flat memory: JSON texts or CSV, packed or not.

>>> from io import BytesIO
>>> reader = Lines(BytesIO(b'{"key": 1.50}\\n\\nnonsense\\n{"key": 2}').read, ndjson)
>>> [(number, item if isinstance(item, dict) else str(item.reason)) for number, item in reader]
[(1, {'key': '1.50'}), (3, 'line'), (4, {'key': 2})]
>>> reader.number
4
"""

import csv
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from odoo.addons.record_protection.reading import Unreadable

from .reading import TICK, Refused

#: Small: a slow sender is heard of before it is full.
BLOCK = 16 * 1024
#: A longer line is no event.
LONGEST_LINE = 64 * 1024
#: So much of a line that cannot be read is kept.
MOST_TEXT = 2_000
#: Numbers stay as they are written.
decode = json.JSONDecoder(parse_float=str).decode


class Broken(Exception):
    """The stream ended before its end: what follows its last whole line is unknown."""


Line = tuple[int, Any]
Item = tuple[int, Any]


class Lines:
    """The events of a stream, each with the number of its line.

    :param read: returns so many bytes at most, none at the end
    :param parse: from numbered lines to numbered events
    :param bool packed: whether it is gzip
    :param int before: so many lines came before this stream; of CSV, its first line is the names once more, and none
        of the lines that are counted
    :ivar number: of the last line that was read
    :ivar size: so many bytes were read, unpacked
    """

    def __init__(
        self,
        read: Callable[[int], bytes],
        parse: Callable[[Iterable[Line]], Iterator[Item]],
        packed: bool = False,
        before: int = 0,
    ) -> None:
        self.number = before
        self.size = 0
        self._ahead = 1 if before and parse is csv_rows else 0
        self._items = parse(self._lines(unpacked(read) if packed else blocks(read)))

    def __iter__(self) -> Iterator[Item]:
        """Yield the events; ``Broken`` is raised when the stream ended before its end."""
        return (item for item in self._items if item[1] is not TICK)

    def ticking(self) -> Iterator[Item]:
        """Yield the events, and ``TICK`` after each block that was read, with or without any."""
        return self._items

    def _lines(self, parts: Iterable[bytes]) -> Iterator[Line]:
        rest, number, skipping = b"", self.number - self._ahead, False
        for part in parts:
            self.size += len(part)
            *lines, rest = (rest + part).split(b"\n")
            for line in lines:
                number += 1
                self.number = number
                yield number, b"" if skipping else line
                skipping = False
            if len(rest) > LONGEST_LINE:
                # Its rest is read and forgotten; the line is reported once.
                if not skipping:
                    yield number + 1, rest[: LONGEST_LINE + 1]
                rest, skipping = b"", True
            yield number, TICK
        if rest or skipping:
            self.number = number + 1
            yield number + 1, b"" if skipping else rest


def blocks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Yield what a stream gives, block by block.

    :raises Broken: when it fails
    """
    while True:
        try:
            block = read(BLOCK)
        except Exception as error:
            # Servers differ in what they raise when a client is gone.
            raise Broken(str(error)) from error
        if not block:
            return
        yield block


def unpacked(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Yield what a gzip stream holds, of one or more members.

    :raises Broken: when it is none, or is cut off
    """
    member, begun = zlib.decompressobj(wbits=31), False
    try:
        for block in blocks(read):
            while block:
                begun = True
                yield member.decompress(block, BLOCK)
                block = member.unconsumed_tail
                if member.eof:
                    block, begun = member.unused_data, False
                    member = zlib.decompressobj(wbits=31)
    except zlib.error as error:
        raise Broken(str(error)) from error
    if begun:
        raise Broken("gzip")


def ndjson(lines: Iterable[Line]) -> Iterator[Item]:
    """Yield the events of lines that are a JSON text each; empty lines are none."""
    for number, line in lines:
        if line is TICK:
            yield number, TICK
            continue
        try:
            if len(line) > LONGEST_LINE:
                raise ValueError
            item = decode(line.decode())
        except (ValueError, RecursionError):
            if not line.strip():
                continue
            item = unreadable(line)
        yield number, item


def csv_rows(lines: Iterable[Line]) -> Iterator[Item]:
    """Yield the events of CSV whose first line has the names; what is empty is not said.

    Each line is read by itself: one with a stray quote, or in another encoding than UTF-8, takes no other with it.
    """
    names = None
    for number, line in lines:
        if line is TICK:
            yield number, TICK
            continue
        try:
            text = line.decode().rstrip("\r")
        except UnicodeDecodeError:
            yield number, unreadable(line, "encoding")
            continue
        if names is None:
            text = text.removeprefix("\ufeff")
        try:
            [row] = csv.reader([text], strict=True) if len(line) <= LONGEST_LINE else [[]]
        except csv.Error:
            yield number, unreadable(line, "quotes" if '"' in text else "line")
            continue
        if names is None and row:
            names = [name.strip() for name in row]
        elif len(line) > LONGEST_LINE or len(row) > len(names or ()):
            yield number, unreadable(line)
        elif row:
            yield number, {name: value for name, value in zip(names, row, strict=False) if value}


def unreadable(line: bytes, expected: str = "line") -> Refused:
    """Return the refusal of a line that is no event.

    :param expected: the name of the sentence
    """
    text = line[:MOST_TEXT].decode(errors="replace")
    refused = Refused("", Unreadable(expected, text))
    refused.sent = text
    return refused
