"""Imports of the addons' arithmetic go down, and none goes to Odoo."""

from odoo_dev.importcheck import check_imports


def _package(tmp_path, **modules):
    for name, text in modules.items():
        path = tmp_path / "addon" / "engine" / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(text)
    return check_imports(tmp_path, ["addon/engine"])


def test_imports_that_go_down(tmp_path):
    high = "from ..middle import x\nfrom .. import low"
    assert _package(tmp_path, low="", middle="from .low import x", parts__high=high) == []


def test_circle_is_named(tmp_path):
    found = _package(tmp_path, one="from .two import x", two="from .three import x", three="from .one import x")
    assert found == ["addon/engine: imports go round: one → two → three → one"]


def test_circle_for_types_alone(tmp_path):
    """What is only named has to stand below as well."""
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .high import x"
    assert "high → low → high" in _package(tmp_path, low=typed, high="from .low import x")[0]


def test_circle_over_a_package(tmp_path):
    """A folder's own module counts, and its parts do."""
    found = _package(tmp_path, low="from .parts.one import x", parts__one="from .. import low")
    assert found == ["addon/engine: imports go round: low → parts.one → low"]


def test_odoo_is_not_imported(tmp_path):
    """Not for a test either, and not by way of another addon."""
    addon = "from odoo.addons.billing_base.engine.units import to_units"
    found = _package(tmp_path, one="import odoo.fields", two="import odooly", tests__test_one=addon)
    assert found == ["addon/engine/one.py: imports Odoo", "addon/engine/tests/test_one.py: imports Odoo"]
