"""What an XLSX workbook would become, found out before anything is built of it.

A workbook is a packed archive of XML: some hundred kilobytes can hold twenty million texts, or rows by the billion.
Its directory and then its tags are looked at as a stream; nothing is kept but counts.
"""

import io
import re
import zipfile
from xml.parsers import expat

MOST_PARTS = 1_000
MOST_BYTES = 256 * 1024 * 1024
#: How much larger a large part may be than it is packed. Tables of equal rows reach some sixty.
MOST_RATIO, LARGE = 200, 1024 * 1024
MOST_TEXTS = 1_000_000
MOST_CELLS = 3_000_000
MOST_TAGS = 10_000_000
#: Tags of all parts that are neither sheets nor their texts: styles, names, properties.
MOST_OTHER_TAGS = 500_000
LAST_ROW = 1_048_576
CHUNK = 1024 * 1024
REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}$")


class TooMuch(Exception):
    """A workbook would become too much: ``what`` of it, and the ``most`` that is read."""

    def __init__(self, what, most):
        super().__init__(what)
        self.what = what
        self.most = most


def check_workbook(content, most_columns):
    """Check what a workbook would become.

    :param bytes content: the XLSX file
    :param int most_columns: cells with something in them may stand in so many columns
    :raises TooMuch: when it would be too much
    :raises zipfile.BadZipFile, expat.ExpatError: when it is no workbook at all
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        _limit("parts", len(parts), MOST_PARTS)
        _limit("bytes", sum(part.file_size for part in parts), MOST_BYTES)
        for part in parts:
            if part.file_size > LARGE:
                _limit("ratio", part.file_size // max(part.compress_size, 1), MOST_RATIO)
        count = _Count(most_columns)
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels")):
                with archive.open(part) as stream:
                    count.take(stream)


def _limit(what, found, most):
    if found > most:
        raise TooMuch(what, most)


class _Count:
    """Counts tags of one part after the other."""

    def __init__(self, most_columns):
        self.most_columns = most_columns
        self.tags = self.other_tags = self.texts = self.cells = 0

    def take(self, stream):
        """Count the tags of a part."""
        self.root, self.row, self.column = "", 0, 0
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk)
        parser.Parse(b"", True)

    def _refuse_doctype(self, *_args):
        # No spreadsheet has one; what it declares could grow without end.
        raise TooMuch("parts", MOST_PARTS)

    def _start(self, name, attributes):
        name = name.rpartition(":")[2]
        self.root = self.root or name
        self.tags += 1
        _limit("tags", self.tags, MOST_TAGS)
        if self.root == "worksheet":
            self._start_in_sheet(name, attributes)
        elif self.root == "sst":
            self.texts += name == "si"
            _limit("texts", self.texts, MOST_TEXTS)
        else:
            self.other_tags += 1
            _limit("tags", self.other_tags, MOST_OTHER_TAGS)

    def _start_in_sheet(self, name, attributes):
        if name == "row":
            given = attributes.get("r", "")
            self.row = int(given) if given.isdecimal() and len(given) < 9 else LAST_ROW + 1 if given else self.row + 1
            self.column = 0
            _limit("rows", self.row, LAST_ROW)
        elif name == "c":
            self.cells += 1
            self.column = self._column(attributes.get("r", ""))
            _limit("cells", self.cells, MOST_CELLS)
        elif name in ("v", "is"):
            # An empty cell far to the right is only formatted.
            _limit("columns", self.column, self.most_columns)

    def _column(self, reference):
        """Return the number of the column of a cell such as C7; without one, the next."""
        found = REFERENCE.match(reference)
        if not found:
            return self.column + 1
        number = 0
        for letter in found[1]:
            number = number * 26 + ord(letter) - 64
        return number
