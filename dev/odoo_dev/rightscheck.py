"""Finds what a caller sends and a public method hands on to a write with all rights.

A method without a leading underscore is called by anybody over XML-RPC and JSON-2, ``create`` and ``write`` among them.
Values that it passes to ``create`` or ``write`` behind ``sudo()`` reach, by the commands of x2many fields, every record
of the database. Reported are values that are a parameter, or made of one: the whole dictionary, or an item taken out of
it. Not reported are dictionaries that name their fields and give them a plain parameter, as in ``{"reason": reason}``.

It reads one method at a time and follows plain assignments: what goes through another method is not seen. A comment
``# checked: …`` on the line says who looked at the values.
"""

import ast

from odoo_dev.sourcecheck import check_sources, unmarked

WRITES = ("write", "create")
#: Methods of dictionaries that give what is in them.
TAKING = ("get", "pop", "items", "values", "copy")
MARK = "# checked:"


def check_rights(folder, names):
    """The problems of these Python files of addons, one sentence each."""
    return check_sources(folder, names, problems_of)


def problems_of(source):
    """The problems of one file as pairs of line and description."""
    return unmarked(source, _find, MARK)


def _find(tree):
    for method in _public_methods(tree):
        for line, what in _Method(method).problems():
            yield line, line, what


def _public_methods(tree):
    for parent in ast.walk(tree):
        if isinstance(parent, ast.ClassDef):
            yield from (
                node for node in parent.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
            )


class _Method:
    """One method: which of its names hold what the caller sent, and which records have all rights."""

    def __init__(self, method):
        self.method = method
        parameters = [*method.args.posonlyargs, *method.args.args, *method.args.kwonlyargs]
        self.sent = {one.arg for one in parameters} - {"self", "cls"}
        self.sent |= {one.arg for one in (method.args.vararg, method.args.kwarg) if one}
        self.parameters = frozenset(self.sent)
        self.trusted = set()
        # Twice, as a loop may use what is assigned further down.
        for _round in range(2):
            for node in ast.walk(method):
                self._follow(node)

    def problems(self):
        """Yield the line and the description of each problem."""
        for node in ast.walk(self.method):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in WRITES
                and self._has_all_rights(node.func.value)
                and any(self._is_sent(value) for value in [*node.args, *(word.value for word in node.keywords)])
            ):
                yield (
                    node.lineno,
                    f"{self.method.name}() hands what its caller sent to {node.func.attr}() with all rights",
                )

    def _follow(self, node):
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, (ast.For, ast.comprehension)):
            pairs = [(node.target, node.iter)]
        elif isinstance(node, ast.NamedExpr):
            pairs = [(node.target, node.value)]
        else:
            return
        for target, value in pairs:
            names = {one.id for one in ast.walk(target) if isinstance(one, ast.Name)}
            if self._is_sent(value):
                self.sent |= names
            if self._has_all_rights(value) and isinstance(value, (ast.Call, ast.Attribute, ast.Name, ast.Subscript)):
                self.trusted |= names

    def _has_all_rights(self, node):
        """Whether records come from ``sudo()``, in a chain of calls, attributes and items, or as an argument."""
        while True:
            if isinstance(node, ast.Call):
                if isinstance(node.func, ast.Attribute) and node.func.attr == "sudo":
                    return not (node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value is False)
                if isinstance(node.func, ast.Name):
                    # A function of records, such as plan_deferred(), returns them with the rights that they have.
                    return any(map(self._has_all_rights, node.args))
                node = node.func
            elif isinstance(node, (ast.Attribute, ast.Subscript)):
                node = node.value
            else:
                return isinstance(node, ast.Name) and node.id in self.trusted

    def _is_sent(self, node):
        """Whether a value is a parameter, or made of one."""
        if isinstance(node, ast.Name):
            return node.id in self.sent
        if isinstance(node, ast.Dict):
            spread = [value for key, value in zip(node.keys, node.values, strict=True) if key is None]
            named = [value for key, value in zip(node.keys, node.values, strict=True) if key is not None]
            return any(map(self._is_sent, spread)) or any(self._is_item(value) for value in named)
        if isinstance(node, ast.Call):
            return self._is_item(node) or isinstance(node.func, ast.Name) and any(map(self._is_sent, node.args))
        if isinstance(node, (ast.Compare, ast.Constant, ast.Attribute, ast.JoinedStr)):
            return False
        if isinstance(node, (ast.DictComp, ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            return any(map(self._is_sent, parts))
        return any(self._is_sent(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))

    def _is_item(self, node):
        """Whether a value is taken out of what was sent, as ``vals["line_ids"]`` is."""
        if isinstance(node, ast.Name):
            return node.id in self.sent - self.parameters
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TAKING:
            return self._is_sent(node.func.value)
        return isinstance(node, ast.Subscript) and self._is_sent(node.value)
