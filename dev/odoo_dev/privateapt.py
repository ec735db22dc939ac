"""Packages of a named Debian suite, downloaded and unpacked apart from the machine's own; no root is needed."""

import re
import shutil
import subprocess

from odoo_dev.aptsources import debian_mirror
from odoo_dev.console import Failure, Step, last_lines, run_logged
from odoo_dev.paths import log_file


class PrivateApt:
    """An apt with its own lists and cache, in a folder of its own, at the mirror this machine is set up with.

    :param folder: where it keeps its state
    :param purpose: what the packages are for, in a failure's words: ``Odoo``
    :param remedy: what a person can do when the packages cannot be had
    """

    def __init__(self, folder, purpose, remedy):
        self.folder = folder
        self.purpose = purpose
        self.remedy = remedy

    def mirror(self):
        """The Debian archive of the machine's own sources.

        :raise Failure: without apt, or where it names no Debian archive
        """
        for tool in ("apt-get", "dpkg"):
            if not shutil.which(tool):
                raise Failure(f"{self.purpose} is fetched with {tool}, which this machine lacks; {self.remedy}.")
        mirror = debian_mirror()
        if not mirror:
            raise Failure(f"The apt sources of this machine name no Debian mirror for {self.purpose}; {self.remedy}.")
        return mirror

    def download(self, suite, packages):
        """Download these packages alone; return their files."""
        options = self._read_lists(suite)
        target = self._folder(f"{suite}/debs")
        with Step(f"Downloading {packages[0]} and {len(packages) - 1} more") as step:
            self._run(["apt-get", *options, "download", *packages], f"{packages[0]}-download", step, target)
        return sorted(target.glob("*.deb"))

    def download_with_libraries(self, suite, package):
        """Download a package with all it depends on, as for a machine that has nothing; return their files."""
        options = self._read_lists(suite)
        command = ["apt-get", *options, "-o", "Debug::NoLocking=true", "-y", "--no-install-recommends"]
        with Step(f"Downloading {package} and its libraries") as step:
            self._run([*command, "--download-only", "install", package], f"{package}-download", step, self.folder)
        return sorted((self.folder / suite / "archives").glob("*.deb"))

    def _folder(self, name):
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _read_lists(self, suite):
        """Read the package list of a suite; return the options that keep apt to this folder."""
        for name in ("lists/partial", "archives/partial"):
            self._folder(f"{suite}/{name}")
        sources = self._folder(suite) / "sources.list"
        sources.write_text(self.mirror().line(suite) + "\n")
        options = private_options(self.folder / suite, sources)
        with Step(f"Reading the package list of Debian {suite}") as step:
            self._run(["apt-get", *options, "update", "--error-on=any"], f"apt-update-{suite}", step, self.folder)
        return options

    def _run(self, command, log, step, folder):
        """Run apt; a failure names the likely reason."""
        code, output = run_logged(command, log_file(log), step, str.strip, cwd=folder)
        if code == 0:
            return
        if "Unable to locate package" in output or "has no installation candidate" in output:
            reason = f"the mirror has no package {command[-1]}; {self.remedy}"
        elif re.search(r"resolve|connect|timed out|Failed to fetch|Network is unreachable", output):
            reason = "the Debian mirror of this machine's apt sources cannot be reached; is there a network?"
        elif "No space left" in output:
            reason = "the disk is full"
        else:
            reason = "apt-get said:\n" + last_lines(output)
        raise Failure(f"{self.purpose} could not be downloaded: {reason}")


def private_options(folder, sources):
    """The options that keep apt away from the state of the machine."""
    settings = {
        "Dir::State": folder,
        "Dir::State::Lists": folder / "lists",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": folder,
        "Dir::Cache::archives": folder / "archives",
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "APT::Sandbox::User": "root",
        "APT::Update::Post-Invoke-Success::": "true",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Dpkg::Use-Pty": "0",
    }
    return [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]


def unpack(package, root):
    """Unpack the files of a package into a folder."""
    result = subprocess.run(["dpkg", "-x", str(package), str(root)], capture_output=True, text=True)
    if result.returncode:
        raise Failure(f"{package.name} could not be unpacked: {last_lines(result.stderr, 1)}")
