"""``bin/bench``: measures the addons side by side with Odoo alone.

A benchmark is a file ``benchmarks/NAME.py`` with a function ``run(bench)`` that
returns a dictionary of figures by name; ``bench`` is a
:class:`odoo_dev.workbench.Workbench`. It is run by the Python of the virtual
environment, where ``import odoo`` works.
"""

import argparse
import json
import subprocess
from pathlib import Path

from odoo_dev.addons import shared_addons
from odoo_dev.console import Failure, say
from odoo_dev.paths import REPOSITORY
from odoo_dev.postgres import Cluster
from odoo_dev.session import Session
from odoo_dev.system import POSTGRES, require
from odoo_dev.venvs import development_python
from odoo_dev.workspace import run_name, workspace

NAMES = ("billing", "engine", "forecast", "revenue", "run", "screens", "setup", "subscriptions", "usage")
FOLDER = REPOSITORY / "benchmarks"


def main(arguments):
    """Run the benchmarks; return 1 when one fails, else 0."""
    options = _parse(arguments)
    names = options.names or [name for name in NAMES if (FOLDER / f"{name}.py").exists()]
    missing = [name for name in names if not (FOLDER / f"{name}.py").exists()]
    if missing or not names:
        raise Failure(f"There is no benchmark {', '.join(missing) or 'at all'}: benchmarks/NAME.py is what makes one.")
    require(POSTGRES)
    figures, failed = {}, []
    # Unlike the tests, a measurement pays for writing to the disk.
    with workspace(development_python(), options.odoo, Cluster("pg-bench")) as templates:
        for name in names:
            result = _run(templates, name)
            figures[name] = result
            failed += [name] if result is None else []
    if options.json:
        options.json.write_text(json.dumps(_flat(figures), indent=2) + "\n")
    if failed:
        raise Failure(f"Benchmark failed: {', '.join(failed)}.")
    return 0


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="bin/bench", description="Measures the addons side by side with Odoo alone.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones ({', '.join(NAMES)}); default: all")
    parser.add_argument("--odoo", metavar="PATH", help="an Odoo 19 to use instead of the one in the cache")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure by name")
    return parser.parse_args(arguments)


def _run(templates, name):
    """Run one benchmark in a process of its own; return its figures, None when it failed."""
    addons = shared_addons()
    with (
        templates.with_addons([], addons) as native,
        templates.with_addons(addons, addons) as template,
        run_name(templates) as prefix,
        Session(templates, template, prefix, native).environment() as environment,
    ):
        say(f"\n== {name} ==")
        result = Path(environment["ODOO_DEV_SESSION"]).with_suffix(".figures")
        command = [
            str(templates.installation.python),
            "-m",
            "odoo_dev.workbench",
            str(FOLDER / f"{name}.py"),
            str(result),
        ]
        code = subprocess.run(command, cwd=REPOSITORY, env=environment).returncode
        figures = json.loads(result.read_text()) if result.exists() else None
        result.unlink(missing_ok=True)
    return None if code else figures


def _flat(figures):
    """The figures of all benchmarks in one dictionary; names are unique over the benchmarks."""
    return {name: value for result in figures.values() for name, value in (result or {}).items()}
