"""Checks of any text file: line ends, blanks at the end of a line, merge marks, tabs where blanks are meant."""

import re

TAB_SUFFIXES = (".py", ".xml", ".js", ".scss", ".css", ".yaml", ".yml", ".toml")
MERGE_MARK = re.compile(r"^(<{7} |>{7} |={7}$)")


def check_files(folder, names):
    """The problems of these files, one sentence each."""
    problems = []
    for name in names:
        problems += [f"{name}{where}: {what}" for where, what in check_text(name, (folder / name).read_bytes())]
    return problems


def check_text(name, content):
    """The problems of one file as pairs of place and description."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return [("", "is not UTF-8")]
    problems = [
        (f":{number}", what) for number, line in enumerate(text.split("\n"), 1) for what in _check_line(name, line)
    ]
    if text and not text.endswith("\n"):
        problems.append(("", "has no newline at its end"))
    if text.endswith("\n\n"):
        problems.append(("", "ends with an empty line"))
    return problems


def _check_line(name, line):
    if line.endswith("\r"):
        yield "ends with a carriage return"
    elif line != line.rstrip() and not (name.endswith(".md") and line.endswith("  ")):
        yield "has blanks at its end"
    if "\t" in line and name.endswith(TAB_SUFFIXES):
        yield "has a tab"
    if MERGE_MARK.match(line):
        yield "is a mark of an unfinished merge"
