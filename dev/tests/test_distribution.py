"""An Odoo is found wherever a person points, and a wrong one is refused in one sentence."""

import pytest

from odoo_dev.console import Failure
from odoo_dev.distribution import DIST_PACKAGES, find_odoo, odoo_at, read_version

RELEASE = "version_info = (19, 0, 0, FINAL, 0, '')\n"


def make_odoo(folder, release=RELEASE):
    (folder / "odoo" / "addons").mkdir(parents=True)
    (folder / "odoo" / "release.py").write_text(release)
    return folder


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("version_info = (19, 0, 0, FINAL, 0, '')", "19.0"),
        ("version_info = ('saas~18', 2, 0, FINAL, 0, '')", "saas~18.2"),
        ("version_info = (17, 0, 0, 'final', 0, 'e')", "17.0"),
        ("# version_info = (19, 0)", None),
    ],
)
def test_version_is_read_from_release_py(line, version):
    assert read_version(f"# comment\n{line}\n") == version


def test_source_checkout_script_and_its_folder(tmp_path):
    make_odoo(tmp_path)
    (tmp_path / "odoo-bin").touch()
    (tmp_path / "addons").mkdir()
    for path in (tmp_path, tmp_path / "odoo-bin", tmp_path / "odoo"):
        odoo = odoo_at(path)
        assert odoo.python_path == tmp_path
        assert odoo.addons_folders == [tmp_path / "odoo" / "addons", tmp_path / "addons"]


def test_unpacked_package_and_its_script(tmp_path):
    make_odoo(tmp_path / DIST_PACKAGES)
    (tmp_path / "usr" / "bin").mkdir()
    (tmp_path / "usr" / "bin" / "odoo").touch()
    for path in (tmp_path, tmp_path / "usr" / "bin" / "odoo"):
        assert odoo_at(path).python_path == tmp_path / DIST_PACKAGES


def test_wrong_version_missing_path_and_no_odoo_are_one_sentence_each(tmp_path):
    make_odoo(tmp_path / "old", "version_info = (17, 0, 0, FINAL, 0, '')\n")
    (tmp_path / "empty").mkdir()
    for name, sentence in (
        ("old", "is version 17.0, and 19.0 is needed"),
        ("gone", "does not exist"),
        ("empty", "no Odoo"),
    ):
        with pytest.raises(Failure, match=sentence):
            odoo_at(tmp_path / name)


def test_odoo_home_is_used_when_no_path_is_given(tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_HOME", str(make_odoo(tmp_path)))
    assert find_odoo().python_path == tmp_path
