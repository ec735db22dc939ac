"""Checks XML files; run by the Python of the virtual environment, as it needs lxml.

Well-formed is not enough for Odoo: a record defined twice in a file silently
wins over the first, and an indent that does not follow the nesting misleads.
"""

import re
import sys
from collections import Counter
from pathlib import Path

from lxml import etree

INDENT = 4
RECORD_TAGS = {"record", "template", "menuitem"}


def problems_of(path):
    """The problems of one XML file, one sentence each."""
    content = Path(path).read_bytes()
    try:
        root = etree.fromstring(content)
    except etree.XMLSyntaxError as error:
        return [f"{path}:{error.lineno}: {error.msg}"]
    if root.tag != "odoo":
        return []
    return [*_repeated_ids(path, root), *_bad_indents(path, content, root)]


def _repeated_ids(path, root):
    """Records that are defined more than once; a later one adding to an earlier needs a file of its own."""
    ids = Counter(element.get("id") for element in root.iter(*RECORD_TAGS) if element.get("id"))
    return [f"{path}: the id {name} is defined {count} times" for name, count in ids.items() if count > 1]


def _bad_indents(path, content, root):
    """Lines that open an element and are not indented by a multiple of four blanks."""
    lines = content.decode("utf-8").split("\n")
    openings = {element.sourceline for element in root.iter() if isinstance(element.tag, str)}
    for number in sorted(openings):
        line = lines[number - 1]
        blanks = len(line) - len(line.lstrip(" "))
        if re.match(r" *<[\w]", line) and blanks % INDENT:
            yield f"{path}:{number}: is indented by {blanks} blanks, which is no multiple of {INDENT}"


def main(names):
    """Print every problem; return 1 when there is one."""
    problems = [problem for name in names for problem in problems_of(name)]
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
