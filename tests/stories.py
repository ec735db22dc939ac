"""What the stories of this folder share: people with their roles, orders with plans, and a client per protocol.

Everything goes through the server's public protocols, as another system would do it; only people and their API keys
are made in one ``odoo shell``, since nobody can make a key for somebody else from outside.
"""

import itertools
import json
import xmlrpc.client
from dataclasses import dataclass

from odoo_dev.live import Json2Error

#: The groups of each person, beside those every internal user has; each logs in with the API key of the same name.
ROLES = {
    "admin": (),
    "integration": ("milestone_billing.group_billing_manager", "project.group_project_user"),
    "billing_manager": ("milestone_billing.group_billing_manager",),
    "billing_user": ("milestone_billing.group_billing_user",),
    "project_manager": ("project.group_project_manager",),
    "project_user": ("project.group_project_user",),
    "salesman": ("sales_team.group_sale_salesman",),
    "invoicing_user": ("account.group_account_invoice",),
    "revenue_accountant": ("revenue_recognition.group_revenue_accountant",),
    "revenue_controller": ("revenue_recognition.group_revenue_controller",),
    "auditor": ("revenue_recognition.group_revenue_auditor",),
    "nobody": (),
    "customer": ("base.group_portal",),
}
PROTOCOLS = ("xmlrpc", "json2")

HIRE = """
import json
Users = env['res.users'].with_context(no_reset_password=True)
keys = {{}}
for login, groups in json.loads({roles!r}).items():
    kind = [] if 'base.group_portal' in groups else ['base.group_user']
    user = Users.search([('login', '=', login)]) or Users.create({{
        **json.loads({values!r}),
        'name': login.replace('_', ' ').title(),
        'login': login,
        'email': login + '@example.com',
        'group_ids': [(6, 0, [env.ref(name).id for name in [*kind, *groups]])],
    }})
    keyring = env['res.users.apikeys'].with_user(user).sudo()
    keys[login] = [user.id, user.partner_id.id, keyring._generate('rpc', 'tests', None)]
env.cr.commit()
print('keys:' + json.dumps(keys))
"""
FAULTS = {1: "crash", 2: "user", 3: "denied", 4: "access"}
STATUSES = {401: "denied", 403: "access", 404: "missing", 409: "lock", 422: "user"}


class Refusal(Exception):
    """Odoo refused a call; ``kind`` is "user", "access", "denied", "missing", "lock" or "crash"."""

    def __init__(self, kind, message):
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message


@dataclass
class Person:
    """Somebody with an API key."""

    login: str
    uid: int
    partner: int
    key: str


class XmlRpc:
    """A client over XML-RPC that, like most, knows nothing of null values."""

    def __init__(self, server, person):
        self.person = person
        self._identity = (server.database.name, person.uid, person.key)
        self._url = f"{server.url}/xmlrpc/2/object"

    def call(self, model, method, ids=None, **arguments):
        """Call a method with named arguments, on records where it takes some."""
        with xmlrpc.client.ServerProxy(self._url) as models:
            try:
                # Odoo takes the values of new records by their position only.
                given = [arguments.pop("vals_list")] if method == "create" else [] if ids is None else [ids]
                return models.execute_kw(*self._identity, model, method, given, arguments)
            except xmlrpc.client.Fault as fault:
                message = str(fault.faultString)
                kind = FAULTS.get(fault.faultCode, "crash")
                if kind == "crash" and "AttributeError" in message and "does not exist on the model" in message:
                    kind = "missing"
                raise Refusal(kind, message) from fault


class Json2:
    """A client over JSON-2."""

    def __init__(self, server, person):
        self._server = server
        self._key = person.key

    def call(self, model, method, ids=None, **arguments):
        """Call a method with named arguments, on records where it takes some."""
        try:
            return self._server.json2(model, method, self._key, ids=ids, **arguments)
        except Json2Error as error:
            raise Refusal(STATUSES.get(error.status, "crash"), error.message) from error


CLIENTS = {"xmlrpc": XmlRpc, "json2": Json2}


