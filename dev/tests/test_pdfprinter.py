"""Documents print on a Debian that has no wkhtmltopdf any more, and on one that has it its own is used."""

import subprocess

import pytest

from odoo_dev import pdfprinter, system
from odoo_dev.console import Failure
from odoo_dev.database import DatabaseServer
from odoo_dev.distribution import Odoo
from odoo_dev.server import Installation


@pytest.fixture
def bare_machine(tmp_path, monkeypatch):
    """A machine without wkhtmltopdf, whose suite does not offer it; its cache is empty."""
    monkeypatch.setenv("MILESTONE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(pdfprinter.shutil, "which", lambda name: None)
    monkeypatch.setattr(pdfprinter, "try_install", lambda tool: False)


def make_root(monkeypatch, program='#!/bin/sh\necho "$LD_LIBRARY_PATH|$FONTCONFIG_FILE|$*"\n'):
    """Have the download give packages that unpack to one program."""

    def unpack(package, root):
        (root / "usr/bin").mkdir(parents=True, exist_ok=True)
        (root / "usr/bin/wkhtmltopdf").write_text(program)
        (root / "usr/bin/wkhtmltopdf").chmod(0o755)

    asked = []

    def download(self, suite, package):
        asked.append((suite, package))
        return [self.folder / "wkhtmltopdf_0.12.6_amd64.deb"]

    monkeypatch.setattr(pdfprinter.PrivateApt, "download_with_libraries", download)
    monkeypatch.setattr(pdfprinter, "unpack", unpack)
    return asked


def test_where_the_suite_has_none_an_older_one_is_unpacked_and_found_by_odoo(bare_machine, monkeypatch):
    asked = make_root(monkeypatch)
    assert pdfprinter.printer_path("/usr/bin") == "/usr/bin"
    pdfprinter.require_pdf_printer()
    pdfprinter.require_pdf_printer()
    assert asked == [("bookworm", "wkhtmltopdf")], "fetched once"
    first, _colon, rest = pdfprinter.printer_path("/usr/bin").partition(":")
    assert rest == "/usr/bin"
    output = subprocess.run([f"{first}/wkhtmltopdf", "page one", "out"], capture_output=True, text=True).stdout
    libraries, fonts, arguments = output.strip().split("|")
    root = pdfprinter._root()
    assert libraries.startswith(f"{root}/usr/lib/") and fonts == f"{root}/fonts.conf"
    assert arguments == "page one out"
    assert f"<dir>{root}/usr/share/fonts</dir>" in (root / "fonts.conf").read_text()


def test_odoo_finds_it_beside_the_programs_of_the_database(bare_machine, monkeypatch, tmp_path):
    make_root(monkeypatch)
    pdfprinter.require_pdf_printer()
    server = DatabaseServer(tools=tmp_path / "postgresql")
    installation = Installation(Odoo(tmp_path, "19.0"), tmp_path / "python", server, tmp_path)
    folders = installation.environment["PATH"].split(":")
    ours = [str(pdfprinter._script().parent), str(tmp_path / "postgresql")]
    assert [folder for folder in folders if folder in ours] == ours


def test_the_machines_own_program_comes_first(bare_machine, monkeypatch):
    asked = make_root(monkeypatch)
    pdfprinter.require_pdf_printer()
    monkeypatch.setattr(pdfprinter.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert pdfprinter.printer_path("/usr/bin") == "/usr/bin"
    pdfprinter.require_pdf_printer()
    assert len(asked) == 1


def test_what_cannot_be_had_is_said_and_stops_nothing(bare_machine, monkeypatch, capsys):
    def download(self, suite, package):
        raise Failure("wkhtmltopdf could not be downloaded: is there a network?")

    monkeypatch.setattr(pdfprinter.PrivateApt, "download_with_libraries", download)
    pdfprinter.require_pdf_printer()
    assert "PDF documents will not work. wkhtmltopdf could not be downloaded" in capsys.readouterr().err
    assert pdfprinter.printer_path("/usr/bin") == "/usr/bin"


@pytest.mark.parametrize(
    ("policy", "offered"),
    [("  Candidate: 0.12.6-2+b1\n", True), ("  Candidate: (none)\n", False), ("", False)],
)
def test_a_package_is_installed_only_where_the_suite_has_a_candidate(policy, offered, monkeypatch):
    installed = []
    monkeypatch.setattr(system, "_may_install", lambda: True)
    monkeypatch.setattr(system, "_read_package_lists", lambda: None)
    monkeypatch.setattr(system, "_apt_install", installed.extend)
    answer = subprocess.CompletedProcess([], 0, stdout=f"wkhtmltopdf:\n  Installed: (none)\n{policy}")
    monkeypatch.setattr(system.subprocess, "run", lambda *_args, **_options: answer)
    tool = system.Tool("wkhtmltopdf", lambda: bool(installed), "PDF documents")
    assert system.try_install(tool) is offered
    assert installed == (["wkhtmltopdf"] if offered else [])
