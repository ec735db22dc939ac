"""The pytest plugin of the suite: fixtures with real Odoo servers, and no silent skips.

``bin/test`` loads it. Tests in ``tests/`` use these fixtures:

``odoo_server``
    a factory; ``server = odoo_server()`` copies the template database (about a
    second) and starts a real ``odoo`` process on it. See :class:`LiveServer`
    for what can be done with it. Options:

    * ``odoo_server(workers=2)``: prefork with that many HTTP workers and one
      cron worker; 0, the default, is one threaded process
    * ``odoo_server(database=other.database)``: a second server on the same
      database, as in a cluster of machines
    * ``odoo_server(max_cron_threads=0)``: any entry of Odoo's configuration file

    Everything is stopped and dropped after the test.

``odoo_database``
    a factory; ``database = odoo_database()`` is a copy of the template without
    a server, with ``psql()`` and ``odoo_shell()`` of :class:`LiveDatabase`.
    ``odoo_database(of=other.name)`` copies another one that no server is on.

``module_odoo_server``, ``module_odoo_database``
    the same factories with module scope, for servers that several tests share.

``landed_database``, ``first_landed_database``
    a database of the last, and of the first released version that is kept, with its demo companies, not updated yet;
    module scope.
"""

import atexit
import contextlib
import functools
import gc
import itertools
import os
from unittest import mock

import pytest

from odoo_dev.database import Filestore
from odoo_dev.landed import landed_template, oldest
from odoo_dev.live import LiveDatabase, LiveServer
from odoo_dev.server import start_server
from odoo_dev.session import current_session
from odoo_dev.sharedbooks import shared_books
from odoo_dev.sharedpages import shared_pages
from odoo_dev.shells import Shells

COUNTER = itertools.count(1)
#: For so many seconds a request of a tour waits for another one.
PATIENCE = 240


@functools.cache
def _shells():
    """What runs the shells of this process's databases."""
    session = current_session()
    shells = Shells(session.templates.installation, session.prefix)
    atexit.register(shells.close)
    return shells


@contextlib.contextmanager
def _databases(template=None):
    """Yield a function that copies a template; drop the copies at the end.

    It copies the template given, by name, to itself or here, that of the session by default.
    """
    session = current_session()
    templates = session.templates
    made = []

    def make(of=template):
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        name = f"{session.prefix}_{worker}_{next(COUNTER)}"
        made.append(templates.copy(of or session.template, name))
        return LiveDatabase(templates.installation, name, _shells())

    try:
        yield make
    finally:
        for name in made:
            templates.drop(name)


@contextlib.contextmanager
def _servers(make_database):
    """Yield a function that starts servers; stop them at the end."""
    started = []

    def start(workers=0, database=None, **options):
        database = database or make_database()
        options.setdefault("max_cron_threads", 1)
        server = start_server(database.installation, database.name, workers=workers, **options)
        started.append(server)
        server.wait_until_ready()
        return LiveServer(database, server)

    try:
        yield start
    finally:
        # Their databases go as well: nothing has to come to its end first.
        for server in started:
            server.kill()


@pytest.fixture(scope="session", autouse=True)
def own_filestore(load_registry):
    """Give each pytest worker the files of its database alone.

    After every class of tests Odoo removes the files that its database does
    not name. The workers of pytest-odoo share one folder, so that one of them
    would remove what a page of another has just made: its assets.
    """
    from odoo.tests.common import get_db_name
    from odoo.tools import config

    original, own = current_session().prefix, get_db_name()
    if own == original:
        yield
        return
    files = Filestore(config["data_dir"])
    files.copy(original, own)
    with mock.patch.object(config, "filestore", lambda name: str(files.folder / name)):
        yield
    files.drop(own)


@pytest.fixture(scope="session", autouse=True)
def loaded_once(load_registry):
    """Have Python look for garbage among what the tests make, and not among a million objects that stay to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def books_made_once(own_filestore):
    """See :mod:`odoo_dev.sharedbooks`."""
    with shared_books():
        yield


@pytest.fixture(scope="session", autouse=True)
def pages_made_once(own_filestore):
    """See :mod:`odoo_dev.sharedpages`."""
    with shared_pages():
        yield


@pytest.fixture(scope="session", autouse=True)
def requests_wait_their_turn(load_registry):
    """Have a request of a page in a tour wait for the one before as long as that takes.

    They share one cursor. Where one takes longer than Odoo's 20 seconds, as making a page's scripts does on a busy
    machine, the next gets an error, and its page a dialog that no step of the tour expects.
    """
    from odoo.tests.common import BaseCase

    with mock.patch.object(BaseCase, "test_cursor_lock_timeout", PATIENCE):
        yield


@pytest.fixture
def odoo_database():
    """A factory of copies of the template database."""
    with _databases() as make:
        yield make


@pytest.fixture
def odoo_server(odoo_database):
    """A factory of real Odoo servers on copies of the template database."""
    with _servers(odoo_database) as start:
        yield start


@pytest.fixture(scope="module")
def module_odoo_database():
    """Like ``odoo_database``, kept for the tests of a module."""
    with _databases() as make:
        yield make


@pytest.fixture(scope="module")
def module_odoo_server(module_odoo_database):
    """Like ``odoo_server``, kept for the tests of a module."""
    with _servers(module_odoo_database) as start:
        yield start


@pytest.fixture(scope="module")
def landed_database():
    """A database of the last released version of the addons, with what its demo companies did; not updated yet."""
    with _databases(landed_template(current_session().templates)) as make:
        yield make()


@pytest.fixture(scope="module")
def first_landed_database():
    """The same of the first released version that is kept."""
    with _databases(landed_template(current_session().templates, oldest())) as make:
        yield make()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A test that skips itself did not pass: report it as failed, with its reason."""
    outcome = yield
    _fail_if_skipped(outcome.get_result())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    """The same for a file that skips all its tests."""
    outcome = yield
    _fail_if_skipped(outcome.get_result())


def _fail_if_skipped(report):
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"Skipped tests count as failed here. {reason}"
