import doctest
from importlib import import_module
from pathlib import Path

from odoo.tests import BaseCase, tagged

ADDON = Path(__file__).parents[1]


@tagged("post_install", "-at_install")
class TestDoctests(BaseCase):
    """Examples in docstrings are true, outside of the engine too, which runs its own."""

    def test_examples(self):
        packages = ("loading", "models", "report", "wizards")
        paths = [path for package in packages for path in sorted(ADDON.joinpath(package).rglob("*.py"))]
        tried = 0
        for path in paths:
            if ">>> " in path.read_text(encoding="utf-8"):
                name = ".".join(path.relative_to(ADDON).with_suffix("").parts)
                with self.subTest(name):
                    result = doctest.testmod(import_module(f"odoo.addons.{ADDON.name}.{name}"))
                    self.assertFalse(result.failed)
                    tried += result.attempted
        self.assertTrue(tried)
