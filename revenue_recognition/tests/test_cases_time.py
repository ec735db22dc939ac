from .cases_common import CaseCommon


class TestCasesTime(CaseCommon):
    """Revenue earned by time, through orders, invoices and closes."""

    def test_ex07(self):
        self._live("ex07")

    def test_ex18(self):
        self._live("ex18")

    def test_ex42b(self):
        self._live("ex42b")

    def test_ex42c(self):
        self._live("ex42c")

    def test_ex51(self):
        self._live("ex51")

    def test_kpmg_telco(self):
        self._live("kpmg-telco")

    def test_saas_impl(self):
        self._live("saas-impl")

    def test_straight12(self):
        self._live("straight12")

    def test_term_penalty(self):
        self._live("term-penalty")
