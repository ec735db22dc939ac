"""Imports inside the addons' arithmetic go down, and out of it to nothing of Odoo or of another addon."""

import ast
from pathlib import Path


def check_imports(repository, folders):
    """Return the circles of imports inside packages, and the imports of Odoo, each as a text.

    Imports for types alone count too: what is only named has to stand below as well. Tests are plain Python as well.

    :param Path repository: root of the packages
    :param list folders: packages, as paths below the repository
    """
    problems = []
    for folder in folders:
        root = Path(repository) / folder
        graph = _graph(root)
        problems += [f"{path.relative_to(repository)}: imports Odoo" for path in _python(root) if _imports_odoo(path)]
        problems += [f"{folder}: imports go round: {' → '.join(circle)}" for circle in _circles(graph)]
    return problems


def _graph(root):
    """Return ``{module: modules of the same package that it imports}``, tests left out."""
    files = [path for path in _python(root) if "tests" not in path.relative_to(root).parts]
    names = {_name(root, path) for path in files}
    return {_name(root, path): _imported(root, path, names) for path in files}


def _python(root):
    return sorted(root.rglob("*.py"))


def _imports_odoo(path):
    """Return whether a file imports Odoo, or an addon by its full name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module]
        if any(name.partition(".")[0] == "odoo" for name in names):
            return True
    return False


def _name(root, path):
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(root, path, names):
    """Return the modules of the package that a file imports, ``""`` being the package itself."""
    here = path.relative_to(root).parent.parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not node.level or node.level - 1 > len(here):
            continue
        base = [*here[: len(here) - node.level + 1], *(node.module or "").split(".")]
        package = ".".join(filter(None, base))
        for alias in node.names:
            inner = f"{package}.{alias.name}".lstrip(".")
            # What a package collects stands above its parts, which it names; only the parts are meant by a dot.
            if inner in names:
                found.add(inner)
            elif package in names:
                found.add(package)
    return found - {_name(root, path)}


def _circles(graph):
    """Return one circle of each group of modules that import each other, as the names on the way."""
    done, circles = set(), []

    def visit(name, way):
        if name in way:
            circles.append([*way[way.index(name) :], name])
        elif name not in done:
            for other in sorted(graph.get(name, ())):
                visit(other, [*way, name])
            done.add(name)

    for name in sorted(graph):
        visit(name, [])
    return circles
