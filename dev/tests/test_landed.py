"""Archives of released versions: each has a name of its own, and the last one is found."""

import subprocess
import tarfile

import pytest

from odoo_dev import landed
from odoo_dev.console import Failure

ADDONS = {"first": "19.0.1.0.0", "second": "19.0.1.1.0"}


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository of two addons, with a function that commits at a moment."""
    root = tmp_path / "repository"
    root.mkdir()
    monkeypatch.setattr(landed, "REPOSITORY", root)
    monkeypatch.setattr(landed, "shared_addons", lambda: ["first", "second"])

    def commit(moment, **versions):
        for name, version in versions.items():
            folder = root / name
            folder.mkdir(exist_ok=True)
            (folder / "__manifest__.py").write_text(f'{{"version": "{version}"}}\n')
        who = {"name": "Somebody", "email": "somebody@example.com"}
        settings = [part for key, value in who.items() for part in ("-c", f"user.{key}={value}")]
        for command in (["init", "-q"], ["add", "-A"], [*settings, "commit", "-q", "-m", "Version", "--no-verify"]):
            environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "GIT_COMMITTER_DATE": moment}
            subprocess.run(["git", *command], cwd=root, check=True, env=environment)
        return landed.keep("HEAD", tmp_path / "data")

    return commit


def test_each_revision_has_an_archive_of_its_own(repository):
    """Though the first addon has the version that it had, or one that another addon had before it came."""
    before = repository("2026-01-02T23:30:00-0500", **ADDONS)
    after = repository("2026-01-03T04:31:00+0000", second="19.0.1.2.0")
    assert before.name.startswith("landed-20260103T043000-")
    assert after.name.startswith("landed-20260103T043100-")
    assert landed.newest(before.parent) == after
    with tarfile.open(after) as archive:
        assert sorted(archive.getnames()) == ["first/__manifest__.py", "second/__manifest__.py"]


def test_archives_named_after_a_version_are_older(tmp_path):
    for name in ("19.0.9.0.0", "20260102T030405-1a2b3c4", "19.0.10.0.0"):
        (tmp_path / f"landed-{name}.tar.xz").touch()
    assert landed.newest(tmp_path).name == "landed-20260102T030405-1a2b3c4.tar.xz"
    assert landed.oldest(tmp_path).name == "landed-19.0.10.0.0.tar.xz"


def test_no_archive_at_all(tmp_path):
    with pytest.raises(Failure, match="no archive"):
        landed.newest(tmp_path)
