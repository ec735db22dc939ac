"""From a command in ``bin/`` to the module that does it, and from an exception to one sentence."""

import errno
import importlib
import signal
import sys

from odoo_dev.console import Failure

COMMANDS = {
    "demo": "odoo_dev.demo",
    "test": "odoo_dev.testing",
    "landed": "odoo_dev.landed",
    "lint": "odoo_dev.lint",
    "bench": "odoo_dev.bench",
    "screenshots": "odoo_dev.screenshots",
    "shell": "odoo_dev.shell",
    "translations": "odoo_dev.translations",
}
INTERRUPTED = 130
STOPPING = (signal.SIGINT, signal.SIGTERM)


def main(arguments):
    """Run one command; return its exit code."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"usage: python -m odoo_dev {{{','.join(COMMANDS)}}} …", file=sys.stderr)
        return 2
    for number in STOPPING:
        signal.signal(number, _interrupt)
    try:
        return importlib.import_module(COMMANDS[arguments[0]]).main(arguments[1:])
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        print(f"error: {_sentence(error)}", file=sys.stderr)
    return 1


def _interrupt(_number, _frame):
    """Treat a request to end like Ctrl-C, and a second one not at all, so that everything started is stopped."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _sentence(error):
    """What an error of the operating system means to a person."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{where}; make room or name a folder elsewhere in MILESTONE_CACHE."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"This user may not do that{where}: {error.strerror}; name a folder of yours in MILESTONE_CACHE."
    return f"{error.strerror or error}{where}"
