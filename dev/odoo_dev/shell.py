"""``dev/run shell``: an Odoo shell on a fresh copy of the template with our addons."""

import argparse
import subprocess
import sys

from odoo_dev.addons import shared_addons
from odoo_dev.venvs import development_python
from odoo_dev.workspace import run_name, workspace


def main(arguments):
    """Open the shell, or run the code on standard input; the copy is dropped afterwards."""
    parser = argparse.ArgumentParser(prog="dev/run shell", description=__doc__)
    parser.add_argument("--odoo", metavar="PATH", help="an Odoo 19 to use instead of the one in the cache")
    options = parser.parse_args(arguments)
    with (
        workspace(development_python(), options.odoo) as templates,
        templates.with_addons(shared_addons()) as template,
        run_name(templates) as name,
    ):
        templates.copy(template, name)
        installation = templates.installation
        command = installation.command("shell", "-c", installation.configuration(name), "--no-http")
        return subprocess.run(command, env=installation.environment, stdin=sys.stdin).returncode
