"""A PostgreSQL server as the commands use it: databases made, copied, renamed and dropped."""

import functools
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from odoo_dev.console import Failure

QUERY = """
import json, sys, psycopg2
request = json.load(sys.stdin)
connection = psycopg2.connect(**request["connection"], connect_timeout=10)
connection.autocommit = True
cursor = connection.cursor()
cursor.execute(request["statement"], request["parameters"])
json.dump(cursor.fetchall() if cursor.description else [], sys.stdout, default=str)
"""


@dataclass(frozen=True)
class DatabaseServer:
    """How to reach a PostgreSQL server."""

    host: str = ""
    port: int = 5432
    user: str = ""
    password: str = ""
    tools: Path = None
    python: Path = None

    @property
    def odoo_options(self):
        """The entries of Odoo's configuration file that reach this server."""
        return {
            "db_host": self.host,
            "db_port": self.port,
            "db_user": self.user,
            "db_password": self.password or False,
        }

    @property
    def environment(self):
        """The variables by which PostgreSQL's own programs reach this server."""
        values = {"PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user, "PGPASSWORD": self.password}
        if self.tools:
            values["PATH"] = f"{self.tools}{os.pathsep}{os.environ.get('PATH', '')}"
        return {key: value for key, value in values.items() if value}

    def connection(self, database="postgres"):
        """The arguments of :func:`psycopg2.connect` for a database."""
        values = {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
            "dbname": database,
        }
        return {key: value for key, value in values.items() if value}

    def query(self, statement, parameters=(), database="postgres"):
        """Run one statement through the Python of the virtual environment; return its rows.

        That may be the one that runs this: a process less for each database of a test.
        """
        request = {
            "connection": self.connection(database),
            "statement": statement,
            "parameters": list(parameters),
        }
        if Path(sys.executable) == self.python:
            return self._query_here(request)
        result = subprocess.run(
            [str(self.python), "-c", QUERY], input=json.dumps(request), capture_output=True, text=True
        )
        if result.returncode:
            raise Failure(self._explain(result.stderr))
        return json.loads(result.stdout)

    def _query_here(self, request):
        import psycopg2

        connection = None
        try:
            connection = psycopg2.connect(**request["connection"], connect_timeout=10)
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(request["statement"], request["parameters"])
                rows = cursor.fetchall() if cursor.description else []
        except psycopg2.Error as error:
            raise Failure(self._explain(f"psycopg2.{type(error).__name__}: {error}")) from error
        finally:
            if connection:
                connection.close()
        return json.loads(json.dumps(rows, default=str))

    def _explain(self, error):
        """The sentence for what psycopg2 wrote."""
        lines = [line for line in error.splitlines() if line.startswith("psycopg2.")] or error.splitlines()[-1:]
        reason = lines[0].partition(": ")[2].strip() if lines else "it gave no reason"
        where = f"PostgreSQL at {self.host}:{self.port}" if self.host else "PostgreSQL at the local socket"
        if "OperationalError" in error:
            return f"{where} cannot be used: {reason}"
        if "permission denied to create database" in reason:
            return f"{where} does not let {self.user} make databases; an administrator may give CREATEDB to that user."
        return f"{where} refused: {reason}"

    def names(self):
        """The names of all databases."""
        return [name for (name,) in self.query("SELECT datname FROM pg_database ORDER BY datname")]

    def exists(self, name):
        """Whether there is a database of that name."""
        return bool(self.query("SELECT 1 FROM pg_database WHERE datname = %s", [name]))

    def create(self, name):
        """Make an empty database as Odoo does."""
        self.query(f"CREATE DATABASE {quoted(name)} ENCODING 'UTF8' LC_COLLATE 'C' TEMPLATE template0")

    def copy(self, source, name):
        """Make a database as a copy of one that nobody is connected to."""
        strategy = " STRATEGY file_copy" if self._version >= 150000 else ""
        self.query(f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(source)}{strategy}")

    @functools.cached_property
    def _version(self):
        return int(self.query("SHOW server_version_num")[0][0])

    def rename(self, name, new_name):
        """Give a database another name."""
        self.query(f"ALTER DATABASE {quoted(name)} RENAME TO {quoted(new_name)}")

    def drop(self, name):
        """Remove a database, also when something is still connected to it."""
        self.query(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")


def quoted(name):
    """A database name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def parse_url(url):
    """The :class:`DatabaseServer` of a ``postgresql://user:password@host:port/`` address."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise Failure(f"--db-url must look like postgresql://user:password@host:port/, and {url} does not.")
    try:
        port = parts.port or 5432
    except ValueError as error:
        raise Failure(f"The port in --db-url is not a number from 1 to 65535: {url}") from error
    server = DatabaseServer(
        host=unquote(parts.hostname or ""),
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
    if server.user == "postgres":
        raise Failure("Odoo refuses to work as the PostgreSQL user postgres; name another user in --db-url.")
    return server


class Filestore:
    """The files of Odoo's databases, kept in step with the databases."""

    def __init__(self, data_folder):
        self.folder = Path(data_folder) / "filestore"

    def copy(self, source, name):
        """Copy the files of a database; hard links suffice, as Odoo never rewrites a file."""
        self.drop(name)
        if (self.folder / source).is_dir():
            shutil.copytree(self.folder / source, self.folder / name, copy_function=os.link)

    def rename(self, name, new_name):
        """Follow the new name of a database."""
        self.drop(new_name)
        if (self.folder / name).is_dir():
            (self.folder / name).rename(self.folder / new_name)

    def drop(self, name):
        """Remove the files of a database."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
