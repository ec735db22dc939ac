"""The browser that takes pictures: a page is opened, waited for, read; what fails is named."""

import pytest

from odoo_dev.browser import Browser
from odoo_dev.console import Failure

PAGE = "data:text/html,<h1>Open milestones</h1>"


def test_a_page_is_opened_read_and_taken_a_picture_of():
    with Browser.running(640, 480) as browser:
        browser.open(PAGE)
        assert browser.run("document.querySelector('h1').textContent") == "Open milestones"
        browser.resize(800, 300)
        assert browser.run("window.innerWidth") == 800
        assert browser.picture().startswith(b"\x89PNG")
        with pytest.raises(Failure, match="no such thing"):
            browser.run("throw new Error('no such thing')")
        with pytest.raises(Failure, match=r"refuses Page\.nothing"):
            browser.command("Page.nothing")
