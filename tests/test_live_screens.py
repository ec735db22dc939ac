"""Screens that are open follow what others do, and what the clock does, without a reload."""

import pytest
from stories import set_stage

from odoo_dev.browser import Browser

SIZE = (1400, 900)


@pytest.fixture(scope="module")
def server(module_odoo_server):
    """A server with a clock, which bills by itself."""
    return module_odoo_server(max_cron_threads=2)


@pytest.fixture(scope="module")
def stage(server):
    """The people on that server; who watches logs in with a password."""
    server.create_user("watcher", "milestone_billing.group_billing_user", "account.group_account_readonly")
    server.create_user("worker", "project.group_project_user")
    return set_stage(server, ["admin", "integration"])


def log_in(browser, server, login):
    """Log in as this user, whose password is the same."""
    browser.open(f"{server.url}/web/login")
    browser.wait("document.querySelector('form.oe_login_form [name=password]')", "the login form")
    browser.run(
        "window.isOldPage = true;"
        f"document.querySelector('[name=login]').value = '{login}';"
        f"document.querySelector('[name=password]').value = '{login}';"
        "document.querySelector('form.oe_login_form').submit()"
    )
    browser.wait("!window.isOldPage && document.querySelector('.o_main_navbar')", f"the login of {login}")


def wait_connected(browser):
    """Wait until the page hears of changes."""
    browser.wait("odoo.__WOWL_DEBUG__.root.env.services.bus_service.workerState === 'CONNECTED'", "the bus")


def shows(selector, text):
    """The JavaScript that says whether an element of the page holds a text."""
    return f"[...document.querySelectorAll('{selector}')].some((node) => node.textContent.includes('{text}'))"


def test_open_order_follows_what_another_system_attains(server, stage):
    order = stage.order(1000.0)
    key = stage.key("plan")
    stage.plan(order, 40, 60, key=key)
    with Browser.running(*SIZE) as browser:
        log_in(browser, server, "watcher")
        browser.open(f"{server.url}/odoo/sales/{order}?debug=1")
        browser.wait("document.querySelector('a[name=billing_schedule]')", "the order")
        browser.run("document.querySelector('a[name=billing_schedule]').click()")
        browser.wait("document.querySelectorAll('.o_billing_card').length === 2", "the timeline")
        wait_connected(browser)
        assert not browser.run(shows(".o_billing_card_status", "Invoiced"))
        browser.run("window.isSamePage = true")
        stage.attain(f"{key}-1", login="integration")
        browser.wait(shows(".o_billing_card_status", "Invoiced"), "the invoice on the timeline")
        assert browser.run("window.isSamePage")


def test_open_task_follows_the_invoice(server, stage):
    order = stage.order(1000.0, product=stage.task_service, confirm=False)
    stage.plan(order, {"name": "Line 1", "due": {"on": "task"}, "percent": 100})
    stage.admin.call("sale.order", "action_confirm", ids=[order])
    [task] = stage.find("project.task", [("sale_order_id", "=", order)], "project_id")
    with Browser.running(*SIZE) as browser:
        log_in(browser, server, "worker")
        browser.open(f"{server.url}/odoo/project/{task['project_id'][0]}/tasks/{task['id']}?debug=1")
        browser.wait(shows(".o_billing_preview_title", "Finishing this task bills"), "the preview")
        wait_connected(browser)
        browser.run("window.isSamePage = true")
        stage.admin.call("project.task", "write", ids=[task["id"]], vals={"state": "1_done"})
        browser.wait(shows(".o_billing_preview_title", "is invoiced"), "the invoice on the task")
        assert browser.run("window.isSamePage")