class Stage:
    """A server with people on it, and shortcuts to the orders, plans and invoices that stories are about."""

    def __init__(self, server, people):
        self.server = server
        self.people = people
        self.admin = self.client("admin", "json2")
        self._numbers = itertools.count(1)
        self.customer = self.make("res.partner", name="Harbour Works", email="books@harbour.example")
        self.service = self.make_service("Engineering")
        self.task_service = self.make_service("Site works", service_tracking="task_in_project")

    def client(self, login, protocol):
        """The client of a person (by login) over a protocol ("xmlrpc" or "json2")."""
        return CLIENTS[protocol](self.server, self.people[login])

    def make(self, model, **values):
        """Make one record as the administrator; return its id."""
        return self.admin.call(model, "create", vals_list=[values])[0]

    def read(self, model, ids, *names):
        """Read one record's values (a dictionary) or those of several (a list) as the administrator."""
        rows = self.admin.call(model, "read", ids=[ids] if isinstance(ids, int) else ids, fields=list(names))
        return rows[0] if isinstance(ids, int) else rows

    def find(self, model, domain, *names, **options):
        """Search and read as the administrator."""
        return self.admin.call(model, "search_read", domain=domain, fields=list(names), **options)

    def make_service(self, name, **values):
        """Make a service without taxes."""
        values = {"name": name, "type": "service", "invoice_policy": "order", "taxes_id": [], **values}
        return self.make("product.product", **values)

    def order(self, *prices, product=None, confirm=True, **values):
        """Make an order with a line per price, confirmed unless told otherwise; return its id."""
        lines = [
            (0, 0, {"product_id": product or self.service, "name": f"Line {number}", "price_unit": price})
            for number, price in enumerate(prices, 1)
        ]
        order = self.make("sale.order", **{"partner_id": self.customer, "order_line": lines, **values})
        if confirm:
            self.admin.call("sale.order", "action_confirm", ids=[order])
        return order

    def plan(self, order, *milestones, key=None, **entry):
        """Pass a schedule in; a milestone is a dictionary or a percentage due by hand. Return what was asked back."""
        result = self.admin.call(
            "billing.schedule", "import_schedules", payload=[self.entry(order, *milestones, key=key, **entry)]
        )
        assert result[0]["status"] in ("created", "updated"), result
        return result[0]

    def entry(self, order, *milestones, key=None, **entry):
        """What :meth:`plan` passes in."""
        key = key or self.key("plan")
        rows = [
            {"name": f"Milestone {number}", "external_key": f"{key}-{number}", "due": {"on": "manual"}}
            | (row if isinstance(row, dict) else {"percent": row})
            for number, row in enumerate(milestones, 1)
        ]
        return {"order": order, "external_key": key, "milestones": rows, **entry}

    def key(self, word="key"):
        """A key that was not used before."""
        return f"{word}-{next(self._numbers)}"

    def attain(self, *events, login="admin"):
        """Attain milestones; an event is a dictionary or the milestone. Return the results."""
        rows = [event if isinstance(event, dict) else {"milestone": event} for event in events]
        return self.client(login, "json2").call(
            "billing.milestone", "attain", events=[{"key": self.key("event"), **row} for row in rows]
        )

    def drain(self):
        """Bill what waits; return the counts."""
        return self.admin.call("billing.attainment", "run_pending")

    def status(self, *keys):
        """Where milestones stand."""
        return self.admin.call("billing.milestone", "get_status", keys=list(keys))

    def invoices(self, order):
        """The invoices of an order, oldest first."""
        names = ("name", "state", "amount_untaxed", "move_type")
        ids = self.read("sale.order", order, "invoice_ids")["invoice_ids"]
        return sorted(self.read("account.move", ids, *names), key=lambda row: row["id"]) if ids else []


def hire(server, roles, **values):
    """Make users with an API key each, where they are missing.

    :param roles: ``{login: groups}``
    :param values: other values of these users
    :return: ``{login: Person}``
    """
    output = server.odoo_shell(HIRE.format(roles=json.dumps(roles), values=json.dumps(values)))
    keys = json.loads(next(line[5:] for line in output.splitlines() if line.startswith("keys:")))
    return {login: Person(login, *row) for login, row in keys.items()}


def set_stage(server, roles=tuple(ROLES)):
    """Give a server people with these roles (all of them by default); return a :class:`Stage`."""
    return Stage(server, hire(server, {login: ROLES[login] for login in roles}))
