"""A process with an Odoo registry on one database, which does named actions and says how long each took."""

import json
import subprocess
from contextlib import contextmanager, suppress

from odoo_dev.console import Failure, last_lines
from odoo_dev.paths import REPOSITORY, log_file


class Probe:
    """The caller's end: a request per line goes in, an answer per line comes out."""

    def __init__(self, actions, database):
        installation = database.installation
        self.log = log_file(f"bench-{database.name}")
        configuration = installation.configuration(database.name, log_level="error")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [str(installation.python), "-m", "benchmarks.worker", str(configuration), database.name, actions],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=REPOSITORY,
                env=installation.environment,
            )

    def start(self, action, **arguments):
        """Ask for an action without waiting for it."""
        with suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps([action, arguments]) + "\n")
            self.process.stdin.flush()

    def result(self):
        """Wait for what was asked for; return its answer."""
        line = self.process.stdout.readline()
        if not line:
            raise Failure(f"The measurement stopped: {last_lines(self.log.read_text(errors='replace'), 15)}")
        return json.loads(line)

    def __call__(self, action, **arguments):
        self.start(action, **arguments)
        return self.result()

    def stop(self):
        """End the process, which has nothing left to do."""
        self.process.stdin.close()
        self.process.wait()


@contextmanager
def probes(actions, *databases):
    """Yield a probe per database."""
    started = []
    try:
        for database in databases:
            started.append(Probe(actions, database))
        yield started
    finally:
        for probe in started:
            probe.stop()
