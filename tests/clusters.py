"""What stories of several servers share: calls at the same moment, and power cuts."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from stories import Refusal


def at_once(*calls):
    """Run these functions at the same moment, each persistently; return their results."""
    barrier = threading.Barrier(len(calls))

    def run(call):
        barrier.wait()
        return persistent(call)

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def persistent(call):
    """Repeat a call that Odoo gave up because of other transactions, as every client has to."""
    while True:
        try:
            return call()
        except Refusal as refusal:
            if refusal.kind not in ("lock", "crash") or "serialize" not in refusal.message:
                raise


def kill_workers(server):
    """Pull the plug on all HTTP and cron workers of a server at once; its parent starts new ones."""
    for child in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split():
        try:
            os.kill(int(child), signal.SIGKILL)
        except ProcessLookupError:
            continue
