"""A real server on a copy of the database answers both protocols."""

import os
import signal
import time


def test_both_protocols_reach_the_same_records(odoo_server):
    server = odoo_server()
    by_xmlrpc = server.execute_kw("res.users", "search_count", [[("login", "=", "admin")]])
    by_json2 = server.json2("res.users", "search_count", server.api_key(), domain=[["login", "=", "admin"]])
    assert by_xmlrpc == by_json2 == 1


def test_a_server_that_is_told_to_reload_goes_on(odoo_server):
    server = odoo_server()
    before = server.log.read_text().count("HTTP service (werkzeug) running")
    os.kill(server.pid, signal.SIGHUP)
    end = time.monotonic() + 120
    while server.log.read_text().count("HTTP service (werkzeug) running") == before:
        assert time.monotonic() < end, server.log.read_text()[-2000:]
        time.sleep(0.2)
    assert server.execute_kw("res.users", "search_count", [[("login", "=", "admin")]]) == 1
    assert os.getpgid(server.pid) == server.pid, "it is the same process still, which the command ends with itself"
