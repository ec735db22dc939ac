"""What the checks of Python source have in common: which files they read, and comments that answer for a line."""

import ast


def check_sources(folder, names, problems_of):
    """The problems of the Python files of addons, tests left out, one sentence each.

    ``problems_of`` takes the source of a file and returns pairs of line and description.
    """
    problems = []
    for name in names:
        if name.endswith(".py") and "/" in name and "/tests/" not in f"/{name}":
            problems += [f"{name}:{line}: {what}" for line, what in problems_of((folder / name).read_text())]
    return problems


def unmarked(source, find, mark):
    """The problems of one file, sorted, without those on whose line a comment begins with ``mark``.

    ``find`` takes the syntax tree and yields the last line, the line and the description of each problem. A file that
    is no Python has none: another check says so.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    lines = source.split("\n")
    return sorted({(line, what) for last, line, what in find(tree) if mark not in lines[last - 1]})
