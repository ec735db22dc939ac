"""The cache: where it is, and that half-done work never looks complete."""

import pytest

from odoo_dev import paths
from odoo_dev.console import Failure
from odoo_dev.system import require_disk


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MILESTONE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_variable_names_the_cache(cache):
    assert paths.cache() == cache
    assert cache.is_dir()


def test_root_and_ordinary_users_have_different_defaults(monkeypatch, tmp_path):
    monkeypatch.delenv("MILESTONE_CACHE")
    monkeypatch.setattr(paths, "ROOT_CACHE", tmp_path / "var")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(paths.os, "geteuid", lambda: 0)
    assert paths.cache() == tmp_path / "var"
    monkeypatch.setattr(paths.os, "geteuid", lambda: 1000)
    assert paths.cache() == tmp_path / "home" / paths.NAME


def test_a_cache_that_cannot_be_made_is_one_sentence(cache, monkeypatch):
    cache.write_text("a file")
    monkeypatch.setenv("MILESTONE_CACHE", str(cache / "below"))
    with pytest.raises(Failure, match="cannot be made"):
        paths.cache()


def test_interrupted_work_leaves_no_target_and_is_cleared_away(tmp_path):
    target = tmp_path / "odoo"
    with pytest.raises(KeyboardInterrupt), paths.built_in_place(target) as folder:
        (folder / "half").touch()
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    (tmp_path / ".odoo.killed").mkdir()
    with paths.built_in_place(target) as folder:
        (folder / "whole").touch()
    assert [path.name for path in tmp_path.iterdir()] == ["odoo"]


def test_a_lock_is_had_once_or_shared():
    with paths.locked("one") as mine, paths.locked("one", wait=False) as other:
        assert mine and not other
    with paths.locked("one", shared=True) as mine, paths.locked("one", shared=True, wait=False) as other:
        assert mine and other


def test_too_little_disk_is_one_sentence(tmp_path):
    require_disk(tmp_path, 0)
    with pytest.raises(Failure, match=r"GiB left and 1000000 GiB are needed"):
        require_disk(tmp_path, 1_000_000)
