"""``bin/lint``: style and syntax of every file, with the same checks as pre-commit."""

import argparse
import os
import shutil
import subprocess

from odoo_dev.addons import own_addons
from odoo_dev.console import say
from odoo_dev.flagcheck import check_flags
from odoo_dev.importcheck import check_imports
from odoo_dev.paths import REPOSITORY
from odoo_dev.rightscheck import check_rights
from odoo_dev.system import NODE, require
from odoo_dev.textcheck import check_files
from odoo_dev.venvs import development_python

DESCRIPTION = "Checks style and syntax of every file of the repository, or of the files given."
CHECKS = ("ruff", "format", "pylint", "mypy", "xml", "js", "text", "rights", "flags", "imports")
TEXT_SUFFIXES = (".py", ".xml", ".js", ".scss", ".css", ".md", ".rst", ".csv", ".toml", ".yaml", ".yml", ".sh", ".txt")
# A model may be spread over several files, one per concern.
PYLINT_ALLOWED = "consider-merging-classes-inherited"
NODE_CHECK = ["node", "--input-type=module", "--check"]


def main(arguments):
    """Run the checks; return 1 when one complains, else 0."""
    parser = argparse.ArgumentParser(prog="bin/lint", description=DESCRIPTION)
    parser.add_argument("--only", choices=CHECKS, action="append", help="run this check alone (repeatable)")
    parser.add_argument("--fix", action="store_true", help="let ruff change what it can")
    parser.add_argument("paths", nargs="*", help="files to check; default: all that git knows or could add")
    options = parser.parse_args(arguments)
    files = options.paths or repository_files()
    failed = [name for name in options.only or CHECKS if not _run_check(name, files, options.fix)]
    say(f"lint: {'failed: ' + ', '.join(failed) if failed else 'all checks passed'} ({len(files)} files)")
    return 1 if failed else 0


def repository_files():
    """Every file of the repository that git tracks or would add, sorted."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    output = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    return sorted(name for name in set(output.split("\0")) if name and (REPOSITORY / name).is_file())


def _run_check(name, files, fix):
    """Run one check and print its verdict; return whether all is well."""
    check = {
        "ruff": lambda: _ruff(files, ["check", "--quiet", *(["--fix"] if fix else [])]),
        "format": lambda: _ruff(files, ["format", "--quiet", *([] if fix else ["--diff"])]),
        "pylint": lambda: _pylint(files),
        "mypy": lambda: _mypy(files),
        "xml": lambda: _xml(files),
        "js": lambda: _javascript(files),
        "text": lambda: _text(files),
        "rights": lambda: _rights(files),
        "flags": lambda: _flags(files),
        "imports": lambda: _imports(files),
    }[name]
    passed = check()
    say(f"{'✓' if passed else '✗'} {name}")
    return passed


def _with_suffix(files, *suffixes):
    return [name for name in files if name.endswith(suffixes)]


def _call(command, **options):
    return subprocess.run([str(part) for part in command], cwd=REPOSITORY, **options).returncode == 0


def _ruff(files, arguments):
    names = _with_suffix(files, ".py")
    return not names or _call([development_python(), "-m", "ruff", *arguments, "--force-exclude", *names])


def _pylint(files):
    """Run the checks of pylint-odoo on the addons these files belong to: it needs a whole addon to judge."""
    folders = {name.partition("/")[0] for name in files}
    addons = sorted(folders & set(own_addons()))
    if not addons:
        return True
    command = [development_python(), "-m", "pylint", "--rcfile", "dev/pylintrc", f"--disable={PYLINT_ALLOWED}", *addons]
    return _call(command, env={**os.environ, "PYTHONPATH": ""})


def _mypy(files):
    """Check the types of the addons' arithmetic, as strictly as pyproject.toml says."""
    names = typed_folders(files)
    return not names or _call([development_python(), "-m", "mypy", "--no-error-summary", *names])


def typed_folders(files, repository=REPOSITORY):
    """The plain-Python packages of the addons these files belong to: a type may break far from where it is written."""
    addons = {name.partition("/")[0] for name in files} & set(own_addons(repository))
    return [f"{addon}/engine" for addon in sorted(addons) if (repository / addon / "engine").is_dir()]


def _xml(files):
    names = _with_suffix(files, ".xml", ".svg")
    return not names or _call([development_python(), "-m", "odoo_dev.xmlcheck", *names])


def _javascript(files):
    """Check the syntax of every script as a module, as Odoo's own are."""
    names = _with_suffix(files, ".js")
    if names and not shutil.which("node"):
        require(NODE)
    results = [_node(name) for name in names]
    return all(results)


def _node(name):
    result = subprocess.run(NODE_CHECK, input=(REPOSITORY / name).read_bytes(), capture_output=True)
    if result.returncode:
        say(f"{name}: {result.stderr.decode(errors='replace').strip()}")
    return result.returncode == 0


def _text(files):
    problems = check_files(REPOSITORY, _with_suffix(files, *TEXT_SUFFIXES))
    for problem in problems:
        say(problem)
    return not problems


def _imports(files):
    """Check that imports inside the addons' arithmetic go down."""
    problems = check_imports(REPOSITORY, typed_folders(files))
    for problem in problems:
        say(problem)
    return not problems


def _rights(files):
    """Find what callers send and public methods of the addons hand on to a write with all rights."""
    own = set(own_addons())
    problems = check_rights(REPOSITORY, [name for name in files if name.partition("/")[0] in own])
    for problem in problems:
        say(problem)
    return not problems


def _flags(files):
    """Find guards of the addons that a key in the caller's context would switch off."""
    own = set(own_addons())
    problems = check_flags(REPOSITORY, [name for name in files if name.partition("/")[0] in own])
    for problem in problems:
        say(problem)
    return not problems
