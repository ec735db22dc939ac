"""Takes the pictures of ``bin/screenshots``; runs under the Python of the virtual environment."""

import io
import json
import sys
import time
from pathlib import Path

from PIL import Image

from odoo_dev.browser import Browser
from odoo_dev.console import Failure, say
from odoo_dev.paths import REPOSITORY
from odoo_dev.screenshots import IMAGES

WIDTH, HEIGHT = 1400, 900
#: Pictures of screens have few colours; as many as these keep them small.
COLOURS = 192
SETTLE = 0.8
CALL = """
fetch("/web/dataset/call_kw", {
    method: "POST", headers: {"Content-Type": "application/json"},
    body: JSON.stringify({jsonrpc: "2.0", params: {model: %s, method: %s, args: %s, kwargs: %s}}),
}).then((answer) => answer.json()).then((answer) => {
    if (answer.error) { throw new Error(answer.error.data.message); }
    return answer.result;
})
"""
QUIET = """
!document.querySelector('.o_loading_indicator, .o_blockUI, .o_loading')
&& document.querySelector('.o_action_manager > :first-child, #wrapwrap')
&& document.fonts.status === 'loaded'
"""
CLICK = """
(() => {
    const wanted = %s;
    const seen = (one) => one.offsetParent !== null;
    let found = [];
    try { found = [...document.querySelectorAll(wanted)].filter(seen); } catch { /* It is a text. */ }
    if (!found.length) {
        const all = document.querySelectorAll("button, a, [role=tab], [role=button], label, .o_data_cell, td");
        found = [...all].filter((one) => seen(one) && one.textContent.trim() === wanted);
    }
    if (!found.length) { return false; }
    found[0].scrollIntoView({block: "center"});
    found[0].click();
    return true;
})()
"""


class Photographer:
    """Goes through screens with one browser per person.

    :param dict demo: what ``bin/demo --json`` wrote
    :param Path folder: where the pictures go
    :param str lang: a language for everybody, None for their own
    :param int width: of the window, None for what each screen says
    """

    def __init__(self, demo, folder, lang=None, width=None):
        self.url = demo["url"]
        self.users = demo["users"]
        self.folder = folder
        self.lang = lang
        self.width = width

    def take(self, screens):
        """Take pictures of screens; return how many could not be taken."""
        failed = 0
        if self.lang:
            self._speak(sorted({screen["user"] for screen in screens}))
        for login in dict.fromkeys(screen["user"] for screen in screens):
            with Browser.running(WIDTH, HEIGHT) as browser:
                self._log_in(browser, login)
                for screen in screens:
                    if screen["user"] == login:
                        failed += not self._try(browser, screen)
        return failed

    def _log_in(self, browser, login):
        browser.open(f"{self.url}/web/login")
        browser.wait("document.querySelector('form.oe_login_form [name=password]')", "the login form")
        user = self.users[login]
        browser.run(
            "window.isOldPage = true;"
            f"document.querySelector('[name=login]').value = {json.dumps(user['login'])};"
            f"document.querySelector('[name=password]').value = {json.dumps(user['password'])};"
            "document.querySelector('form.oe_login_form').submit()"
        )
        browser.wait("!window.isOldPage && !document.querySelector('form.oe_login_form')", f"the login of {login}")
        if self.lang:
            # The portal remembers the language of the login form.
            browser.run(f"document.cookie = 'frontend_lang={self.lang}; path=/'")

    def _speak(self, logins):
        """Install the language, and let the people speak it from now on."""
        with Browser.running(WIDTH, HEIGHT) as browser:
            self._log_in(browser, "admin")
            hidden = {"context": {"active_test": False}}
            languages = self._call(browser, "res.lang", "search", [[["code", "=", self.lang]]], hidden)
            if not languages:
                raise Failure(f"There is no language {self.lang}.")
            wizard = self._call(browser, "base.language.install", "create", [{"lang_ids": [[6, 0, languages]]}])
            self._call(browser, "base.language.install", "lang_install", [[wizard]])
            users = self._call(browser, "res.users", "search", [[["login", "in", logins]]])
            self._call(browser, "res.users", "write", [users, {"lang": self.lang}])

    def _try(self, browser, screen):
        try:
            self._take(browser, screen)
        except Failure as failure:
            say(f"✗ {screen['name']}: {failure}")
            return False
        say(f"✓ {screen['name']}")
        return True

    def _take(self, browser, screen):
        browser.resize(self.width or screen.get("width", WIDTH), screen.get("height", HEIGHT))
        company = screen.get("company")
        if company:
            ids = self._call(browser, "res.company", "search", [[["name", "=", company]]])
            browser.run(f"document.cookie = 'cids={ids[0]}; path=/'")
        browser.open(self.url + self._path(browser, screen))
        self._settle(browser, screen)
        for step in screen.get("click", ()):
            browser.wait(CLICK % json.dumps(step), step)
            self._settle(browser, screen)
        if "see" in screen:
            browser.wait(f"document.querySelector({json.dumps(screen['see'])})", screen["see"])
            browser.run(f"document.querySelector({json.dumps(screen['see'])}).scrollIntoView({{block: 'center'}})")
            time.sleep(SETTLE)
        if browser.run("Boolean(document.querySelector('.o_error_dialog'))"):
            raise Failure("it shows an error")
        picture = browser.picture()
        self._save(picture, self.folder / f"{screen['name']}.png")
        if "also" in screen and self.folder == IMAGES:
            self._save(picture, REPOSITORY / screen["also"])

    def _path(self, browser, screen):
        """The path of a screen, with the id of the record it is to show."""
        path = screen["path"]
        if "find" in screen:
            model, domain = screen["find"]
            ids = self._call(browser, model, "search", [domain], {"limit": 1})
            if not ids:
                raise Failure(f"there is no {model} like {domain}")
            path = path.replace("{id}", str(ids[0]))
        return path

    def _call(self, browser, model, method, arguments, keywords=None):
        return browser.run(CALL % tuple(json.dumps(one) for one in (model, method, arguments, keywords or {})))

    def _settle(self, browser, screen):
        browser.wait(QUIET, f"{screen['name']} to come to rest")
        # Charts and dialogs move in.
        time.sleep(SETTLE)

    def _save(self, content, path):
        picture = Image.open(io.BytesIO(content)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path, optimize=True)


def main(arguments):
    """Take the pictures of a job on standard input; return 1 when one could not be taken, else 0."""
    job = json.load(sys.stdin)
    photographer = Photographer(job["demo"], Path(arguments[0]), job["lang"], job["width"])
    return 1 if photographer.take(job["screens"]) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
