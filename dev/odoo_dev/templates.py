"""Template databases of the tests, cached by what they are made of.

There are two layers: one with Odoo's own modules, which takes a minute or two
and rarely changes, and on a copy of it one with our addons. Either is found
again by a key of its content, so that only what changed is made anew.
"""

import contextlib
import hashlib
import re
import time

from odoo_dev.addons import content_hash, native_modules
from odoo_dev.database import Filestore
from odoo_dev.paths import cache, locked
from odoo_dev.venvs import requirements_key

BASE, OWN, COPY = "base", "own", "copy"
KEPT = 8


def native_key(installation, modules):
    """The key of a database with Odoo's own modules."""
    release = (installation.odoo.package / "release.py").read_bytes()
    parts = [str(installation.odoo.python_path), release.hex(), requirements_key(), *modules]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


class Templates:
    """Makes and finds the template databases of one :class:`~odoo_dev.server.Installation`."""

    def __init__(self, installation):
        self.installation = installation
        self.server = installation.database
        self.filestore = Filestore(installation.data)

    @contextlib.contextmanager
    def with_addons(self, addons, native_for=()):
        """Yield the name of a template with these addons, which stays while the block runs.

        Without addons it has Odoo's own modules, those that the addons in
        ``native_for`` need included. Nobody may connect to it: PostgreSQL
        copies a database only while it has no connection.
        """
        with locked("templates"):
            name = self._own(addons) if addons else self._base(native_for)
            keeping = contextlib.ExitStack()
            keeping.enter_context(locked(f"template-{name}", shared=True))
            self._mark_used(name)
            self._remove_old()
        with keeping:
            yield name

    def copy(self, template, name):
        """Make a database of its own from a template; the caller drops it."""
        self.server.copy(template, name)
        self.filestore.copy(template, name)
        return name

    def drop(self, name):
        """Remove a database and its files."""
        self.server.drop(name)
        self.filestore.drop(name)

    def _base(self, addons):
        modules = native_modules(addons)
        name = f"{BASE}_{native_key(self.installation, modules)}"
        if not self.server.exists(name):
            title = "Making the template database of Odoo's own modules"
            self._build(name, None, title, modules)
        return name

    def _own(self, addons):
        base = self._base(addons)
        key = hashlib.sha256(f"{base} {addons} {content_hash(addons)}".encode()).hexdigest()[:12]
        name = f"{OWN}_{key}"
        if not self.server.exists(name):
            self._build(name, base, f"Installing {', '.join(addons)} into a template database", addons)
        self._mark_used(base)
        return name

    def _build(self, name, base, title, modules):
        """Make a template under another name first, so that an interrupted one is not taken for complete."""
        draft = f"{name}_draft"
        self.drop(draft)
        if base:
            self.copy(base, draft)
        else:
            self.server.create(draft)
        self.installation.run(title, draft, "-i", ",".join(modules), log=f"template-{name}")
        self.server.rename(draft, name)
        self.filestore.rename(draft, name)

    def _mark_used(self, name):
        (cache() / "locks" / f"template-{name}.used").write_text(str(time.time()))

    def _remove_old(self):
        """Drop the templates of our addons that were not used lately, unless a command uses them now."""
        names = [name for name in self.server.names() if re.fullmatch(rf"{OWN}_[0-9a-f]{{12}}", name)]
        for name in sorted(names, key=self._last_used, reverse=True)[KEPT:]:
            with locked(f"template-{name}", wait=False) as unused:
                if unused:
                    self.drop(name)

    def _last_used(self, name):
        mark = cache() / "locks" / f"template-{name}.used"
        return float(mark.read_text()) if mark.exists() else 0.0
