"""The mirror is found in every way a machine may write its apt sources."""

from odoo_dev.aptsources import Source, debian_mirror, parse_deb822, parse_one_line

DEB822 = """\
# A comment, and a stanza that is switched off.
Types: deb
URIs: http://old.example/debian
Suites: bookworm
Components: main
Enabled: no

Types: deb deb-src
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Types: deb
URIs: http://mirror.example/debian
Suites: bookworm
 bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""


def test_deb822_stanzas_with_continuation_lines_and_disabled_ones():
    security, main = parse_deb822(DEB822)
    assert not security.is_debian_archive
    assert main == Source(
        "http://mirror.example/debian",
        ("bookworm", "bookworm-updates"),
        ("main", "contrib"),
        (("signed-by", "/usr/share/keyrings/debian-archive-keyring.gpg"),),
    )
    assert main.is_debian_archive


def test_a_key_written_inline_is_left_to_apts_own():
    text = (
        "Types: deb\nURIs: http://mirror.example/debian\nSuites: sid\nComponents: main\nSigned-By:\n -----BEGIN\n .\n"
    )
    (source,) = parse_deb822(text)
    assert source.options == ()


def test_one_line_format_with_and_without_options():
    text = """\
    # deb http://commented.example/debian bookworm main
    deb [arch=amd64 signed-by=/etc/key.gpg trusted=yes] http://mirror.example/debian/ bookworm main contrib # remark
    deb-src http://mirror.example/debian bookworm main
    deb http://mirror.example/debian bookworm-updates main
    """
    first, second = parse_one_line(text)
    assert first.options == (("signed-by", "/etc/key.gpg"), ("trusted", "yes"))
    assert first.is_debian_archive and not second.is_debian_archive
    assert first.line("sid") == "deb [signed-by=/etc/key.gpg trusted=yes] http://mirror.example/debian/ sid main"


def test_the_first_full_archive_wins_over_security_and_third_parties(tmp_path):
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (tmp_path / "sources.list").write_text("deb http://third.example/tools stable main\n")
    (parts / "debian.sources").write_text(DEB822)
    assert debian_mirror(tmp_path).uri == "http://mirror.example/debian"


def test_a_cloud_image_names_its_mirror_in_a_file(tmp_path):
    uri = "mirror+file:///etc/apt/mirrors/debian.list"
    (tmp_path / "sources.list").write_text(f"deb {uri} trixie main\n")
    assert debian_mirror(tmp_path).uri == uri


def test_a_machine_without_debian_has_no_mirror(tmp_path):
    (tmp_path / "sources.list").write_text("deb http://archive.example/ubuntu noble main universe\n")
    assert debian_mirror(tmp_path) is None
