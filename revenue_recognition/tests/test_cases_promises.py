from .cases_common import CaseCommon


class TestCasesPromises(CaseCommon):
    """Several promises in a contract, what they are worth, and what is due between the parties."""

    def test_cc_ex1(self):
        self._live("cc-ex1")

    def test_ex29(self):
        """What is paid ahead of all invoices is one itself in Odoo: a down payment."""
        self._live("ex29", apart=("billed",))

    def test_ex33(self):
        self._live("ex33")

    def test_ex34a(self):
        self._live("ex34a")

    def test_ex34b(self):
        self._live("ex34b")

    def test_ex35a(self):
        self._live("ex35a")

    def test_ex38b(self):
        self._live("ex38b")

    def test_ex39(self):
        self._live("ex39")

    def test_fx_ifric22_4(self):
        """The advance is a down payment, taken off the first invoice."""
        self._live("fx-ifric22-4", apart=("billed", "receivable"))

    def test_netting_x(self):
        self._live("netting-x")

    def test_netting_y(self):
        self._live("netting-y")
