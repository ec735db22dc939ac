"""The addons of this repository: which there are, what they need, whether they changed."""

import ast
import hashlib
from pathlib import Path

from odoo_dev.console import Failure
from odoo_dev.paths import REPOSITORY

# Odoo's own addons every database gets, also while an addon of ours does not ask for them.
NATIVE = ("sale_management", "sale_timesheet")
#: Addons that would change what the tests of the others run on: theirs have a database of their own, with these modules
#: beside what they depend on. Demo, benchmarks and updates do without them.
APART = {
    "milestone_billing_stock": (
        "mrp_account",
        "revenue_recognition",
        "sale_mrp",
        "stock_dropshipping",
        "stock_picking_batch",
    )
}
IGNORED_FOLDERS = ("__pycache__", "tests", "readme")
IGNORED_SUFFIXES = (".pyc", ".md", ".rst")


def own_addons(repository=REPOSITORY):
    """The names of the installable addons in the repository, sorted."""
    return sorted(path.parent.name for path in repository.glob("*/__manifest__.py") if _manifest(path)["installable"])


def shared_addons(repository=REPOSITORY):
    """The addons that are installed together, where nobody names others, sorted."""
    return [name for name in own_addons(repository) if name not in APART]


def apart_addons(name, repository=REPOSITORY):
    """The addons of the database of one of ``APART``: itself, what it needs of ours, and what it is tested with.

    Those of ours that install themselves beside these are there too.
    """
    own = set(own_addons(repository))
    found = set(_with_own_dependencies([name, *(beside for beside in APART[name] if beside in own)], repository, own))
    while joining := {
        other for other in own - found if _joins(_manifest(repository / other / "__manifest__.py"), found, own)
    }:
        found |= joining
    return sorted(found)


def _joins(manifest, installed, own):
    """Whether an addon installs itself beside these of ours; what it needs of Odoo is taken to be there."""
    return manifest.get("auto_install") is True and set(manifest["depends"]) & own <= installed


def chosen_addons(names, repository=REPOSITORY):
    """The addons of a comma-separated option, those that are installed together when it is not given."""
    if names is None:
        return shared_addons(repository)
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
        wanted.update(APART.get(name, ()))
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
