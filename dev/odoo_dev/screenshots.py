"""``bin/screenshots``: pictures of the main screens, taken from the demo as the people see them."""

import argparse
import contextlib
import json
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from odoo_dev.console import Failure, Step, say
from odoo_dev.paths import REPOSITORY
from odoo_dev.system import BROWSER, require
from odoo_dev.venvs import development_python

DESCRIPTION = """Takes pictures of the main screens into docs/images, as each person of the demo sees them.
docs/screens.json lists them; guides show them and, where the list says "also", the descriptions of the apps."""
SCREENS = REPOSITORY / "docs" / "screens.json"
IMAGES = REPOSITORY / "docs" / "images"
STARTING = 1200


def main(arguments):
    """Take the pictures; return 1 when one could not be taken, else 0."""
    parser = argparse.ArgumentParser(prog="bin/screenshots", description=DESCRIPTION)
    parser.add_argument("--demo", type=Path, metavar="FILE", help="a running demo: what bin/demo --json wrote")
    parser.add_argument("--to", type=Path, metavar="FOLDER", default=IMAGES)
    parser.add_argument("--lang", metavar="CODE", help="a language for everybody from now on, such as fr_FR or ar_001")
    parser.add_argument("--width", type=int, help="of the window, instead of what the list says")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which ones; default: all")
    options = parser.parse_args(arguments)
    require(BROWSER)
    screens = json.loads(SCREENS.read_text(encoding="utf-8"))
    unknown = set(options.names) - {screen["name"] for screen in screens}
    if unknown:
        raise Failure(f"There is no screen {', '.join(sorted(unknown))} in {SCREENS.name}.")
    screens = [screen for screen in screens if not options.names or screen["name"] in options.names]
    with demo(options.demo) as running:
        job = {"demo": running, "screens": screens, "lang": options.lang, "width": options.width}
        command = [development_python(), "-m", "odoo_dev.photographer", str(options.to.absolute())]
        return subprocess.run(command, cwd=REPOSITORY, input=json.dumps(job), text=True).returncode


@contextlib.contextmanager
def demo(file=None):
    """Yield what ``bin/demo --json`` says of a running demo, or of one that runs as long as this block."""
    if file:
        yield _read(file)
        return
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "demo.json"
        command = [str(REPOSITORY / "bin" / "demo"), "--db", "screenshots", "--reset", "--json", str(answer)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            with Step("Making a demo"):
                _wait_for(answer, process)
            yield _read(answer)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def _wait_for(file, process):
    end = time.monotonic() + STARTING
    while not file.exists():
        if process.poll() is not None or time.monotonic() > end:
            raise Failure("The demo does not start; bin/demo says why.")
        time.sleep(1)


def _read(file):
    if not file.exists():
        raise Failure(f"There is no {file}; a running bin/demo --json FILE writes it.")
    say(f"Taking pictures of {file.name}")
    return json.loads(file.read_text(encoding="utf-8"))
