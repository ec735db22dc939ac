"""The translation files of the addons; runs under the Python of the virtual environment, which has polib."""

import sys
from pathlib import Path

import polib

from odoo_dev.console import say
from odoo_dev.paths import REPOSITORY
from odoo_dev.termcheck import open_terms, problems
from odoo_dev.translations import template_path

LANGUAGES = ("fr", "de", "es")


def main(addons):
    """Bring the translations of addons up to date with their templates; return 1 when a term is missing or wrong."""
    left = sum(bring_up_to_date(addon, language) for addon in addons for language in LANGUAGES)
    return 1 if left else 0


def translation_path(addon, language, folder=REPOSITORY):
    """Where the translation of an addon is kept."""
    return Path(folder) / addon / "i18n" / f"{language}.po"


def bring_up_to_date(addon, language):
    """Merge the terms of an addon into a translation of it; return how many terms need a translator."""
    template = polib.pofile(str(template_path(addon)))
    path = translation_path(addon, language)
    translation = polib.pofile(str(path)) if path.exists() else polib.POFile()
    translation.metadata = {**template.metadata, "Language": language, "Content-Transfer-Encoding": "8bit"}
    merge(translation, template)
    translation.save(str(path), newline="\n")
    wrong, missing = problems(translation), open_terms(translation)
    say(f"{addon}/{language}: {len(translation) - len(missing)} of {len(translation)} terms translated")
    for text in wrong:
        say(f"  {text}")
    return len(wrong) + len(missing)


def merge(translation, template):
    """Give a translation the terms of a template, in its order; what was translated and is still there stays.

    :param translation: ``polib.POFile``, changed in place
    :param template: ``polib.POFile``
    """
    known = {entry.msgid: entry for entry in translation if not entry.obsolete}
    del translation[:]
    for entry in template:
        before = known.get(entry.msgid)
        entry.msgstr = before.msgstr if before else ""
        entry.flags = list(before.flags) if before else []
        translation.append(entry)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
