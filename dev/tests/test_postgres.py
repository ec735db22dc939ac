"""A private PostgreSQL is made once, shared by the commands that use it, and stopped by the last of them."""

import tempfile
from pathlib import Path

import pytest

from odoo_dev import postgres
from odoo_dev.console import Failure
from odoo_dev.postgres import Cluster
from odoo_dev.venvs import development_python


@pytest.fixture
def python(monkeypatch):
    """The Python that runs the queries, found before the cache is an empty folder."""
    found = development_python()
    with tempfile.TemporaryDirectory() as folder:
        # The user that PostgreSQL runs as has to enter it.
        Path(folder).chmod(0o755)
        monkeypatch.setenv("MILESTONE_CACHE", f"{folder}/cache")
        yield found


def test_a_cluster_is_shared_and_stops_with_its_last_user(python):
    first, second = Cluster("pg-sample", fast=True), Cluster("pg-sample", fast=True)
    with first.running(python) as server:
        server.create("kept")
        with second.running(python) as other:
            assert "kept" in other.names()
        assert first._is_running(), "the first still uses it"
    assert not first._is_running()
    with second.running(python) as server:
        assert "kept" in server.names(), "its data stay"


def test_an_interrupted_attempt_is_made_again(python):
    cluster = Cluster("pg-sample", fast=True)
    cluster.data.mkdir(parents=True)
    (cluster.data / "half").write_text("")
    with cluster.running(python) as server:
        assert server.names() is not None
    assert not (cluster.data / "half").exists()


def test_a_deep_cache_gets_a_short_socket(monkeypatch, tmp_path):
    monkeypatch.setenv("MILESTONE_CACHE", str(tmp_path / ("deep" * 30)))
    sockets = Cluster("pg-sample").sockets
    assert len(f"{sockets}/.s.PGSQL.{postgres.PORT}") <= postgres.SOCKET_LIMIT
    assert sockets != Cluster("pg-other").sockets


def test_an_old_postgresql_is_refused_by_name(monkeypatch, tmp_path):
    old = tmp_path / "12" / "bin"
    old.mkdir(parents=True)
    monkeypatch.setattr(postgres, "postgres_bin", lambda: old)
    monkeypatch.setattr(postgres, "require", lambda *tools: None)
    with (
        pytest.raises(Failure, match="PostgreSQL 12 is too old: Odoo 19 needs 13 or newer"),
        Cluster("pg-sample").running("python"),
    ):
        pass
