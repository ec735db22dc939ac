"""The virtual environment: Odoo's Python packages at the versions of the requirements files."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

from odoo_dev.console import Failure, Step, last_lines, run_logged
from odoo_dev.paths import REPOSITORY, cache, locked, log_file, make_folder
from odoo_dev.system import VENV, python_tag, require, require_disk

RUNTIME = "requirements.txt"
DEVELOPMENT = "requirements-dev.txt"


def runtime_python():
    """The Python with all that Odoo needs, made when missing."""
    return _python_with(RUNTIME)


def development_python():
    """The Python with all that Odoo, the tests and the checks need, made when missing."""
    _python_with(RUNTIME)
    return _python_with(DEVELOPMENT)


def requirements_key():
    """Changes with the packages or the Python the virtual environment is made from."""
    text = f"{sys.version_info[:2]} {sys.base_prefix}\n" + (REPOSITORY / RUNTIME).read_text()
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _python_with(requirements):
    """The Python of the virtual environment after installing one requirements file.

    A stamp beside the packages says what is complete; an installation that was
    interrupted has no stamp and is done again.
    """
    folder = cache() / f"venv-{python_tag()}-{requirements_key()}"
    content = (REPOSITORY / requirements).read_bytes()
    stamp = folder / f".{requirements}-{hashlib.sha256(content).hexdigest()[:12]}"
    python = folder / "bin" / "python"
    if not stamp.exists():
        with locked("venv"):
            if not stamp.exists():
                _install(folder, python, requirements)
                stamp.touch()
    return python


def _install(folder, python, requirements):
    """Make the virtual environment when it is not usable yet, and install into it."""
    require_disk(folder.parent, 2)
    if requirements == RUNTIME:
        require(VENV)
        with Step("Making a virtual environment") as step:
            command = [sys.executable, "-m", "venv", "--clear", str(folder)]
            code, output = run_logged(command, log_file("venv"), step)
        if code:
            raise Failure(f"The virtual environment could not be made: {last_lines(output, 2)}")
    command = [str(python), "-m", "pip", "install", "--no-input", "-r", str(REPOSITORY / requirements)]
    with Step(f"Installing Python packages ({requirements})") as step:
        code, output = run_logged(command, log_file(f"pip-{requirements}"), step, _describe, env=_environment())
    if code:
        raise Failure(f"Python packages could not be installed: {_reason(output)}")


def _environment():
    """The environment for pip, without what would redirect it to another Python."""
    dropped = ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_USER")
    return {key: value for key, value in os.environ.items() if key not in dropped}


def _describe(line):
    match = re.match(r"(Collecting|Downloading|Building wheel for|Installing collected packages)\W*(\S*)", line)
    return match and f"{match.group(1)} {match.group(2)}"


def _reason(output):
    if re.search(r"NewConnectionError|NameResolution|Network is unreachable|timed out|ProxyError", output):
        return "the Python package index cannot be reached; is there a network?"
    if "No space left" in output:
        return "the disk is full"
    errors = [line for line in output.splitlines() if line.startswith("ERROR")]
    return "pip said:\n" + last_lines("\n".join(errors) or output, 2)[:600]


def run_python(python, odoo, arguments, **options):
    """Run the Python of the virtual environment with Odoo importable."""
    return subprocess.run([str(python), *arguments], env=odoo_environment(odoo), **options)


def odoo_environment(odoo):
    """The environment in which ``import odoo`` finds the chosen Odoo, and this package is found as well.

    What Python compiles is kept in the cache, outside of Odoo and of the repository, whatever the machine says: a
    process of Odoo takes twice as long to start when it compiles a thousand files anew.
    """
    package = str(Path(__file__).resolve().parents[1])
    dropped = ("ODOO_RC", "OPENERP_SERVER", "PGDATABASE", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
    dropped += ("PYTHONDONTWRITEBYTECODE",)
    environment = {key: value for key, value in os.environ.items() if key not in dropped}
    environment["PYTHONPATH"] = os.pathsep.join((str(odoo.python_path), package))
    environment["PYTHONPYCACHEPREFIX"] = str(make_folder(cache() / "compiled"))
    return environment
