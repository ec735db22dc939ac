"""Commands with a log, and that none outlives the command that started it."""

import os
import subprocess
import sys
import time

from odoo_dev.console import Step, run_logged

OUTER = """
import sys
from odoo_dev.console import run_logged
run_logged([sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(60)"], sys.argv[1])
"""


def test_output_exit_code_and_input(tmp_path):
    code, output = run_logged(["sh", "-c", "cat; echo done; exit 3"], tmp_path / "log", text="given\n")
    assert (code, output) == (3, "given\ndone\n")


def test_progress_is_repeated_where_no_terminal_is(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("odoo_dev.console.REFRESH_LOG", 0.0)
    with Step("Working") as step:
        run_logged(["sh", "-c", "echo first; sleep 0.3"], tmp_path / "log", step, str.strip)
    output = capsys.readouterr().out
    assert output.startswith("• Working …\n")
    assert " s first\n" in output


def test_a_command_ends_when_the_one_that_started_it_is_killed(tmp_path):
    log = tmp_path / "log"
    outer = subprocess.Popen([sys.executable, "-c", OUTER, str(log)])
    pid = int(wait_for(lambda: log.exists() and log.read_text().strip()))
    outer.kill()
    outer.wait()
    assert wait_for(lambda: not is_running(pid))


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError("It did not happen in time.")


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as status:
        return status.read().rpartition(")")[2].split()[0] != "Z"
