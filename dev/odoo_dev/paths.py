"""Where things are: the repository, and a cache folder outside it."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from odoo_dev.console import Failure, say

REPOSITORY = Path(__file__).resolve().parents[2]
NAME = "milestone-revenue"
ROOT_CACHE = Path("/var/cache") / NAME


def cache():
    """The cache folder, made when missing.

    ``MILESTONE_CACHE`` names it. By default it is in ``/var/cache`` for root
    (PostgreSQL, which refuses to run as root, must be able to enter it) and
    in ``XDG_CACHE_HOME`` or ``~/.cache`` for an ordinary user.
    """
    named = os.environ.get("MILESTONE_CACHE")
    if named:
        folder = Path(named).expanduser().absolute()
    elif os.geteuid() == 0:
        folder = ROOT_CACHE
        if not folder.exists():
            make_folder(folder).chmod(0o755)
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / NAME
    return make_folder(folder)


def make_folder(folder):
    """Make a folder others may enter, or say why it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(
            f"The folder {folder} cannot be made ({error.strerror}); name another one in MILESTONE_CACHE."
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Failure(f"The folder {folder} cannot be written to; name another one in MILESTONE_CACHE.")
    return folder


def log_file(name):
    """The path of a log in the cache."""
    return make_folder(cache() / "log") / f"{name}.log"


@contextlib.contextmanager
def locked(name, shared=False, wait=True):
    """Hold a lock of the cache, so that two commands at once do not clash.

    Yields whether the lock was got, which is always so unless ``wait`` is false.
    """
    path = make_folder(cache() / "locks") / f"{name}.lock"
    mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    with open(path, "a") as handle:
        got = True
        try:
            fcntl.flock(handle, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            got = False
            if wait:
                say(f"  waiting for another command of this cache ({name})")
                fcntl.flock(handle, mode)
                got = True
        yield got


@contextlib.contextmanager
def built_in_place(target):
    """A temporary folder that becomes ``target`` when the block ends well.

    A block that is interrupted leaves nothing that looks complete.
    """
    target = Path(target)
    for stale in target.parent.glob(f".{target.name}.*"):
        shutil.rmtree(stale, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    folder.chmod(0o755)
    try:
        yield folder
        folder.rename(target)
    finally:
        if folder.exists():
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def scratch_folder(name):
    """A folder of the cache that is gone after the block; hold a lock around it.

    What an interrupted command left of the same name is removed first.
    """
    for stale in cache().glob(f".{name}.*"):
        shutil.rmtree(stale, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}.", dir=cache()) as folder:
        yield Path(folder)


def is_alive(pid):
    """Whether there is a process of that id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
