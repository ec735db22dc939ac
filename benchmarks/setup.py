"""``bin/bench setup``: from an empty company to its first milestone invoice, played in a browser on a real server."""

import time

from odoo_dev.browser import Browser

SIZE = (1366, 900)
LOGIN = "setup_admin"
#: What a person takes for a step: to read what it asks for, to find the place, to type.
PERSON_SECONDS = 8
LONGEST = 300
PREPARE = f"""
dollar = env.ref("base.USD")
company = env["res.company"].create({{"name": "Fresh Start", "country_id": False, "currency_id": dollar.id}})
env["res.users"].create({{
    "name": "Somebody New", "login": "{LOGIN}", "password": "{LOGIN}", "company_id": company.id,
    "company_ids": [(6, 0, company.ids)],
    "group_ids": [(4, env.ref(name).id) for name in (
        "base.group_system", "base.group_partner_manager", "sales_team.group_sale_manager",
        "account.group_account_manager", "project.group_project_manager",
    )],
}})
env.cr.commit()
"""
TOUR = "billing_setup_from_empty"
COUNT = (
    f"odoo.loader.modules.get('@web/core/registry').registry.category('web_tour.tours').get('{TOUR}').steps().length"
)
POSTED = """
    SELECT count(*) FROM account_move_line WHERE billing_allocation_id IS NOT NULL AND parent_state = 'posted'
"""


def run(bench):
    """Follow the set-up as its tour does, with nothing prepared but a company and a user.

    :return: steps, seconds of the machine until the invoice is posted, and minutes of a person who takes
        ``PERSON_SECONDS`` a step
    """
    with bench.database() as database:
        database.odoo_shell(PREPARE)
        with bench.server(database, max_cron_threads=1) as server, Browser.running(*SIZE) as browser:
            log_in(browser, server.url)
            browser.open(f"{server.url}/odoo/billing-setup?debug=tests")
            browser.wait("document.querySelector('.o_billing_setup_open')", "the set-up")
            browser.wait("window.odoo && odoo.startTour", "the tours")
            steps = browser.run(COUNT)
            started = time.monotonic()
            browser.run(f"odoo.startTour('{TOUR}')")
            wait_for_invoice(database, started)
            seconds = time.monotonic() - started
    person = seconds + steps * PERSON_SECONDS
    return {"setup_steps": steps, "setup_machine_seconds": seconds, "setup_person_minutes": person / 60}


def log_in(browser, url):
    """Log in as somebody who has nothing but a company."""
    browser.open(f"{url}/web/login")
    browser.wait("document.querySelector('form.oe_login_form [name=password]')", "the login form")
    browser.run(
        f"window.isOldPage = true; document.querySelector('[name=login]').value = '{LOGIN}';"
        f"document.querySelector('[name=password]').value = '{LOGIN}';"
        "document.querySelector('form.oe_login_form').submit()"
    )
    browser.wait("!window.isOldPage && document.querySelector('.o_main_navbar')", "the login")


def wait_for_invoice(database, started):
    """Wait until a milestone stands on a posted invoice.

    :raises RuntimeError: when that takes far too long
    """
    while time.monotonic() - started < LONGEST:
        if int(database.query(POSTED)[0][0]):
            return
        time.sleep(0.5)
    raise RuntimeError("The tour did not come to an invoice.")
