"""What tests and benchmarks do with a real database and a real server on it."""

import contextlib
import json
import signal
import urllib.error
import urllib.request
import xmlrpc.client
from dataclasses import dataclass

from odoo_dev.server import Installation, Server
from odoo_dev.shells import Shells

API_KEY = """
user = env['res.users'].search([('login', '=', {login!r})])
key = env['res.users.apikeys'].with_user(user)._generate({scope!r}, 'tests', None)
env.cr.commit()
print('key:' + key)
"""


class Json2Error(Exception):
    """An answer of the JSON-2 protocol other than 200.

    ``status`` is the HTTP status, ``name`` and ``message`` are Odoo's.
    """

    def __init__(self, status, body):
        self.status = status
        self.name = body.get("name", "")
        self.message = body.get("message", "")
        super().__init__(f"{status} {self.name}: {self.message}")


@dataclass
class LiveDatabase:
    """A database of its own, dropped after the test.

    ``shells``: what runs its shells, see :class:`odoo_dev.shells.Shells`; each is a process of its own by default.
    """

    installation: Installation
    name: str
    shells: Shells = None

    @contextlib.contextmanager
    def psql(self):
        """Yield a psycopg2 cursor that commits every statement: what a person sees beside Odoo."""
        import psycopg2

        connection = psycopg2.connect(**self.installation.database.connection(self.name))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def query(self, statement, *parameters):
        """The rows of one SQL statement."""
        with self.psql() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def odoo_shell(self, code):
        """Run Python code where ``env`` is the superuser's environment; return what it prints.

        A process of its own. It must call ``env.cr.commit()`` to keep anything.
        """
        return self.installation.shell(self.name, code, run=self.shells and self.shells.run)

    def api_key(self, login="admin", scope="rpc"):
        """A new API key of a user, which serves as password in XML-RPC and as bearer token in JSON-2."""
        output = self.odoo_shell(API_KEY.format(login=login, scope=scope))
        return next(line[4:] for line in output.splitlines() if line.startswith("key:"))


class LiveServer:
    """A running Odoo server on a database.

    ``url``, ``pid``, ``log`` (path of its log), ``database`` (:class:`LiveDatabase`).
    The administrator is ``admin`` with the password ``admin``.
    """

    login, password = "admin", "admin"

    def __init__(self, database, server: Server):
        self.database = database
        self.server = server
        self.url = server.url
        self.pid = server.pid
        self.log = server.log
        self._uids = {}

    def authenticate(self, login=None, password=None):
        """The id of a user after logging in over XML-RPC, False when refused."""
        common = xmlrpc.client.ServerProxy(f"{self.url}/xmlrpc/2/common")
        return common.authenticate(self.database.name, login or self.login, password or self.password, {})

    def execute_kw(self, model, method, args=(), kwargs=None, login=None, password=None):
        """Call a method over XML-RPC; raises :class:`xmlrpc.client.Fault` when Odoo refuses."""
        login, password = login or self.login, password or self.password
        if login not in self._uids:
            self._uids[login] = self.authenticate(login, password)
        models = xmlrpc.client.ServerProxy(f"{self.url}/xmlrpc/2/object", allow_none=True)
        identity = (self.database.name, self._uids[login], password)
        return models.execute_kw(*identity, model, method, list(args), kwargs or {})

    def json2(self, model, method, api_key, ids=None, **arguments):
        """Call a method over JSON-2 with named arguments; raises :class:`Json2Error` when Odoo refuses."""
        body = {**({"ids": ids} if ids is not None else {}), **arguments}
        request = urllib.request.Request(
            f"{self.url}/json/2/{model}/{method}",
            data=json.dumps(body).encode(),
            headers={
                "Authorization": f"bearer {api_key}",
                "Content-Type": "application/json",
                "X-Odoo-Database": self.database.name,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise Json2Error(error.code, _json_or_empty(error.read())) from error

    def create_user(self, login, *groups, **values):
        """Make an internal user with these groups (external ids), password same as login; return the id."""
        ids = [self.ref(group) for group in ("base.group_user", *groups)]
        values = {"name": login, "login": login, "password": login, "group_ids": [(6, 0, ids)], **values}
        return self.execute_kw("res.users", "create", [values])

    def ref(self, external_id):
        """The database id of an external id such as ``base.group_user``."""
        module, _dot, name = external_id.partition(".")
        domain = [("module", "=", module), ("name", "=", name)]
        found = self.execute_kw("ir.model.data", "search_read", [domain], {"fields": ["res_id"]})
        if not found:
            raise LookupError(f"There is no record {external_id} in the database {self.database.name}.")
        return found[0]["res_id"]

    def kill(self, number=signal.SIGKILL):
        """Kill the server and all its workers at once, as a crash does."""
        self.server.kill(number)

    def stop(self):
        """Stop the server as an administrator does."""
        self.server.stop()

    def psql(self):
        """See :meth:`LiveDatabase.psql`."""
        return self.database.psql()

    def query(self, statement, *parameters):
        """See :meth:`LiveDatabase.query`."""
        return self.database.query(statement, *parameters)

    def odoo_shell(self, code):
        """See :meth:`LiveDatabase.odoo_shell`."""
        return self.database.odoo_shell(code)

    def api_key(self, login="admin"):
        """See :meth:`LiveDatabase.api_key`."""
        return self.database.api_key(login)


def _json_or_empty(content):
    try:
        value = json.loads(content)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
