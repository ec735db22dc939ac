"""``bin/demo``: a real Odoo 19 with the addons and a demo company, until Ctrl-C."""

import argparse
import contextlib
import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

from odoo_dev.addons import chosen_addons
from odoo_dev.console import Failure, Step, error_of_log, has_errors, say, warn
from odoo_dev.database import parse_url
from odoo_dev.demodb import DemoDatabase
from odoo_dev.distribution import complete_browser_scripts, find_odoo
from odoo_dev.mailsink import MailSink
from odoo_dev.paths import cache, locked, make_folder
from odoo_dev.pdfprinter import require_pdf_printer
from odoo_dev.postgres import MINIMUM, Cluster
from odoo_dev.roles import ROLES, logins
from odoo_dev.server import Installation, free_port, is_free, start_server
from odoo_dev.system import POSTGRES, VENV, require
from odoo_dev.venvs import runtime_python

DESCRIPTION = """Starts Odoo 19 with the addons of this repository and demo data, and prints where it is.
What is missing is fetched or made first; another start reuses it. Ctrl-C stops everything."""
FIRST_PORT = 8069


def main(arguments):
    """Run the demo until it is stopped; return the exit code."""
    options = _parse(arguments)
    addons = chosen_addons(options.addons)
    external = parse_url(options.db_url) if options.db_url else None
    port = _port(options.port)
    if options.json:
        options.json.unlink(missing_ok=True)
    require(VENV, *([] if external else [POSTGRES]))
    require_pdf_printer()
    odoo = find_odoo(options.odoo)
    python = runtime_python()
    if not complete_browser_scripts(odoo):
        warn("a script for blurred backgrounds in video calls is missing from Debian's Odoo; npm would fetch it.")
    with _database_server(external, python) as server, _alone(options.db, server), MailSink(cache() / "mail") as sink:
        data = make_folder(cache() / f"data-demo{_suffix(external)}")
        mail = {"smtp_server": "127.0.0.1", "smtp_port": sink.port, "email_from": "demo@example.com"}
        database = DemoDatabase(Installation(odoo, python, server, data, mail), options.db, addons)
        database.prepare(options.reset)
        return _serve(database, port, options.json)


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="bin/demo", description=DESCRIPTION)
    parser.add_argument("--odoo", metavar="PATH", help="an Odoo 19 to use (also ODOO_HOME); default: fetched")
    parser.add_argument(
        "--db-url",
        metavar="URL",
        help="an existing PostgreSQL: postgresql://user:password@host:port/; default: a private one",
    )
    parser.add_argument(
        "--port", type=int, help=f"the port to listen on; default: the first free one from {FIRST_PORT}"
    )
    parser.add_argument("--db", default="demo", help="the name of the database (default: %(default)s)")
    parser.add_argument("--addons", metavar="A,B", help="which addons of this repository; default: all")
    parser.add_argument("--reset", action="store_true", help="replace the database if there is one")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write address and users here once Odoo answers")
    return parser.parse_args(arguments)


def _port(wanted):
    """The port to use; one that was asked for must be free."""
    if wanted is None:
        return free_port(FIRST_PORT)
    if not 0 < wanted < 65536:
        raise Failure(f"--port must be a number from 1 to 65535, and {wanted} is not.")
    if not is_free(wanted):
        raise Failure(f"Port {wanted} is taken or not allowed; leave out --port to get a free one.")
    return wanted


@contextlib.contextmanager
def _database_server(external, python):
    """Yield the PostgreSQL server to use: the one a person named, or a private one."""
    if external is None:
        with Cluster("pg-demo").running(python) as server:
            yield server
        return
    server = replace(external, python=python)
    version = int(server.query("SHOW server_version_num")[0][0]) // 10000
    if version < MINIMUM:
        raise Failure(f"PostgreSQL at {server.host} is version {version}, and Odoo 19 needs {MINIMUM} or newer.")
    yield server


