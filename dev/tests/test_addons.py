"""What an addon needs, and when a database made from it is out of date."""

import pytest

from odoo_dev import addons
from odoo_dev.addons import apart_addons, chosen_addons, content_hash, native_modules, own_addons, shared_addons
from odoo_dev.console import Failure


@pytest.fixture
def repository(tmp_path):
    make_addon(tmp_path, "billing", ["sale_project"])
    make_addon(tmp_path, "revenue", ["billing", "account"])
    make_addon(tmp_path, "draft", ["stock"], installable=False)
    (tmp_path / "docs").mkdir()
    return tmp_path


def make_addon(repository, name, depends, **values):
    (repository / name / "models").mkdir(parents=True)
    (repository / name / "tests").mkdir()
    (repository / name / "models" / "model.py").write_text("x = 1\n")
    (repository / name / "__manifest__.py").write_text(repr({"name": name, "depends": depends, **values}))


def test_only_installable_addons_are_ours(repository):
    assert own_addons(repository) == ["billing", "revenue"]


def test_an_option_chooses_among_them(repository):
    assert chosen_addons(None, repository) == ["billing", "revenue"]
    assert chosen_addons("revenue, billing", repository) == ["revenue", "billing"]
    with pytest.raises(Failure, match="There is no addon other here; choose from: billing, revenue"):
        chosen_addons("other", repository)


def test_native_modules_are_those_of_all_dependencies_but_ours(repository):
    assert native_modules(["revenue"], repository) == ["account", "sale_management", "sale_project", "sale_timesheet"]
    assert native_modules([], repository) == ["sale_management", "sale_timesheet"]


def test_the_hash_follows_what_reaches_a_database(repository):
    before = content_hash(["billing"], repository)
    (repository / "billing" / "tests" / "test_it.py").write_text("new")
    (repository / "billing" / "README.md").write_text("new")
    assert content_hash(["billing"], repository) == before
    (repository / "billing" / "models" / "model.py").write_text("x = 2\n")
    assert content_hash(["billing"], repository) != before


def test_an_unreadable_manifest_is_named(repository):
    (repository / "billing" / "__manifest__.py").write_text("{")
    with pytest.raises(Failure, match="billing/__manifest__.py cannot be read"):
        own_addons(repository)


def test_an_addon_apart_has_a_database_with_what_it_needs(repository, monkeypatch):
    make_addon(repository, "goods", ["billing", "sale_stock"], auto_install=True)
    make_addon(repository, "bridge", ["billing", "sale"], auto_install=True)
    make_addon(repository, "other", ["sale"])
    monkeypatch.setattr(addons, "APART", {"goods": ("mrp",)})
    assert shared_addons(repository) == ["billing", "bridge", "other", "revenue"]
    assert apart_addons("goods", repository) == ["billing", "bridge", "goods"]
    assert {"mrp", "sale_stock"} <= set(native_modules(["goods"], repository))
