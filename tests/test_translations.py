"""The translations of the addons: complete, up to date with the terms, and safe where they are used."""

import polib
import pytest

from odoo_dev.addons import own_addons, shared_addons
from odoo_dev.pofiles import LANGUAGES, translation_path
from odoo_dev.termcheck import open_terms, problems
from odoo_dev.translations import export, template_path

EVERY = [(addon, language) for addon in own_addons() for language in LANGUAGES]


@pytest.mark.parametrize(("addon", "language"), EVERY)
def test_every_term_is_translated(addon, language):
    """bin/translations names what is missing."""
    translation = polib.pofile(str(translation_path(addon, language)))
    assert [entry.msgid for entry in open_terms(translation)] == []
    assert problems(translation) == []


@pytest.mark.parametrize(("addon", "language"), EVERY)
def test_translations_have_the_terms_of_the_template(addon, language):
    """bin/translations brings them up to date."""
    template, translation = (
        {entry.msgid for entry in polib.pofile(str(path))}
        for path in (template_path(addon), translation_path(addon, language))
    )
    assert translation == template


def test_templates_have_the_terms_of_the_addons(odoo_database, tmp_path):
    """bin/translations exports them."""
    export(odoo_database().odoo_shell, shared_addons(), tmp_path)
    for addon in shared_addons():
        fresh, kept = (
            {entry.msgid for entry in polib.pofile(str(template_path(addon, folder)))}
            for folder in (tmp_path, template_path(addon).parents[2])
        )
        assert sorted(fresh ^ kept) == [], addon
