"""Pages of tests share what was put together of scripts and styles, as long as the files behind it stay as they are."""

import contextlib
from unittest import mock

import pytest

# The smallest of Odoo's, changed at moments that no file has.
BUNDLE = "web.assets_frontend_minimal"
ONE_DAY, ANOTHER_DAY = 86400, 172800


@pytest.fixture
def make(load_registry):
    """A function that asks for a bundle in a transaction that is rolled back; returns what its page would get."""
    from odoo import api
    from odoo.modules.registry import Registry
    from odoo.tests.common import get_db_name

    def make(changed):
        with Registry(get_db_name()).cursor() as cursor, contextlib.ExitStack() as rollback:
            rollback.callback(cursor.rollback)
            bundle = api.Environment(cursor, 1, {})["ir.qweb"]._get_asset_bundle(BUNDLE, css=False, js=True)
            bundle.javascripts[0]._last_modified = changed
            return bundle.js().raw

    return make


def test_a_bundle_is_put_together_once_and_anew_when_a_file_changes(make):
    from odoo.addons.base.models.assetsbundle import JavascriptAsset

    with mock.patch.object(JavascriptAsset, "minify", autospec=True, side_effect=JavascriptAsset.minify) as minify:
        first = make(ONE_DAY)
        scripts = minify.call_count
        assert scripts
        assert make(ONE_DAY) == first
        assert minify.call_count == scripts
        assert make(ANOTHER_DAY) == first
        assert minify.call_count == 2 * scripts
