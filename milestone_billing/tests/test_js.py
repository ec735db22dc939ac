import logging
import re
from pathlib import Path

from odoo.tests import HttpCase, tagged
from odoo.tools.misc import file_path

SUITE = "@milestone_billing"


def suite_id(name):
    """Return the number under which the browser's test runner knows a suite: a hash of its name."""
    number = 0
    for character in name:
        number = ((number << 5) - number + ord(character)) & 0xFFFFFFFF
    return f"{number:08x}"


class Listener(logging.Handler):
    """Keeps what the browser says."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


@tagged("post_install", "-at_install")
class TestJavaScript(HttpCase):
    """The unit tests of our screens, in a browser."""

    def test_units(self):
        files = Path(file_path("milestone_billing/static/tests")).glob("*.test.js")
        written = sum(len(re.findall(r"^test\(", path.read_text(), re.MULTILINE)) for path in files)
        url = f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite_id(SUITE)}"
        said = Listener()
        console = self._logger.getChild("browser")
        console.addHandler(said)
        self.addCleanup(console.removeHandler, said)
        console.setLevel(logging.INFO)
        try:
            self.browser_js(
                url,
                "",
                "",
                login="admin",
                timeout=300,
                success_signal="[HOOT] Test suite succeeded",
                error_checker=lambda message: "[HOOT]" not in message,
            )
        except AssertionError as error:
            raise AssertionError("\n".join(line for line in said.lines if "[HOOT]" in line)) from error
        # A filter that fits nothing succeeds too: as many tests pass as are written.
        passed = [int(number) for number in re.findall(r"Passed (\d+) tests", "\n".join(said.lines))]
        self.assertEqual(passed, [written])
