"""Free ports, and the one line of a log that a person needs."""

import socket

from odoo_dev.console import error_of_log, has_errors, last_lines
from odoo_dev.server import free_port, is_free, loading_progress

LOG = """\
2026-01-01 00:00:00,000 7 INFO demo odoo.modules.loading: Loading module sale (12/76)
2026-01-01 00:00:01,000 7 CRITICAL demo odoo.service.server: Failed to initialize database `demo`.
Traceback (most recent call last):
  File "x.py", line 1, in <module>
odoo.tools.convert.ParseError: while parsing billing.xml:3
"""


def test_the_next_free_port_is_taken():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        taken = listening.getsockname()[1]
        assert not is_free(taken)
        assert free_port(taken) != taken
    assert free_port() > 0


def test_progress_names_the_module():
    assert loading_progress(LOG.splitlines()[0]) == "module 12 of 76: sale"
    assert loading_progress("anything else") is None


def test_the_error_of_a_log_and_its_exception():
    assert has_errors(LOG)
    assert error_of_log(LOG).splitlines() == [
        "Failed to initialize database `demo`.",
        "odoo.tools.convert.ParseError: while parsing billing.xml:3",
    ]


def test_a_log_without_error_gives_its_end():
    quiet = "one\n\ntwo\n"
    assert not has_errors(quiet)
    assert error_of_log(quiet) == "one\ntwo"
    assert last_lines(quiet, 1) == "two"
