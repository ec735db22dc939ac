"""Finds keys of ours in a context that are no flags: whoever calls could send them, and switch a guard off.

What the program tells its own methods goes by ``_flagged``, ``_is_flagged`` and ``_flag_value`` of the addon
``record_protection``. Reported are keys that begin as those of an addon do, where they are set or read as plain values
of a context. A comment ``# anybody: …`` on the line says why every caller may send the key.
"""

import ast

from odoo_dev.sourcecheck import check_sources, unmarked

PREFIXES = ("billing_", "revenue_")
MARK = "# anybody:"
READS = ("get", "pop", "setdefault")


def check_flags(folder, names):
    """The problems of these Python files of addons, one sentence each."""
    return check_sources(folder, names, problems_of)


def problems_of(source):
    """The problems of one file as pairs of line and description."""
    return unmarked(source, _find, MARK)


def _find(tree):
    for node in ast.walk(tree):
        for key in _keys(node):
            if key.startswith(PREFIXES):
                what = f"any caller may send {key} in his context: use _flagged and _is_flagged"
                yield node.end_lineno, node.lineno, what


def _keys(node):
    """The names of keys of a context that one expression sets or reads."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "with_context":
            return [word.arg for word in node.keywords if word.arg] + _texts(node.args) + _texts(_spread(node))
        if node.func.attr in READS and _is_context(node.func.value):
            return _texts(node.args[:1])
    if isinstance(node, ast.Subscript) and _is_context(node.value):
        return _texts([node.slice])
    if isinstance(node, ast.Compare) and any(map(_is_context, node.comparators)):
        return _texts([node.left])
    return []


def _spread(call):
    return [word.value for word in call.keywords if word.arg is None]


def _is_context(node):
    if isinstance(node, ast.Name):
        return node.id in ("context", "ctx")
    return isinstance(node, ast.Attribute) and node.attr in ("context", "_context")


def _texts(nodes):
    """Constant texts among these expressions, and the keys of dictionaries among them."""
    parts = [part for node in nodes for part in (node.keys if isinstance(node, ast.Dict) else [node])]
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