def _suffix(external):
    """Tells the files of one database server from those of another."""
    if external is None:
        return ""
    return "-" + hashlib.sha256(f"{external.host}:{external.port}".encode()).hexdigest()[:8]


@contextlib.contextmanager
def _alone(name, server):
    """Hold the database for this command, or say that another one serves it."""
    digest = hashlib.sha256(f"{server.host}:{server.port}/{name}".encode()).hexdigest()[:8]
    with locked(f"demo-{digest}", wait=False) as alone:
        if not alone:
            raise Failure(
                f"Another bin/demo serves the database {name} now; stop it, or choose another name with --db."
            )
        yield


def _serve(database, port, json_file):
    """Start Odoo, say where it is, and wait until it ends or is stopped."""
    url = f"http://localhost:{port}"
    database.set_address(url)
    server = start_server(database.installation, database.name, port=port, max_cron_threads=2)
    try:
        with Step("Starting Odoo") as step:
            server.wait_until_ready(step=step)
        _announce(database, url, server)
        if json_file:
            _write_json(json_file, {"url": url, "db": database.name, "pid": server.pid, "users": logins()})
        code = server.process.wait()
        output = server.log.read_text(errors="replace")
        reason = error_of_log(output) if has_errors(output) else "no error"
        raise Failure(f"Odoo ended by itself (exit code {code}, {reason}); its log is {server.log}.")
    except KeyboardInterrupt:
        say("\nStopping Odoo and PostgreSQL …")
        return 0
    finally:
        server.stop()
        if json_file:
            json_file.unlink(missing_ok=True)


def _write_json(path, values):
    """Write the file at once, so that whoever waits for it never reads half of it."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(values, indent=2) + "\n")
    draft.replace(path)


def _announce(database, url, server):
    """Print where the demo is, who may log in, and what to look at first."""
    say(f"\nOdoo 19 is ready: {url}   (database {database.name})\n")
    say("User                  Password              What this person does")
    for role in ROLES:
        say(f"{role.login:<21} {role.password:<21} {role.purpose}")
    say("\nWhat to click first:")
    for number, line in enumerate(first_steps(database.addons), 1):
        say(f"  {number}. {line}")
    if hint := missing_for_right_to_left():
        say(f"\n{hint}")
    say(f"\nMessages it sends stay on this machine, in {cache() / 'mail'}; the log is {server.log}.")
    say("Ctrl-C stops everything.")


def missing_for_right_to_left():
    """What Odoo lacks to lay out pages in Arabic or Hebrew, and how to get it; nothing where it lacks nothing."""
    if shutil.which("rtlcss"):
        return ""
    return "To see it in Arabic, Hebrew or Persian, Odoo needs rtlcss: npm install -g rtlcss (all else works without)."


def first_steps(addons):
    """What shows the addons at their best."""
    steps = ["Log in as project_manager, open Project and a project with milestones, and mark a task as done."]
    if "milestone_billing" in addons:
        steps += [
            "Log in as billing_manager and open Milestone Billing, Milestones: seconds later the invoice is there.",
            "Open its sales order, tab Billing Schedule, for the whole plan; To Bill shows what waits and why.",
            "Log in as billing_clerk: choose the last day of the month and Show, to see what "
            "would be billed, on which invoices, and what keeps the rest back.",
        ]
    if "revenue_recognition" in addons:
        steps += [
            "Log in as revenue_controller and open Revenue, Closing, Closes: last month waits. See its entries and "
            "exceptions before they are booked; Approve, Post and Lock it.",
            "Ties to the Ledger on the close compares subledger and ledger; a changed order waits for an answer in "
            "Contracts, Modifications.",
            "As revenue_accountant, work on the exceptions of the other firms (company menu, top right): a price is "
            "missing, a project has no estimate.",
            "Reporting, Waterfall: revenue by month, recognised and forecast, as pivot, graph and workbook; Contract "
            "Balances: opening, billed, recognised, closing, tied to the ledger.",
        ]
    return steps
