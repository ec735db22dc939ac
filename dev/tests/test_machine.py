"""What the machine lacks is installed where that is possible, else named with the command that brings it."""

import pytest

from odoo_dev import system, venvs
from odoo_dev.console import Failure
from odoo_dev.system import Tool


@pytest.fixture
def lacking():
    return Tool("postgresql", lambda: None, "the database")


def test_somebody_without_rights_reads_what_to_type(lacking, monkeypatch):
    monkeypatch.setattr(system.os, "geteuid", lambda: 1000)
    with pytest.raises(Failure) as failure:
        system.require(lacking, Tool("npm", lambda: True, "scripts"))
    assert str(failure.value) == (
        "This machine lacks postgresql (for the database); "
        "install with: sudo apt-get install --no-install-recommends postgresql"
    )


def test_what_is_missing_is_installed_and_what_the_suite_lacks_is_named(monkeypatch):
    there, asked = set(), []

    def run_logged(command, *_rest, **_options):
        package = command[-1] if command[-1] in ("npm", "chromium") else command[6]
        asked.append(package)
        there.add(package) if package != "chromium" else None
        return (0 if package != "chromium" else 100), "E: Unable to locate package"

    monkeypatch.setattr(system, "_may_install", lambda: True)
    monkeypatch.setattr(system, "_read_package_lists", lambda: None)
    monkeypatch.setattr(system, "run_logged", run_logged)
    tools = [Tool(name, lambda name=name: name in there, "tests") for name in ("chromium", "npm")]
    with pytest.raises(Failure, match=r"lacks chromium \(for tests\)"):
        system.require(*tools)
    assert asked == ["chromium", "npm"], "one that is not to be had does not stop the others"


def test_a_full_disk_is_said_before_it_fails(tmp_path):
    with pytest.raises(Failure, match=r"GiB left and 1000000 GiB are needed; make room or name a folder elsewhere"):
        system.require_disk(tmp_path, 1_000_000)


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("WARNING: retry\nNewConnectionError: no route", "the Python package index cannot be reached"),
        ("OSError: No space left on device", "the disk is full"),
        ("Collecting x\nERROR: No matching distribution found for x==9", "No matching distribution found for x==9"),
    ],
)
def test_python_packages_that_cannot_be_had(output, reason, tmp_path, monkeypatch):
    monkeypatch.setenv("MILESTONE_CACHE", str(tmp_path))
    monkeypatch.setattr(venvs, "run_logged", lambda *_args, **_options: (1, output))
    monkeypatch.setattr(venvs, "require_disk", lambda *_args: None)
    with pytest.raises(Failure, match=reason):
        venvs._install(tmp_path / "venv", tmp_path / "python", venvs.DEVELOPMENT)


def test_an_interrupted_installation_is_done_again_and_a_complete_one_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("MILESTONE_CACHE", str(tmp_path))
    done = []

    def install(folder, python, requirements):
        folder.mkdir(parents=True, exist_ok=True)
        done.append(requirements)
        if len(done) == 1:
            raise Failure("the disk is full")

    monkeypatch.setattr(venvs, "_install", install)
    with pytest.raises(Failure):
        venvs.runtime_python()
    for _again in range(2):
        venvs.runtime_python()
    assert done == [venvs.RUNTIME] * 2
