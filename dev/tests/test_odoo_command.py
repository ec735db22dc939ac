"""Odoo is started by a command that it can start itself again with."""

import os
import subprocess
import sys
from types import SimpleNamespace

from odoo_dev.server import Installation

ODOO = """
import os, sys

def main():
    print(os.getpid(), sys.argv[1:], flush=True)
    if "RELOADED" not in os.environ:
        # As odoo.service.server does it.
        os.execve(sys.executable, [os.path.basename(sys.executable), *sys.argv], {**os.environ, "RELOADED": "1"})
    import http
    print("still Python's own:", "odoo" not in http.__file__)
"""


def test_a_server_that_reloads_is_the_same_process_with_the_same_arguments(tmp_path):
    package = tmp_path / "odoo" / "cli"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(ODOO)
    (tmp_path / "odoo" / "http.py").write_text("raise ImportError('this is not the http of Python')")
    (tmp_path / "odoo" / "__main__.py").write_text("from .cli import main\nmain()\n")
    command = Installation.command(SimpleNamespace(python=sys.executable), "server", "-c", tmp_path / "odoo.conf")
    result = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(tmp_path)}, timeout=60
    )
    first, again, last = result.stdout.splitlines()
    assert first == again, "the same process, the same arguments"
    assert "server" in again
    assert last == "still Python's own: True"
    assert result.returncode == 0, result.stderr
