"""What the tests, the benchmarks and the shell run on: a fast cluster and copies of a template."""

import contextlib
import os
import re

from odoo_dev.distribution import find_odoo
from odoo_dev.paths import cache, is_alive, make_folder
from odoo_dev.postgres import Cluster
from odoo_dev.server import Installation
from odoo_dev.templates import Templates

RUN = "run"
TESTS = Cluster("pg-test", fast=True)


@contextlib.contextmanager
def workspace(python, odoo_path=None, cluster=TESTS):
    """Start a cluster, that of the tests by default; yield the :class:`Templates` of an installation on it."""
    odoo = find_odoo(odoo_path)
    data = make_folder(cache() / f"data-{cluster.name}")
    with cluster.running(python) as server:
        templates = Templates(Installation(odoo, python, server, data))
        drop_leftovers(templates)
        yield templates


@contextlib.contextmanager
def run_name(templates):
    """Yield a prefix for the databases of this command, which are dropped at the end."""
    prefix = f"{RUN}_{os.getpid()}"
    try:
        yield prefix
    finally:
        drop_run(templates, prefix)


def drop_run(templates, prefix):
    """Drop every database of a command."""
    for name in templates.server.names():
        if re.fullmatch(rf"{prefix}([-_].*)?", name):
            templates.drop(name)


def drop_leftovers(templates):
    """Drop the databases of commands that no longer run, such as those that were killed."""
    for name in templates.server.names():
        match = re.match(rf"{RUN}_(\d+)", name)
        if match and not is_alive(int(match.group(1))):
            templates.drop(name)
