"""Addresses of database servers, names of databases, and the files that go with them."""

import pytest

from odoo_dev.console import Failure
from odoo_dev.database import Filestore, parse_url, quoted


def test_every_part_of_an_address():
    server = parse_url("postgresql://me:p%40ss@db.example:5433/")
    assert (server.host, server.port, server.user, server.password) == ("db.example", 5433, "me", "p@ss")
    assert server.odoo_options["db_password"] == "p@ss"


def test_defaults_of_an_address():
    server = parse_url("postgres://me@localhost")
    assert (server.host, server.port, server.password) == ("localhost", 5432, "")
    assert server.odoo_options["db_password"] is False


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://me@host/", "must look like"),
        ("localhost:5432", "must look like"),
        ("postgresql://me@host:port/", "not a number"),
        ("postgresql://postgres:x@host/", "refuses to work as the PostgreSQL user postgres"),
    ],
)
def test_an_address_that_cannot_work_is_one_sentence(url, sentence):
    with pytest.raises(Failure, match=sentence):
        parse_url(url)


def test_a_name_with_quotes_stays_one_identifier():
    assert quoted('a"b') == '"a""b"'


def test_files_follow_their_database(tmp_path):
    store = Filestore(tmp_path)
    (store.folder / "one" / "ab").mkdir(parents=True)
    (store.folder / "one" / "ab" / "file").write_text("content")
    store.copy("one", "two")
    store.rename("two", "three")
    store.drop("one")
    assert [path.name for path in store.folder.iterdir()] == ["three"]
    assert (store.folder / "three" / "ab" / "file").read_text() == "content"
