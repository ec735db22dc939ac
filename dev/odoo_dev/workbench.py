"""What a benchmark works with; runs under the Python of the virtual environment.

A minimal benchmark::

    def run(bench):
        with bench.database() as ours, bench.database(native=True) as odoo_alone:
            with bench.registry(ours) as registry, bench.environment(registry) as env:
                seconds = bench.median(lambda: env["sale.order"].search([]), runs=5)
            with bench.server(ours, workers=2) as server:
                server.execute_kw("res.users", "search_count", [[]])
        return {"search_ms": seconds * 1000}
"""

import contextlib
import importlib.util
import itertools
import json
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from odoo_dev.live import LiveDatabase, LiveServer
from odoo_dev.server import start_server
from odoo_dev.session import current_session


class Workbench:
    """Databases, registries and servers to measure on."""

    def __init__(self, session):
        self.session = session
        self.templates = session.templates
        self._numbers = itertools.count(1)

    @contextlib.contextmanager
    def database(self, native=False, source=None):
        """Yield a :class:`~odoo_dev.live.LiveDatabase` of its own.

        :param native: without our addons, with Odoo's own modules that they need
        :param source: copy this :class:`~odoo_dev.live.LiveDatabase` instead,
            to which nothing may be connected
        """
        template = self.session.native_template if native else self.session.template
        name = f"{self.session.prefix}_{next(self._numbers)}"
        self.templates.copy(source.name if source else template, name)
        try:
            yield LiveDatabase(self.templates.installation, name)
        finally:
            self.templates.drop(name)

    @contextlib.contextmanager
    def registry(self, database, **options):
        """Yield Odoo's registry of a database in this process; nothing stays connected afterwards.

        :param options: entries of Odoo's configuration file
        """
        import odoo
        from odoo.modules.registry import Registry

        configuration = database.installation.configuration(database.name, **options)
        odoo.tools.config.parse_config(["-c", str(configuration), "--log-level=error"])
        threading.current_thread().dbname = database.name
        try:
            yield Registry(database.name)
        finally:
            Registry.delete(database.name)
            odoo.sql_db.close_db(database.name)

    @contextlib.contextmanager
    def environment(self, registry, user=1, **context):
        """Yield an environment in a transaction of its own, which is committed at the end."""
        from odoo import api

        with registry.cursor() as cursor:
            yield api.Environment(cursor, user, context)

    @contextlib.contextmanager
    def server(self, database, workers=0, **options):
        """Yield a :class:`~odoo_dev.live.LiveServer` on a database.

        :param workers: HTTP workers; 0 is one threaded process
        :param options: entries of Odoo's configuration file, such as ``max_cron_threads``
        """
        server = start_server(database.installation, database.name, workers=workers, **options)
        try:
            server.wait_until_ready()
            yield LiveServer(database, server)
        finally:
            server.stop()

    def processes(self, database, code, count=1):
        """Run Python code in that many processes at once; return their outputs.

        Each has ``env`` (superuser) of the database and ``number`` from 0. The
        code must commit, and prints what the benchmark wants to know. It
        starts measuring by itself, once it is loaded.
        """
        installation = database.installation
        command = installation.command(
            "shell", "-c", installation.configuration(database.name), "--no-http", "--log-level=error"
        )
        running = []
        for number in range(count):
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=installation.environment
            )
            process.stdin.write(f"number = {number}\n{code}")
            process.stdin.close()
            running.append(process)
        outputs = [process.stdout.read() for process in running]
        if any(process.wait() for process in running):
            raise RuntimeError("A process of the benchmark failed.")
        return outputs

    @staticmethod
    def seconds(function):
        """How long a call takes, by the wall clock."""
        started = time.perf_counter()
        function()
        return time.perf_counter() - started

    def median(self, function, runs=5):
        """The median of several calls, in seconds."""
        return statistics.median(self.seconds(function) for _run in range(runs))

    @staticmethod
    @contextlib.contextmanager
    def queries(env):
        """Count the SQL statements of a block: ``with bench.queries(env) as count: …; count()``."""
        before = env.cr.sql_log_count
        yield lambda: env.cr.sql_log_count - before


def main(arguments):
    """Run the benchmark in a file and write its figures to another one."""
    path, result = map(Path, arguments)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    figures = module.run(Workbench(current_session()))
    for name, value in figures.items():
        print(f"{name:<40} {value:.4g}" if isinstance(value, float) else f"{name:<40} {value}", flush=True)
    result.write_text(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1:])
