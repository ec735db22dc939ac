from .cases_common import CaseCommon


class TestCasesProjects(CaseCommon):
    """Projects: vendor bills, milestones, estimates at completion."""

    def test_ex08(self):
        self._live("ex08")

    def test_ex19(self):
        self._live("ex19")

    def test_hardhat(self):
        self._live("hardhat")

    def test_hardhat_l1(self):
        self._live("hardhat-l1")

    def test_milestones(self):
        self._live("milestones")

    def test_retainage(self):
        self._live("retainage")
