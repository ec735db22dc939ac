"""A process that has read Odoo's code, and the addons', and starts ``odoo shell`` without reading it again.

Nine tenths of the seconds that ``odoo shell`` takes to start are spent on Python code, which is the same for every
database. This process reads it once, then forks for each shell it is asked for: a line of JSON on its input, with the
arguments and the files of input, output and errors, is answered by a line with the exit code. It has no connection and
no thread, so that what it forks is as good as new. :class:`odoo_dev.shells.Shells` talks to it.
"""

import gc
import json
import os
import sys


def main():
    """Read the code of what is installed in the database of a configuration file, then serve."""
    from odoo.modules.module import load_openerp_module
    from odoo.tools import config

    [configuration] = sys.argv[1:]
    config.parse_config(["-c", configuration, "--no-http"], setup_logging=False)
    for name in installed_modules(*config["db_name"]):
        load_openerp_module(name)
    gc.collect()
    gc.freeze()
    for line in iter(sys.stdin.readline, ""):
        asked = json.loads(line)
        child = os.fork()
        if not child:
            run_shell(asked)
            return
        _child, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def installed_modules(database):
    """The names of the modules that are installed in a database, each after those it stands on."""
    from odoo.modules.module_graph import ModuleGraph
    from odoo.sql_db import close_all, db_connect

    with db_connect(database).cursor() as cursor:
        cursor.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
        graph = ModuleGraph(cursor)
        graph.extend([name for [name] in cursor.fetchall()])
        names = [module.name for module in graph]
    close_all()
    return names


def run_shell(asked):
    """Become the shell that was asked for; the end of it is the end of this process."""
    from odoo.cli import main as command_line

    for number, (name, flags) in enumerate(
        (("input", os.O_RDONLY), ("output", os.O_WRONLY | os.O_CREAT), ("errors", os.O_WRONLY | os.O_CREAT))
    ):
        os.dup2(os.open(asked[name], flags, 0o600), number)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.argv[1:] = asked["arguments"]
    command_line()


if __name__ == "__main__":
    main()
