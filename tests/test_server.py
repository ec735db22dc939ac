"""A real server on a copy of the database answers both protocols."""


def test_both_protocols_reach_the_same_records(odoo_server):
    server = odoo_server()
    by_xmlrpc = server.execute_kw("res.users", "search_count", [[("login", "=", "admin")]])
    by_json2 = server.json2("res.users", "search_count", server.api_key(), domain=[["login", "=", "admin"]])
    assert by_xmlrpc == by_json2 == 1
