"""Databases of the last released version: what an update of the addons begins with.

``bin/landed REVISION`` keeps the addons of a revision of the repository in ``tests/data``, without what a database
does not need (tests, translations, scripts and styles). From it a template is made like any other, with that version's
own demo companies in it; the tests update copies of it.
"""

import argparse
import hashlib
import io
import os
import re
import subprocess
import tarfile
from dataclasses import replace

from odoo_dev.addons import shared_addons
from odoo_dev.console import Failure, say
from odoo_dev.paths import REPOSITORY, built_in_place, cache, locked

FOLDER = REPOSITORY / "tests" / "data"
LEFT_OUT = ("tests", "static", "i18n", "readme", "__pycache__")
PREFIX = "landed"
#: The demo companies of the addons, in the order in which they need each other.
DEMO = """
for model in ("billing.schedule.template", "subscription.plan", "revenue.close"):
    if model in env and hasattr(env[model], "_load_demo"):
        env[model]._load_demo()
env.cr.commit()
"""
#: Odoo's list of modules may name addons that are newer than the version, and install them by itself.
FORGET = """
WITH gone AS (DELETE FROM ir_module_module WHERE name = ANY(%s) RETURNING id)
DELETE FROM ir_model_data WHERE model = 'ir.module.module' AND res_id IN (SELECT id FROM gone)
"""


def main(arguments):
    """Keep the addons of a revision as the version that databases update from; return the exit code."""
    parser = argparse.ArgumentParser(prog="bin/landed", description=__doc__)
    parser.add_argument("revision", help="a revision of this repository, such as a tag or a commit")
    revision = parser.parse_args(arguments).revision
    path = keep(revision)
    say(f"{path.relative_to(REPOSITORY)}: {path.stat().st_size // 1024} KiB")
    return 0


def keep(revision, folder=FOLDER):
    """Write the addons of a revision into an archive named after its moment and commit; return its path.

    No version of one addon would do: each has its own, and a new addon begins with the first one again.
    """
    names = [name for name in shared_addons() if _exists_in(revision, name)]
    content = _git("archive", "--format=tar", revision, *names)
    folder.mkdir(exist_ok=True)
    path = folder / f"{PREFIX}-{_moment_of(revision)}.tar.xz"
    with tarfile.open(fileobj=io.BytesIO(content)) as source, tarfile.open(path, "w:xz") as target:
        for member in source:
            if member.isfile() and not is_left_out(member.name):
                member.mtime = member.uid = member.gid = 0
                member.uname = member.gname = ""
                target.addfile(member, source.extractfile(member))
    return path


def is_left_out(name):
    """Whether a file of an addon is of no use to a database."""
    return any(part in LEFT_OUT for part in name.split("/")[1:])


def _exists_in(revision, name):
    command = ["git", "cat-file", "-e", f"{revision}:{name}/__manifest__.py"]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True).returncode == 0


def _moment_of(revision):
    """When a revision was committed, in UTC, and which commit it is: ``20260102T030405-1a2b3c4``."""
    shown = "--format=%cd-%h", "--abbrev=7", "--date=format-local:%Y%m%dT%H%M%S"
    return _git("log", "-1", *shown, revision, env={**os.environ, "TZ": "UTC"}).decode().strip()


def _git(*arguments, **options):
    result = subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, **options)
    if result.returncode:
        raise Failure(f"git {arguments[0]}: {result.stderr.decode(errors='replace').strip()}")
    return result.stdout


def newest(folder=FOLDER):
    """The archive of the last released version."""
    return _archives(folder)[-1]


def oldest(folder=FOLDER):
    """The archive of the first released version that is kept."""
    return _archives(folder)[0]


def _archives(folder):
    paths = sorted(folder.glob(f"{PREFIX}-*.tar.xz"), key=order_of)
    if not paths:
        raise Failure(f"There is no archive of a released version in {folder}.")
    return paths


def order_of(path):
    """What archives are sorted by: those of a version, ``landed-19.0.1.0.0.tar.xz``, came before those of a moment."""
    name = path.name.removeprefix(f"{PREFIX}-").removesuffix(".tar.xz")
    return re.fullmatch(r"\d{8}T\d{6}-[0-9a-f]+", name) is not None, name


def landed_template(templates, archive=None):
    """The name of a database of the last released version with its demo companies, made when missing.

    :param templates: :class:`~odoo_dev.templates.Templates` of the Odoo in use
    """
    archive = archive or newest()
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()[:12]
    addons = _unpacked(archive, digest)
    names = sorted(path.parent.name for path in addons.glob("*/__manifest__.py"))
    with templates.with_addons([], names) as base:
        name = f"{PREFIX}_{digest}_{base.rpartition('_')[2]}"
        with locked("templates"):
            if not templates.server.exists(name):
                _build(templates, base, name, addons, names)
    return name


def _unpacked(archive, digest):
    """The folder with the addons of an archive."""
    folder = cache() / f"{PREFIX}-{digest}"
    with locked(PREFIX):
        if not folder.exists():
            with built_in_place(folder) as building, tarfile.open(archive) as source:
                # Pythons before the filters of archives were brought back to them have none.
                source.extractall(building, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    return folder


def _build(templates, base, name, addons, names):
    draft = f"{name}_draft"
    templates.drop(draft)
    templates.copy(base, draft)
    templates.server.query(FORGET, [sorted({*shared_addons()} - {*names})], draft)
    old = with_addons_of(templates.installation, addons)
    title = f"Installing {', '.join(names)} of the last version"
    old.run(title, draft, "-i", ",".join(names), log=name)
    old.shell(draft, DEMO)
    templates.server.rename(draft, name)
    templates.filestore.rename(draft, name)


def with_addons_of(installation, folder):
    """The same installation with the addons of another folder instead of those of this repository."""
    path = ",".join(map(str, (folder, *installation.odoo.addons_folders)))
    return replace(installation, options={**installation.options, "addons_path": path})


def landed_shell(database, code, archive=None):
    """Run code on a database by the addons of the last released version; return what it prints.

    :param database: :class:`~odoo_dev.live.LiveDatabase` of that version
    """
    archive = archive or newest()
    folder = _unpacked(archive, hashlib.sha256(archive.read_bytes()).hexdigest()[:12])
    return with_addons_of(database.installation, folder).shell(database.name, code)
