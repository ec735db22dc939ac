"""The addons of this repository: which there are, what they need, whether they changed."""

import ast
import hashlib
from pathlib import Path

from odoo_dev.console import Failure
from odoo_dev.paths import REPOSITORY

# Odoo's own addons every database gets, also while an addon of ours does not ask for them.
NATIVE = ("sale_management", "sale_timesheet")
IGNORED_FOLDERS = ("__pycache__", "tests", "readme")
IGNORED_SUFFIXES = (".pyc", ".md", ".rst")


def own_addons(repository=REPOSITORY):
    """The names of the installable addons in the repository, sorted."""
    return sorted(path.parent.name for path in repository.glob("*/__manifest__.py") if _manifest(path)["installable"])


def chosen_addons(names, repository=REPOSITORY):
    """The addons of a comma-separated option, all of ours when it is not given."""
    if names is None:
        return own_addons(repository)
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    unknown = [name for name in chosen if name not in own_addons(repository)]
    if unknown:
        raise Failure(f"There is no addon {', '.join(unknown)} here; choose from: {', '.join(own_addons(repository))}.")
    return chosen


def native_modules(names, repository=REPOSITORY):
    """Odoo's own modules that these addons need, and those every database gets."""
    own = set(own_addons(repository))
    wanted = set(NATIVE)
    for name in _with_own_dependencies(names, repository, own):
        wanted.update(_manifest(repository / name / "__manifest__.py")["depends"])
    return sorted(wanted - own - {"base"})


def _with_own_dependencies(names, repository, own):
    """These addons and those of ours that they depend on."""
    found, queue = set(), list(names)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += [needed for needed in _manifest(repository / name / "__manifest__.py")["depends"] if needed in own]
    return sorted(found)


def _manifest(path):
    try:
        values = ast.literal_eval(path.read_text())
    except (SyntaxError, ValueError) as error:
        raise Failure(f"The manifest {path} cannot be read: {error}") from error
    return {"installable": True, "depends": [], **values}


def content_hash(names, repository=REPOSITORY):
    """Changes with any file of these addons that ends up in a database; tests and pages do not."""
    digest = hashlib.sha256()
    for name in sorted(names):
        for path in _relevant_files(repository / name):
            digest.update(f"{path.relative_to(repository)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _relevant_files(folder):
    for path in sorted(folder.rglob("*")):
        inside = Path(path).relative_to(folder)
        ignored = set(inside.parts[:-1]) & set(IGNORED_FOLDERS) or path.suffix in IGNORED_SUFFIXES
        if path.is_file() and not ignored:
            yield path
