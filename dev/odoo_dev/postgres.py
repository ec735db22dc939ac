"""A private PostgreSQL: its own cluster in the cache, reached through a Unix socket only."""

import contextlib
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from odoo_dev.console import Failure, Step, last_lines
from odoo_dev.database import DatabaseServer
from odoo_dev.paths import cache, locked
from odoo_dev.system import POSTGRES, postgres_bin, require, require_disk

ROLE = "odoo"
PORT = 5432
MINIMUM = 13
SOCKET_LIMIT = 100
COMMON = {
    "listen_addresses": "''",
    "max_connections": 200,
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "max_locks_per_transaction": 256,
    "log_min_messages": "warning",
}
# Tests may lose their databases when the machine stops; the demo may not.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": 0,
}


class Cluster:
    """A cluster of the cache, shared by the commands that run at the same time.

    Each command holds a shared lock while it uses the cluster; the last one to
    leave stops it.
    """

    def __init__(self, name, fast=False):
        self.name = name
        self.settings = {**COMMON, **(FAST if fast else {})}

    @contextlib.contextmanager
    def running(self, python):
        """Start the cluster when it is not running; yield its :class:`DatabaseServer`.

        :param python: the Python of the virtual environment, which runs the queries
        """
        require(POSTGRES)
        self._check_version()
        try:
            with locked(f"{self.name}-users", shared=True):
                with locked(self.name):
                    self._prepare()
                    self._start()
                yield DatabaseServer(str(self.sockets), PORT, ROLE, tools=postgres_bin(), python=python)
        finally:
            self._stop_when_unused()

    @property
    def folder(self):
        """Where everything of this cluster is."""
        return cache() / f"{self.name}-{postgres_bin().parent.name}"

    @property
    def data(self):
        """PostgreSQL's data directory."""
        return self.folder / "data"

    @property
    def log(self):
        """PostgreSQL's log."""
        return self.folder / "postgresql.log"

    @property
    def sockets(self):
        """The folder of the socket; a deep cache gets a short one elsewhere, as sockets have a length limit."""
        inside = self.folder / "socket"
        if len(str(inside)) + len(f"/.s.PGSQL.{PORT}") <= SOCKET_LIMIT:
            return inside
        digest = hashlib.sha256(str(inside).encode()).hexdigest()[:10]
        return Path(tempfile.gettempdir()) / f"pg-{os.geteuid()}-{digest}"

    def _check_version(self):
        version = postgres_bin().parent.name
        if version.isdigit() and int(version) < MINIMUM:
            raise Failure(f"PostgreSQL {version} is too old: Odoo 19 needs {MINIMUM} or newer.")

    def _prepare(self):
        """Make the cluster when it is not there; an interrupted attempt starts again."""
        if not (self.folder / "ready").exists():
            require_disk(cache(), 2)
            with Step("Making a private PostgreSQL"):
                shutil.rmtree(self.folder, ignore_errors=True)
                self._make_owned(self.folder)
                self._run(
                    "initdb", "-D", str(self.data), "-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"
                )
                (self.folder / "ready").touch()
        self._make_owned(self.sockets)

    def _make_owned(self, folder):
        """Make a folder that belongs to the user PostgreSQL runs as, closed to others."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.owner() != _owner():
            shutil.chown(folder, _owner(), _owner())

    def _start(self):
        """Start the server unless it runs; what a crash left behind is recovered by PostgreSQL."""
        if self._is_running():
            return
        settings = {**self.settings, "unix_socket_directories": f"'{self.sockets}'", "port": PORT}
        options = " ".join(f"-c {key}={value}" for key, value in settings.items())
        with Step("Starting PostgreSQL"):
            self._run(
                "pg_ctl", "start", "-w", "-t", "60", "-s", "-D", str(self.data), "-l", str(self.log), "-o", options
            )

    def _is_running(self):
        return self._call("pg_ctl", "status", "-D", str(self.data)).returncode == 0

    def _stop_when_unused(self):
        """Stop the server unless another command still uses it."""
        with locked(self.name), locked(f"{self.name}-users", wait=False) as alone:
            if alone and self._is_running():
                self._call("pg_ctl", "stop", "-w", "-t", "30", "-m", "fast", "-s", "-D", str(self.data))

    def _run(self, program, *arguments):
        result = self._call(program, *arguments)
        if result.returncode:
            raise Failure(f"PostgreSQL's {program} failed: {self._explain(result)}")

    def _explain(self, result):
        """The reason of a failure: what the program said, or the end of the log it points to."""
        if "Permission denied" in result.stderr:
            return (
                f"the user {_owner()} cannot enter {self.folder.parent}; name a folder it can enter in MILESTONE_CACHE."
            )
        log = self.log.read_text(errors="replace") if self.log.exists() else ""
        return last_lines(result.stderr or log, 3)

    def _call(self, program, *arguments):
        """Run one of PostgreSQL's programs as the user that owns the cluster.

        Output goes to files, not pipes: the server would keep a pipe open.
        """
        with tempfile.TemporaryFile("w+") as output:
            result = subprocess.run(
                [str(postgres_bin() / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env={**os.environ, "LC_ALL": "C.UTF-8"},
                start_new_session=True,
                **_as_owner(),
            )
            output.seek(0)
            result.stderr = output.read()
        return result


def _owner():
    """The user PostgreSQL runs as: never root, which it refuses."""
    return "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _as_owner():
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
