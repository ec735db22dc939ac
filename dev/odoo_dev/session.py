"""Hands the databases of a command over to the process of the virtual environment it starts.

The command writes a small file and names it in ``ODOO_DEV_SESSION``; the
fixtures of the tests and the benchmarks read it.
"""

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from odoo_dev.console import Failure
from odoo_dev.database import DatabaseServer
from odoo_dev.distribution import Odoo
from odoo_dev.paths import cache, make_folder
from odoo_dev.server import Installation
from odoo_dev.templates import Templates

VARIABLE = "ODOO_DEV_SESSION"


@dataclass(frozen=True)
class Session:
    """The templates of a command, and the prefix of the databases made for it."""

    templates: Templates
    template: str
    prefix: str
    native_template: str = ""

    @contextlib.contextmanager
    def environment(self):
        """Yield the environment in which another process finds this session."""
        installation = self.templates.installation
        values = {
            "python_path": installation.odoo.python_path,
            "version": installation.odoo.version,
            "python": installation.python,
            "server": asdict(installation.database),
            "data": installation.data,
            "template": self.template,
            "native_template": self.native_template,
            "prefix": self.prefix,
        }
        path = make_folder(cache() / "sessions") / f"{self.prefix}.json"
        path.write_text(json.dumps(values, default=str))
        try:
            yield {**installation.environment, VARIABLE: str(path)}
        finally:
            path.unlink()


def current_session():
    """The session of the command that started this process."""
    path = os.environ.get(VARIABLE)
    if not path:
        raise Failure("This runs only through bin/test or bin/bench, which prepare the databases it needs.")
    values = json.loads(Path(path).read_text())
    server = values["server"]
    server["tools"] = server["tools"] and Path(server["tools"])
    server["python"] = Path(server["python"])
    odoo = Odoo(Path(values["python_path"]), values["version"])
    installation = Installation(odoo, Path(values["python"]), DatabaseServer(**server), Path(values["data"]))
    return Session(Templates(installation), values["template"], values["prefix"], values["native_template"])
