"""What a person sees: steps, their progress, and one sentence when something fails."""

import ctypes
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REFRESH_TTY = 0.2
REFRESH_LOG = 10.0
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


class Failure(Exception):
    """A problem a person can act on; its message is one sentence with the remedy."""


def say(message=""):
    """Print a line at once, also when the output is a file."""
    print(message, flush=True)


def warn(message):
    """Print a warning on the error output."""
    print(f"warning: {message}", file=sys.stderr, flush=True)


class Step:
    """One visible step: ``with Step("Installing …") as step: step.progress("12 of 76")``.

    On a terminal the line is rewritten in place; elsewhere the progress is
    repeated every ten seconds, so that a long step never looks dead.
    """

    def __init__(self, title):
        self.title = title
        self.started = time.monotonic()
        self.shown = self.started
        self.is_tty = sys.stdout.isatty()

    def __enter__(self):
        say(f"• {self.title} …") if not self.is_tty else self._rewrite("…")
        return self

    def __exit__(self, exc_type, exc, traceback):
        seconds = time.monotonic() - self.started
        mark = "✗" if exc_type else "✓"
        if self.is_tty:
            self._rewrite(f"({seconds:.0f} s)", mark, end="\n")
        elif seconds >= 1 or exc_type:
            say(f"  {mark} {seconds:.0f} s")

    def progress(self, text=""):
        """Show how far the step is, not more often than useful."""
        now = time.monotonic()
        if now - self.shown < (REFRESH_TTY if self.is_tty else REFRESH_LOG):
            return
        self.shown = now
        seconds = f"{now - self.started:.0f} s"
        if self.is_tty:
            self._rewrite(f"{seconds} {text[:60]}")
        else:
            say(f"  … {seconds} {text}")

    def _rewrite(self, text, mark="•", end=""):
        print(f"\r\033[K{mark} {self.title} {text}", end=end, flush=True)


def run_logged(command, log, step=None, describe=None, text="", **options):
    """Run a command with its output in the file ``log``; return (exit code, output).

    :param step: the :class:`Step` that shows the progress
    :param describe: turns a line of output into the text shown, None to keep
        the previous one; without it only the time passes
    :param text: what the command reads on its standard input
    :param options: passed to :class:`subprocess.Popen`; by default the command
        ends when this process dies, so that a half-done step is not carried on
        behind the back of the next attempt
    """
    options.setdefault("preexec_fn", end_with_parent)
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as output, tempfile.TemporaryFile() as given:
        given.write(text.encode())
        given.seek(0)
        process = subprocess.Popen(command, stdin=given, stdout=output, stderr=subprocess.STDOUT, **options)
        try:
            _follow(process, log, step, describe)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    return process.returncode, Path(log).read_text(errors="replace")


def _follow(process, log, step, describe):
    """Show the progress of a running command from its log."""
    shown = ""
    with open(log, errors="replace") as lines:
        while process.poll() is None:
            for line in lines:
                shown = (describe and describe(line)) or shown
            if step:
                step.progress(shown)
            time.sleep(0.1)


def end_with_parent():
    """In a new process: ask Linux to end it when the one that started it dies, however it dies."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def last_lines(text, count=5):
    """The end of a log, for an error message."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("WARNING: Location")]
    return "\n".join(lines[-count:])


def has_errors(output):
    """Whether a log of Odoo has an error, which Odoo does not always tell by its exit code."""
    return bool(re.search(r"^\S+ \S+ \d+ (ERROR|CRITICAL) ", output, re.MULTILINE))


def error_of_log(output):
    """The first error in a log of Odoo, with the exception that belongs to it."""
    match = re.search(r"^\S+ \S+ \d+ (?:ERROR|CRITICAL) \S+ \S+: (.*)", output, re.MULTILINE)
    if not match:
        return last_lines(output, 5)
    exception = re.search(r"^[\w.]+(?:Error|Exception|Violation)\b.*", output[match.end() :], re.MULTILINE)
    return match.group(1) + (f"\n{exception.group(0)}" if exception else "")
