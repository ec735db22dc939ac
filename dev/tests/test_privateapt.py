"""Packages come by an apt of our own, which leaves the machine's alone and says why something cannot be had."""

import os
import subprocess

import pytest

from odoo_dev import privateapt
from odoo_dev.console import Failure
from odoo_dev.privateapt import PrivateApt, private_options, unpack


@pytest.fixture
def apt(tmp_path, monkeypatch):
    """Return a function that makes an apt whose ``apt-get`` is this shell script."""
    monkeypatch.setenv("MILESTONE_CACHE", str(tmp_path / "cache"))
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")

    class Mirror:
        def line(self, suite):
            return f"deb http://deb.example/debian {suite} main"

    monkeypatch.setattr(privateapt, "debian_mirror", Mirror)

    def make(script):
        (programs / "apt-get").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n{script}\n')
        (programs / "apt-get").chmod(0o755)
        return PrivateApt(tmp_path / "apt", "Odoo", "name an Odoo 19 with --odoo PATH")

    return make


def test_packages_of_a_suite_are_downloaded_beside_the_machines_own(apt, tmp_path):
    found = apt('case "$*" in *download*) touch odoo-19_1.deb fonts_2.deb;; esac').download("sid", ["odoo-19", "fonts"])
    assert [package.name for package in found] == ["fonts_2.deb", "odoo-19_1.deb"]
    update, download = (tmp_path / "calls").read_text().splitlines()
    assert "update --error-on=any" in update and download.endswith("download odoo-19 fonts")
    for call in (update, download):
        assert f"Dir::State={tmp_path}/apt/sid" in call and "Dir::Etc::SourceParts=/dev/null" in call
    assert (tmp_path / "apt/sid/sources.list").read_text() == "deb http://deb.example/debian sid main\n"


def test_libraries_come_as_for_a_machine_that_has_nothing(apt, tmp_path):
    private = apt(
        'case "$*" in *install*) touch bookworm/archives/wkhtmltopdf_1.deb bookworm/archives/libjpeg_2.deb;; esac'
    )
    found = private.download_with_libraries("bookworm", "wkhtmltopdf")
    assert [package.name for package in found] == ["libjpeg_2.deb", "wkhtmltopdf_1.deb"]
    assert (tmp_path / "calls").read_text().splitlines()[-1].endswith("--download-only install wkhtmltopdf")
    options = private_options(tmp_path, tmp_path / "sources.list")
    assert "Dir::State::status=/dev/null" in options, "nothing counts as installed"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("E: Unable to locate package odoo-19", "has no package odoo-19; name an Odoo 19 with --odoo PATH"),
        ("Could not resolve 'deb.example'", "cannot be reached; is there a network"),
        ("E: write error: No space left on device", "the disk is full"),
        ("E: something else", "apt-get said:\nE: something else"),
    ],
)
def test_what_cannot_be_downloaded_is_one_sentence(apt, said, reason):
    with pytest.raises(Failure) as failure:
        apt(f'case "$*" in *" download "*) echo "{said}"; exit 100;; esac').download("sid", ["odoo-19"])
    assert str(failure.value).startswith("Odoo could not be downloaded: ") and reason in str(failure.value)


def test_without_apt_or_a_mirror_the_remedy_is_named(apt, monkeypatch):
    private = apt("exit 0")
    monkeypatch.setattr(privateapt, "debian_mirror", lambda: None)
    with pytest.raises(Failure, match="name no Debian mirror for Odoo; name an Odoo 19 with --odoo PATH"):
        private.mirror()
    monkeypatch.setattr(privateapt.shutil, "which", lambda name: None)
    with pytest.raises(Failure, match="fetched with apt-get, which this machine lacks; name an Odoo 19"):
        private.mirror()


def test_a_broken_package_is_named(tmp_path):
    (tmp_path / "odoo-19_1.deb").write_text("half a download")
    with pytest.raises(Failure, match=r"odoo-19_1\.deb could not be unpacked"):
        unpack(tmp_path / "odoo-19_1.deb", tmp_path)


def test_a_package_is_unpacked_with_its_folders(tmp_path):
    content = tmp_path / "package"
    (content / "DEBIAN").mkdir(parents=True)
    (content / "DEBIAN/control").write_text(
        "Package: sample\nVersion: 1\nArchitecture: all\nMaintainer: a <a@example.com>\nDescription: sample\n"
    )
    (content / "usr/share").mkdir(parents=True)
    (content / "usr/share/sample").write_text("content")
    package = tmp_path / "sample.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", content, package], check=True, capture_output=True)
    unpack(package, tmp_path / "root")
    assert (tmp_path / "root/usr/share/sample").read_text() == "content"
