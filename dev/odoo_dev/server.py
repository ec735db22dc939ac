"""Odoo processes: their configuration file, one-off runs, and servers that stay up."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from odoo_dev.addons import own_addons
from odoo_dev.console import Failure, Step, end_with_parent, error_of_log, has_errors, last_lines, run_logged
from odoo_dev.database import DatabaseServer
from odoo_dev.distribution import Odoo
from odoo_dev.paths import REPOSITORY, is_alive, log_file, make_folder
from odoo_dev.pdfprinter import printer_path
from odoo_dev.venvs import odoo_environment

STOP_SECONDS = 15
#: Runs Odoo, also again: see there.
COMMAND = Path(__file__).with_name("odoo_command.py")


@dataclass(frozen=True)
class Installation:
    """All it takes to run an Odoo process: Odoo, a Python, a database server and a folder for files."""

    odoo: Odoo
    python: Path
    database: DatabaseServer
    data: Path
    options: dict = field(default_factory=dict)

    def configuration(self, name, **options):
        """Write Odoo's configuration file for one database; return its path."""
        folders = [*([REPOSITORY] if own_addons() else []), *self.odoo.addons_folders]
        values = {
            "addons_path": ",".join(map(str, folders)),
            "admin_passwd": "admin",
            "data_dir": self.data,
            "db_name": name,
            "dbfilter": f"^{re.escape(name)}$",
            "list_db": False,
            "http_interface": "127.0.0.1",
            "workers": 0,
            **self.database.odoo_options,
            **self.options,
            **options,
        }
        folder = make_folder(self.data / "configurations")
        remove_stale(folder)
        path = folder / f"{name}-{os.getpid()}.conf"
        path.write_text("[options]\n" + "".join(f"{key} = {value}\n" for key, value in values.items()))
        path.chmod(0o600)
        return path

    @property
    def environment(self):
        """The environment of an Odoo process."""
        environment = {**odoo_environment(self.odoo), **self.database.environment}
        path = printer_path(environment.get("PATH", os.defpath))
        # A server that reloads names its Python without a folder: it is to find this one.
        return {**environment, "PATH": os.pathsep.join([str(self.python.parent), path])}

    def command(self, *arguments):
        """The command line of Odoo with these arguments."""
        return [str(self.python), str(COMMAND), *map(str, arguments)]

    def run(self, title, name, *arguments, log=None, **options):
        """Run Odoo on a database until it stops by itself, with visible progress; return its output.

        :raise Failure: when it fails, or logs an error while it loads modules
        """
        configuration = self.configuration(name, **options)
        command = self.command("server", "-c", configuration, "--stop-after-init", "--no-http", *arguments)
        path = log_file(log or f"odoo-{name}")
        with Step(title) as step:
            code, output = run_logged(command, path, step, loading_progress, env=self.environment)
            if code or has_errors(output):
                raise Failure(f"{title} failed: {error_of_log(output)}\n(the whole log is in {path})")
        return output

    def shell(self, name, code, run=None, **options):
        """Run Python code in ``odoo shell`` on a database, where ``env`` is; return what it prints.

        The code must commit (``env.cr.commit()``) what it wants to keep.

        :param run: what runs Odoo's command line, given its arguments and its input, by default a process of its own
        """
        arguments = ["shell", "-c", self.configuration(name, **options), "--no-http", "--log-level=warn"]
        result = (run or self._run)(arguments, code)
        if result.returncode or "Traceback (most recent call last)" in result.stderr:
            raise Failure(f"The script on the database {name} failed: {last_lines(result.stderr, 12)}")
        return result.stdout

    def _run(self, arguments, code):
        command = self.command(*arguments)
        return subprocess.run(command, input=code, capture_output=True, text=True, env=self.environment)


def loading_progress(line):
    """The text shown for a line of Odoo's log: which module of how many is loaded."""
    match = re.search(r"Loading module (\w+) \((\d+)/(\d+)\)", line)
    return match and f"module {match.group(2)} of {match.group(3)}: {match.group(1)}"


def remove_stale(folder):
    """Remove the configuration files of commands that no longer run."""
    for path in folder.glob("*-*.conf"):
        if not is_alive(int(path.stem.rpartition("-")[2])):
            path.unlink(missing_ok=True)


@dataclass
class Server:
    """A running Odoo server."""

    process: subprocess.Popen
    url: str
    log: Path

    @property
    def pid(self):
        """The process id of the server."""
        return self.process.pid

    def wait_until_ready(self, seconds=120, step=None):
        """Wait until the server answers; fail with its log when it stops instead."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise Failure(f"Odoo stopped: {error_of_log(self.log.read_text(errors='replace'))}")
            if self._answers():
                return self
            if step:
                step.progress()
            time.sleep(0.1)
        raise Failure(f"Odoo did not answer within {seconds} seconds; its log is {self.log}.")

    def _answers(self):
        try:
            with urllib.request.urlopen(f"{self.url}/web/login", timeout=30) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def kill(self, number=signal.SIGKILL):
        """Send a signal to the server and all its workers, as a crash does."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return
        if number == signal.SIGKILL:
            self.process.wait()

    def stop(self):
        """Stop the server and its workers, gently first."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                pass
        self.kill()


def start_server(installation, name, port=None, log=None, **options):
    """Start an Odoo server on a database without waiting for it.

    It is a process group of its own, so that Ctrl-C reaches it only through
    the command that started it, and it ends when that command dies.
    """
    port = port or free_port()
    options.setdefault("gevent_port", free_port())
    configuration = installation.configuration(name, http_port=port, **options)
    log = Path(log or log_file(f"server-{name}-{port}"))
    with open(log, "wb") as output:
        process = subprocess.Popen(
            installation.command("server", "-c", configuration),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=installation.environment,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
    return Server(process, f"http://localhost:{port}", log)


def free_port(first=0):
    """A free port of this machine: the first from ``first`` upward, any for 0."""
    for port in range(first, 65536) if first else [0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise Failure(f"No port from {first} upward is free on this machine.")


def is_free(port):
    """Whether nothing listens on a port of this machine."""
    try:
        return free_port(port) == port
    except Failure:
        return False
