"""The checks of ``bin/lint`` that are our own."""

from odoo_dev.lint import typed_folders
from odoo_dev.textcheck import check_text
from odoo_dev.xmlcheck import problems_of


def test_text_files():
    assert check_text("a.py", b"x = 1\n") == []
    assert check_text("a.md", b"a line break  \n") == []
    assert check_text("a.py", b"") == []
    assert check_text("a.py", b"x = 1 \n") == [(":1", "has blanks at its end")]
    assert check_text("a.py", b"\tx = 1\n") == [(":1", "has a tab")]
    assert check_text("a.py", b"x = 1\r\n") == [(":1", "ends with a carriage return")]
    assert check_text("a.py", b"x = 1") == [("", "has no newline at its end")]
    assert check_text("a.py", b"x = 1\n\n") == [("", "ends with an empty line")]
    assert check_text("a.py", b"<<<<<<< ours\n") == [(":1", "is a mark of an unfinished merge")]
    assert check_text("a.py", b"\xff\n") == [("", "is not UTF-8")]


def test_xml_files(tmp_path):
    path = tmp_path / "views.xml"
    for content, expected in (
        ('<odoo>\n    <record id="a" model="m"/>\n</odoo>\n', None),
        ("<svg><g/></svg>", None),
        ("<odoo>", "tag"),
        (
            '<odoo>\n    <record id="a" model="m"/>\n    <record id="a" model="m"/>\n</odoo>',
            "the id a is defined 2 times",
        ),
        ('<odoo>\n   <record id="a" model="m"/>\n</odoo>', "indented by 3 blanks"),
    ):
        path.write_text(content)
        problems = problems_of(path)
        assert bool(problems) == bool(expected)
        assert not expected or expected in problems[0].lower() or expected in problems[0]


def test_types_are_checked_where_an_addon_has_plain_arithmetic(tmp_path):
    for addon in ("billing", "revenue", "screens"):
        (tmp_path / addon).mkdir()
        (tmp_path / addon / "__manifest__.py").write_text("{}")
    for folder in ("billing/engine", "revenue/engine", "docs/engine"):
        (tmp_path / folder).mkdir(parents=True)
    assert typed_folders(["revenue/models/a.py", "screens/a.py", "docs/a.md", "README.md"], tmp_path) == [
        "revenue/engine"
    ]
    assert typed_folders(["revenue/a.py", "billing/a.py"], tmp_path) == ["billing/engine", "revenue/engine"]
