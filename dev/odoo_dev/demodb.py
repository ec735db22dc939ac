"""The database of the demo: made once, brought up to date when the addons changed, else left alone."""

import hashlib
import json
from pathlib import Path

from odoo_dev.addons import content_hash, native_modules
from odoo_dev.console import Failure, Step
from odoo_dev.database import Filestore
from odoo_dev.roles import ROLES

STATE = "bin_demo.state"
HERE = Path(__file__).parent
USERS = """
from odoo_dev.demo_users import make_users
make_users(env, {roles!r})
env['ir.config_parameter'].set_param({key!r}, {state!r})
env.cr.commit()
"""
PAGES = "from odoo_dev.demo_users import prepare_pages; prepare_pages(env)"


class DemoDatabase:
    """One database of ``bin/demo``.

    It remembers in a system parameter which addons it was made with, so that
    it is updated only when they change, and that it is ours to update.
    """

    def __init__(self, installation, name, addons):
        self.installation = installation
        self.server = installation.database
        self.filestore = Filestore(installation.data)
        self.name = name
        self.addons = addons

    def prepare(self, reset=False):
        """Make the database, bring it up to date, or leave it as it is."""
        if reset:
            self._drop(self.name)
        self._drop(self._draft)
        if not self.server.exists(self.name):
            self._make()
        else:
            self._update()

    @property
    def _draft(self):
        return f"{self.name}-draft"

    def _drop(self, name):
        self.server.drop(name)
        self.filestore.drop(name)

    def _make(self):
        """Make the database under another name first, so that a half-made one is never used."""
        modules = [*native_modules(self.addons), *self.addons]
        self.server.create(self._draft)
        title = f"Making the database {self.name} with demo data"
        self.installation.run(
            title, self._draft, "--with-demo", "-i", ",".join(modules), log=f"demo-{self.name}-install"
        )
        self._make_users(self._draft, self._wanted_state())
        with Step("Preparing the web pages"):
            self.installation.shell(self._draft, PAGES)
        self.server.rename(self._draft, self.name)
        self.filestore.rename(self._draft, self.name)

    def _update(self):
        """Install what is missing and update what changed since the last start."""
        state = self._state()
        wanted = self._wanted_state()
        merged = {**wanted, "addons": {**state["addons"], **wanted["addons"]}}
        if merged == state:
            return
        missing = [name for name in self.addons if name not in state["addons"]]
        changed = [
            name for name in self.addons if name not in missing and state["addons"][name] != wanted["addons"][name]
        ]
        arguments = (["-i", ",".join(missing)] if missing else []) + (["-u", ",".join(changed)] if changed else [])
        if arguments:
            title = f"Bringing {', '.join(missing + changed)} up to date in the database {self.name}"
            self.installation.run(title, self.name, "--with-demo", *arguments, log=f"demo-{self.name}-update")
        self._make_users(self.name, merged)

    def _make_users(self, name, state):
        with Step("Making one user per role"):
            roles = [role.as_dict() for role in ROLES]
            code = USERS.format(roles=roles, key=STATE, state=json.dumps(state, sort_keys=True))
            self.installation.shell(name, code)

    def _wanted_state(self):
        """What the database is made from, as it is now."""
        users = b"".join((HERE / name).read_bytes() for name in ("roles.py", "demo_users.py"))
        return {
            "addons": {name: content_hash([name]) for name in self.addons},
            "users": hashlib.sha256(users).hexdigest()[:16],
        }

    def _state(self):
        """What the database was made from."""
        try:
            rows = self.server.query("SELECT value FROM ir_config_parameter WHERE key = %s", [STATE], self.name)
        except Failure:
            rows = []
        if not rows:
            raise Failure(
                f"There is a database {self.name} that bin/demo did not make, and it is left alone; "
                "choose another name with --db, or replace it with --reset."
            )
        return json.loads(rows[0][0])

    def set_address(self, url):
        """Let links in messages and documents lead to the port of this start."""
        statement = "UPDATE ir_config_parameter SET value = %s WHERE key = 'web.base.url' AND value <> %s"
        self.server.query(statement, [url, url], self.name)
