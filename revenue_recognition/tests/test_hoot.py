import re
from pathlib import Path

from odoo.addons.web.tests.test_js import unit_test_error_checker
from odoo.tests import HttpCase, no_retry, tagged

SUITE = "@revenue_recognition"


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
        """Each runs; none is left out in silence."""
        files = Path(__file__).parent.parent.glob("static/tests/**/*.test.js")
        expected = sum(len(re.findall(r"^\s*test\(", file.read_text(), re.MULTILINE)) for file in files)
        self.assertTrue(expected)
        with self.assertLogs(self._logger, "INFO") as logs:
            failure = self._run_suite()
        said = "\n".join(logs.output)
        self.assertFalse(failure, f"{failure}\n{said}")
        passed = re.findall(r"Passed (\d+) tests", said)
        self.assertEqual(sum(map(int, passed)), expected, said)

    def test_styles(self):
        """They compile: a page with an error in one has none at all."""
        bundle = self.env["ir.qweb"]._get_asset_bundle("web.assets_backend", css=True, js=False)
        self.assertTrue(any(SUITE[1:] in (sheet.url or "") for sheet in bundle.stylesheets))
        bundle.preprocess_css()
        self.assertEqual(bundle.css_errors, [])

    def _run_suite(self):
        """Run the tests of this addon; return how they failed, or nothing."""
        try:
            self.browser_js(
                f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={_suite_id(SUITE)}",
                "",
                "",
                login="admin",
                timeout=300,
                success_signal="[HOOT] Test suite succeeded",
                error_checker=unit_test_error_checker,
            )
        except AssertionError as error:
            return str(error)
        return ""
