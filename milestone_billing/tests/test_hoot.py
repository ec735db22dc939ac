import re
from pathlib import Path

from odoo.addons.web.tests.test_js import unit_test_error_checker
from odoo.tests import HttpCase, no_retry, tagged

SUITE = "@milestone_billing"


def _suite_id(name):
    """Return the identifier that the browser's test runner gives to a suite, of its name."""
    number = 0
    for letter in name:
        number = ((number << 5) - number + ord(letter)) & 0xFFFFFFFF
    return f"{number:08x}"


@tagged("post_install", "-at_install")
class TestHoot(HttpCase):
    """The unit tests of this addon's widgets, in the browser."""

    @no_retry
    def test_widgets(self):
        files = Path(__file__).parent.parent.glob("static/tests/**/*.test.js")
        expected = sum(len(re.findall(r"^\s*test\(", file.read_text(), re.MULTILINE)) for file in files)
        self.assertTrue(expected)
        url = f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={_suite_id(SUITE)}"
        with self.assertLogs(self._logger, "INFO") as logs:
            self.browser_js(
                url,
                "",
                "",
                login="admin",
                timeout=300,
                success_signal="[HOOT] Test suite succeeded",
                error_checker=unit_test_error_checker,
            )
        passed = re.findall(r"Passed (\d+) tests", "\n".join(logs.output))
        self.assertEqual(sum(map(int, passed)), expected, "each test has run; none is left out in silence")
