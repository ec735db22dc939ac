"""What ``bin/test`` hands to pytest, and what a native run says."""

import pytest

from odoo_dev import testing
from odoo_dev.console import Failure
from odoo_dev.native import parse
from odoo_dev.testing import by_database, default_paths, has_paths

NATIVE = """\
2026-01-01 00:00:00,000 7 ERROR run odoo.addons.sale.tests.test_sale: FAIL: TestSale.test_one
2026-01-01 00:00:00,000 7 ERROR run odoo.addons.sale.tests.test_sale: ERROR: TestSale.test_two
native-result:[40, 1, 1, 3]
"""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], False),
        (["-k", "billing"], False),
        (["-x", "-n", "0"], False),
        (["billing/test_it.py::Case::test_one"], True),
        (["-x", "billing"], True),
    ],
)
def test_paths_are_told_from_values_of_options(tmp_path, arguments, expected):
    (tmp_path / "billing").mkdir()
    (tmp_path / "billing" / "test_it.py").touch()
    assert has_paths(arguments, tmp_path) is expected


def test_the_whole_suite_is_what_there_is(tmp_path):
    (tmp_path / "billing").mkdir()
    (tmp_path / "billing" / "__manifest__.py").write_text("{}")
    (tmp_path / "tests").mkdir()
    assert default_paths(tmp_path) == ["tests", "billing"]


def test_paths_of_an_addon_apart_have_a_run_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr(testing, "APART", {"goods": ()})
    for addon in ("billing", "goods"):
        (tmp_path / addon / "tests").mkdir(parents=True)
        (tmp_path / addon / "__manifest__.py").write_text("{}")
    runs = by_database(["-q", "goods/tests", "billing", "-k", "goods"], tmp_path)
    assert runs == [("goods", ["-q", "-k", "goods", "goods/tests"]), (None, ["-q", "-k", "goods", "billing"])]
    assert by_database(["-x"], tmp_path) == [(None, ["-x", "billing"]), ("goods", ["-x", "goods"])]


def test_a_native_run_tells_its_failures():
    result = parse(NATIVE, "log")
    assert (result.ran, result.skipped) == (40, 3)
    assert result.failed == {"TestSale.test_one", "TestSale.test_two"}


def test_a_native_run_that_broke_off_is_a_failure():
    with pytest.raises(Failure, match="did not run to their end"):
        parse("2026-01-01 00:00:00,000 7 CRITICAL run odoo: no registry\n", "log")
