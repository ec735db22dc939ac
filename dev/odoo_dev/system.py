"""The machine: its packages, its disk, its Python."""

import functools
import glob
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from odoo_dev.console import Failure, Step, last_lines, run_logged, warn
from odoo_dev.paths import log_file

GIB = 1 << 30


class Tool:
    """A program the machine must have, and the Debian package that brings it."""

    def __init__(self, package, found, purpose):
        self.package = package
        self.found = found
        self.purpose = purpose


def postgres_bin():
    """The folder of the newest PostgreSQL server programs on the machine, or None."""
    folders = [Path(path) for path in glob.glob("/usr/lib/postgresql/*/bin")]
    folders += [Path(path).parent for path in [shutil.which("initdb")] if path]
    usable = [folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()]
    return max(usable, key=lambda folder: _version_of(folder.parent.name), default=None)


def _version_of(name):
    return int(name) if name.isdigit() else 0


def chromium():
    """The path of a browser that Odoo's tours can use, or None."""
    for name in ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable"):
        if shutil.which(name):
            return shutil.which(name)
    return None


def has_venv():
    """Whether this Python can make a virtual environment with pip in it."""
    try:
        __import__("venv")
        __import__("ensurepip")
    except ImportError:
        return False
    return True


POSTGRES = Tool("postgresql", postgres_bin, "the database")
VENV = Tool("python3-venv", has_venv, "Odoo's Python packages")
PDF = Tool("wkhtmltopdf", lambda: shutil.which("wkhtmltopdf"), "PDF documents")
BROWSER = Tool("chromium", chromium, "the browser tours")
NPM = Tool("npm", lambda: shutil.which("npm"), "a script of Odoo's that Debian leaves out")
NODE = Tool("nodejs", lambda: shutil.which("node"), "the JavaScript check")


def require(*tools):
    """Install the packages that are missing, or say exactly what to install."""
    missing = [tool for tool in tools if not tool.found()]
    if not missing:
        return
    if _may_install():
        _apt_install([tool.package for tool in missing])
        missing = [tool for tool in missing if not tool.found()]
    if missing:
        what = " and ".join(f"{tool.package} (for {tool.purpose})" for tool in missing)
        raise Failure(f"This machine lacks {what}; install with: {install_command(missing)}")


def try_install(tool):
    """Install the package of a tool where the machine's own suite has it; return whether the tool is there now."""
    if _may_install() and _is_offered(tool.package):
        _apt_install([tool.package])
    return bool(tool.found())


def _may_install():
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _is_offered(package):
    """Whether the machine's own package lists, read anew, have a candidate for a package."""
    _read_package_lists()
    output = subprocess.run(["apt-cache", "policy", package], capture_output=True, text=True).stdout
    candidate = re.search(r"Candidate: (\S+)", output)
    return bool(candidate) and candidate.group(1) != "(none)"


def install_command(tools):
    """The command a person types to install the packages of these tools."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    packages = " ".join(tool.package for tool in tools)
    return f"{sudo}apt-get install --no-install-recommends {packages}"


def _apt_install(packages):
    """Install packages one by one, so that one the suite lacks does not stop the others."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _read_package_lists()
    for package in packages:
        command = ["apt-get", "install", "-y", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0", package]
        if package == "postgresql":
            command += ["-o", "Dpkg::Options::=--force-confold"]
        with Step(f"Installing the system package {package}") as step:
            # The package manager must not be cut off half-way, whatever happens to this command.
            code, output = run_logged(
                command, log_file(f"apt-{package}"), step, str.strip, env=environment, preexec_fn=None
            )
        if code:
            warn(f"apt-get could not install {package}:\n{last_lines(output, 2)}")


@functools.cache
def _read_package_lists():
    """Read the machine's package lists, once a command."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with Step("Reading the list of system packages") as step:
        run_logged(["apt-get", "update"], log_file("apt-update"), step, env=environment)


def require_disk(folder, gibibytes):
    """Fail when the disk of a folder has not that much room left."""
    free = shutil.disk_usage(folder).free / GIB
    if free < gibibytes:
        raise Failure(
            f"The disk of {folder} has {free:.1f} GiB left and {gibibytes} GiB are needed; "
            f"make room or name a folder elsewhere in MILESTONE_CACHE."
        )


def python_tag():
    """The version of this Python as used in the cache, like ``3.11``."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"
