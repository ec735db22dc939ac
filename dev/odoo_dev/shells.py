"""Shells of the databases of tests, started by a process that has read Odoo's code already."""

import json
import subprocess
import tempfile
import threading
from pathlib import Path

STARTER = Path(__file__).with_name("shell_starter.py")


class Shells:
    """What runs ``odoo shell`` on databases that have the modules of one of them, one shell at a time.

    The process is started for the first shell, and anew where it ended: Odoo's classes of tests end what they find.

    :param installation: see :class:`odoo_dev.server.Installation`
    :param database: the name of that database
    """

    def __init__(self, installation, database):
        self._installation = installation
        self._database = database
        self._started = None
        self._turn = threading.Lock()

    @property
    def _starter(self):
        if not self._is_running():
            installation = self._installation
            command = [installation.python, STARTER, installation.configuration(self._database)]
            self._started = subprocess.Popen(
                list(map(str, command)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=installation.environment,
            )
        return self._started

    def run(self, arguments, code):
        """Run Odoo's command line with these arguments and this input, as :func:`subprocess.run` does.

        :return: a :class:`subprocess.CompletedProcess` with the output and errors as text
        """
        with tempfile.TemporaryDirectory() as folder, self._turn:
            paths = {name: Path(folder, name) for name in ("input", "output", "errors")}
            paths["input"].write_text(code)
            asked = {"arguments": list(map(str, arguments)), **{name: str(path) for name, path in paths.items()}}
            starter = self._starter
            starter.stdin.write(json.dumps(asked) + "\n")
            starter.stdin.flush()
            answer = starter.stdout.readline()
            output, errors = (paths[name].read_text() if paths[name].exists() else "" for name in ("output", "errors"))
            return subprocess.CompletedProcess(arguments, int(answer or -1), output, errors)

    def close(self):
        """End the process."""
        if self._is_running():
            self._started.stdin.close()
            self._started.wait()

    def _is_running(self):
        return self._started is not None and self._started.poll() is None
