"""Chromium without a window, driven over its own protocol; needs the virtual environment (websocket-client)."""

import base64
import contextlib
import json
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

from odoo_dev.console import Failure
from odoo_dev.system import chromium

TIMEOUT = 60
PAUSE = 0.2
PORT_FILE = "DevToolsActivePort"


class Browser:
    """One page of a browser.

    :param socket: a connection to the page
    """

    def __init__(self, socket):
        self.socket = socket
        self.count = 0
        self.command("Page.enable")

    @classmethod
    @contextlib.contextmanager
    def running(cls, width, height):
        """Start Chromium with an empty profile; yield its page; stop it."""
        with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
            command = [
                chromium(),
                *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-port=0"),
                *("--remote-allow-origins=*", f"--user-data-dir={profile}", f"--window-size={width},{height}"),
                "about:blank",
            ]
            # Odoo, in whose process tests run, limits the memory it addresses: too little for Chromium to start.
            unlimited = ["sh", "-c", 'ulimit -S -v unlimited; exec "$@"', "sh"]
            process = subprocess.Popen([*unlimited, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                yield cls(websocket.create_connection(_page_address(Path(profile)), timeout=TIMEOUT))
            finally:
                process.terminate()
                process.wait()

    def command(self, method, **parameters):
        """Send a command of the protocol; return its result."""
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise Failure(f"The browser refuses {method}: {answer['error']['message']}")
                return answer.get("result", {})

    def run(self, script):
        """Run JavaScript in the page, waiting for what it promises; return its value."""
        answer = self.command("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise Failure(f"The page says: {details.get('exception', {}).get('description', details['text'])}")
        return answer.get("result", {}).get("value")

    def open(self, address):
        """Go to an address and wait until the page is loaded."""
        self.run("window.isOldPage = true")
        self.command("Page.navigate", url=address)
        self.wait("!window.isOldPage && document.readyState === 'complete'", address)

    def wait(self, condition, what):
        """Wait until JavaScript is true in the page.

        :raises Failure: naming ``what`` when it does not come true
        """
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            # While the page changes, there may be nothing to ask.
            with contextlib.suppress(Failure):
                if self.run(f"Boolean({condition})"):
                    return
            time.sleep(PAUSE)
        raise Failure(f"The browser waits in vain for {what}.")

    def resize(self, width, height):
        """Give the page another size, in pixels."""
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )

    def picture(self):
        """Return what the page shows, as PNG."""
        return base64.b64decode(self.command("Page.captureScreenshot")["data"])


def _page_address(profile):
    """The address of the first page's socket, once the browser has written down its port."""
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        with contextlib.suppress(OSError, ValueError, IndexError, StopIteration):
            port = int((profile / PORT_FILE).read_text().splitlines()[0])
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=5) as answer:
                pages = json.load(answer)
            return next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
        time.sleep(PAUSE)
    raise Failure("Chromium does not start.")
