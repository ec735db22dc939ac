"""``bin/test --native``: Odoo's own suites with our addons installed and without, side by side.

Tests that fail in both say nothing about us; one that fails only with our
addons is a regression of ours.
"""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from odoo_dev.addons import shared_addons
from odoo_dev.console import Failure, Step, error_of_log, run_logged, say
from odoo_dev.paths import log_file
from odoo_dev.server import free_port
from odoo_dev.workspace import run_name

SUITES = "sale_project,sale,sale_timesheet,account"
RUN = """
import json
from odoo.tests.shell import run_tests
report = run_tests(env, {tags!r}, modules={modules!r})
print('native-result:' + json.dumps([report.testsRun, report.failures_count, report.errors_count, report.skipped]))
"""
FAILED = re.compile(r"^\S+ \S+ \d+ ERROR \S+ \S+: (?:FAIL|ERROR): (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """What one run of the suites gave."""

    ran: int
    skipped: int
    failed: frozenset


def compare(templates, suites):
    """Run the suites twice at once and print the difference; return 1 when our addons break a test."""
    addons = shared_addons()
    if not addons:
        raise Failure("There is no addon here to compare with Odoo alone.")
    modules = [name.strip() for name in suites.split(",")]
    with templates.with_addons([], addons) as alone, templates.with_addons(addons) as ours, run_name(templates) as name:
        databases = [templates.copy(alone, f"{name}_alone"), templates.copy(ours, f"{name}_ours")]
        title = f"Running Odoo's suites {', '.join(modules)} without and with our addons"
        with Step(title) as step, ThreadPoolExecutor(2) as pool:
            runs = [pool.submit(_run, templates.installation, database, modules, step) for database in databases]
            without, with_ours = (run.result() for run in runs)
    return _report(without, with_ours)


def _run(installation, database, modules, step):
    """Run the suites on one database, which nothing else uses."""
    configuration = installation.configuration(database, http_port=free_port())
    command = installation.command("shell", "-c", configuration, "--log-level=info")
    tags = ",".join(f"/{module}" for module in modules)
    log = log_file(f"native-{database}")
    code = RUN.format(tags=tags, modules=modules)
    _code, output = run_logged(command, log, step, _current_test, text=code, env=installation.environment)
    return parse(output, log)


def _current_test(line):
    """The text shown while the suites run: the test a line of the log starts."""
    match = re.search(r": Starting (\S+) \.\.\.", line)
    return match and match.group(1)


def parse(output, log):
    """The :class:`Result` in the log of a run."""
    match = re.search(r"native-result:(\[.*\])", output)
    if not match:
        raise Failure(f"Odoo's suites did not run to their end: {error_of_log(output)}\n(the whole log is in {log})")
    ran, _failures, _errors, skipped = json.loads(match.group(1))
    return Result(ran, skipped, frozenset(FAILED.findall(output)))


def _report(without, with_ours):
    """Print both runs and what differs."""
    for title, result in (("without our addons", without), ("with our addons", with_ours)):
        say(f"{title:<20} {result.ran} tests, {len(result.failed)} failed, {result.skipped} skipped")
    for title, names in (
        ("Fail in both:", without.failed & with_ours.failed),
        ("Fail only without our addons:", without.failed - with_ours.failed),
        ("Fail only with our addons:", with_ours.failed - without.failed),
    ):
        say("\n".join([title, *(f"  {name}" for name in sorted(names))]) if names else f"{title} none")
    return 1 if with_ours.failed - without.failed or not with_ours.ran else 0
