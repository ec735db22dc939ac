"""``bin/test``: the whole suite, or the paths and pytest options given."""

import argparse
import os
import signal
import subprocess
from pathlib import Path

from odoo_dev import native
from odoo_dev.addons import APART, apart_addons, own_addons, shared_addons
from odoo_dev.console import Failure, Step, say
from odoo_dev.distribution import complete_browser_scripts
from odoo_dev.paths import REPOSITORY
from odoo_dev.pdfprinter import require_pdf_printer
from odoo_dev.session import Session
from odoo_dev.system import BROWSER, NPM, POSTGRES, require
from odoo_dev.venvs import development_python
from odoo_dev.workspace import run_name, workspace

DESCRIPTION = """Runs the test suite on copies of a cached template database, on two cores.
Without paths it is the whole suite. All other options go to pytest, such as -k, -x, -n 0 or --pdb."""
FOLDERS = ("tests", "dev/tests")
WORKERS = 2
# A worker takes a class, or a file, at a time, in the order given: no long one is begun when all others are done.
DISTRIBUTION = ("--dist", "loadscope", "--no-loadscope-reorder")
#: What pytest returns when it found no test.
NO_TESTS = 5
# pytest options whose value must not be taken for a path of tests
WITH_VALUE = ("-k", "-m", "-n", "-p", "-o", "-c", "-r", "-W", "--timeout", "--maxfail", "--durations", "--dist")


def main(arguments):
    """Run the tests; return pytest's exit code."""
    options, rest = _parse(arguments)
    require(POSTGRES, BROWSER)
    require_pdf_printer()
    python = development_python()
    with workspace(python, options.odoo) as templates:
        if options.native:
            return native.compare(templates, options.native)
        _require_browser_scripts(templates.installation.odoo)
        return _run(templates, rest)


def _parse(arguments):
    """Our own options, and the rest for pytest."""
    parser = argparse.ArgumentParser(prog="bin/test", description=DESCRIPTION, allow_abbrev=False)
    parser.add_argument("--odoo", metavar="PATH", help="an Odoo 19 to use instead of the one in the cache")
    parser.add_argument(
        "--native",
        metavar="MODULES",
        nargs="?",
        const=native.SUITES,
        help=f"run Odoo's own suites with and without our addons and compare (long); default: {native.SUITES}",
    )
    return parser.parse_known_args(arguments)


def _require_browser_scripts(odoo):
    """Fail now rather than in every tour."""
    if complete_browser_scripts(odoo):
        return
    require(NPM)
    if not complete_browser_scripts(odoo):
        raise Failure(
            "Browser tours need a script of Odoo's that Debian leaves out and npm has; it could not be fetched "
            "(is there a network?)."
        )


def _run(templates, arguments):
    """Run pytest over copies of the template with our addons, and of that of each addon apart whose tests are asked."""
    codes = []
    for apart, own_arguments in by_database(arguments):
        addons = apart_addons(apart) if apart else shared_addons()
        with templates.with_addons(addons) as template, run_name(templates) as name:
            with Step("Copying the template database"):
                templates.copy(template, name)
            with Session(templates, template, name).environment() as environment:
                codes.append(_pytest(templates.installation, name, own_arguments, environment))
    # Where one has no test that -k names, another has.
    return max([code for code in codes if code != NO_TESTS], default=NO_TESTS)


def _pytest(installation, name, arguments, environment):
    command = [str(installation.python), "-m", "pytest", "-c", "pyproject.toml", "-p", "odoo_dev.pytest_plugin"]
    command += ["--odoo-config", str(installation.configuration(name)), "--odoo-database", name, "--odoo-http"]
    command += [] if _sets_workers(arguments) else ["-n", str(min(WORKERS, os.cpu_count() or 1)), *DISTRIBUTION]
    command += arguments
    say()
    process = subprocess.Popen(command, cwd=REPOSITORY, env=environment)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        process.wait()
        raise


def _sets_workers(arguments):
    return any(argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in arguments)


def default_paths(repository=REPOSITORY):
    """What the whole suite is: the folders of tests that are there, whose files take longest, and every addon."""
    folders = [*FOLDERS, *own_addons(repository)]
    return [folder for folder in folders if (repository / folder).is_dir()]


def by_database(arguments, repository=REPOSITORY):
    """The arguments for pytest, of each database that they ask for: ``[(addon apart or None, arguments)]``."""
    named = named_paths(arguments, repository)
    options = [argument for place, argument in enumerate(arguments) if place not in named]
    paths = [arguments[place] for place in named] or default_paths(repository)
    groups = {}
    for path in paths:
        groups.setdefault(_apart(path, repository), []).append(path)
    return [(addon, [*options, *own]) for addon, own in groups.items()]


def _apart(path, repository):
    """The addon apart that a path of tests, or a test id, is in; None for all others."""
    path = Path(path.partition("::")[0])
    inside = path.resolve().relative_to(repository) if path.is_absolute() else path
    return inside.parts[0] if inside.parts and inside.parts[0] in APART else None


def has_paths(arguments, repository=REPOSITORY):
    """Whether a person named paths or test ids among the options for pytest."""
    return bool(named_paths(arguments, repository))


def named_paths(arguments, repository=REPOSITORY):
    """The places of paths and test ids among the options for pytest."""
    found = []
    for place, (before, argument) in enumerate(zip(["", *arguments], arguments, strict=False)):
        path = argument.partition("::")[0]
        named = path and not argument.startswith("-") and before not in WITH_VALUE
        if named and ((repository / path).exists() or Path(path).exists()):
            found.append(place)
    return found
