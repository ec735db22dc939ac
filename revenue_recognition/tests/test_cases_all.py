from odoo.tests import BaseCase, tagged

from ..engine.tests.published import FILES
from .cases_common import CaseCommon


@tagged("post_install", "-at_install")
class TestCasesAll(BaseCase):
    """Every published example is lived through with documents."""

    def test_none_is_left_out(self):
        told = {
            name
            for family in CaseCommon.__subclasses__()
            for name, test in vars(family).items()
            if name.startswith("test_") and callable(test)
        }
        self.assertEqual(told, {f"test_{path.stem.replace('-', '_')}" for path in FILES})
