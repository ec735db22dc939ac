"""``bin/translations``: the terms of the addons, and their translations brought up to date with them."""

import argparse
import re
import subprocess
from pathlib import Path

from odoo_dev.addons import APART, apart_addons, own_addons, shared_addons
from odoo_dev.paths import REPOSITORY
from odoo_dev.system import POSTGRES, require
from odoo_dev.venvs import development_python
from odoo_dev.workspace import run_name, workspace

DESCRIPTION = """Exports the terms of every addon to its i18n folder and brings the translations up to date:
new terms are added, those that are gone are dropped, what is translated stays. Then says what is left to do."""
EXPORT = """
from odoo.tools.translate import trans_export
for addon in {addons!r}:
    with open({folder!r} + "/" + addon + ".pot", "wb") as template:
        trans_export(False, [addon], template, "po", env)
"""
#: What differs from one export to the next although no term did.
CHANGING = re.compile(r'^"(POT-Creation-Date|PO-Revision-Date): .*\n', re.MULTILINE)


def main(arguments):
    """Export and merge; return 1 when a translation is missing or wrong, else 0."""
    parser = argparse.ArgumentParser(prog="bin/translations", description=DESCRIPTION)
    parser.add_argument("--odoo", metavar="PATH", help="an Odoo 19 to use instead of the one in the cache")
    options = parser.parse_args(arguments)
    require(POSTGRES)
    addons = own_addons()
    with workspace(development_python(), options.odoo) as templates:
        _export_from(templates, shared_addons(), shared_addons())
        for addon in APART:
            _export_from(templates, apart_addons(addon), [addon])
    return subprocess.run([development_python(), "-m", "odoo_dev.pofiles", *addons], cwd=REPOSITORY).returncode


def _export_from(templates, installed, addons):
    """Write the templates of ``addons``, taken from a database with those ``installed``."""
    with templates.with_addons(installed) as template, run_name(templates) as name:
        templates.copy(template, name)
        export(lambda code: templates.installation.shell(name, code), addons, REPOSITORY)


def export(shell, addons, folder):
    """Write the template of every addon, without what changes from one export to the next.

    :param shell: runs code with ``env`` in it, in the database the terms are taken from
    :param Path folder: where the folders of the addons are, or are to be
    """
    shell(EXPORT.format(addons=list(addons), folder=str(folder)))
    for addon in addons:
        draft, path = Path(folder) / f"{addon}.pot", template_path(addon, folder)
        text = CHANGING.sub("", draft.read_text(encoding="utf-8"))
        draft.unlink()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def template_path(addon, folder=REPOSITORY):
    """Where the terms of an addon are kept."""
    return Path(folder) / addon / "i18n" / f"{addon}.pot"
