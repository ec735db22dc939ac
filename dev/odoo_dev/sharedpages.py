"""The scripts and styles of web pages in tests, put together once a process and not once a tour.

Odoo keeps a bundle as an attachment, by a name that says of which files it is made and when they changed. What a test
makes is rolled back at its end, bundles too, so that each tour would have thousands of files translated and minified
anew, in five to ten seconds. Here what was put together is remembered by the same name, and the next page that asks for
it finds it.
"""

import contextlib
from unittest import mock

#: What people get. Bundles to look for errors in always have the same name, so that Odoo makes them anew.
KEPT = ("min.js", "min.css")


@contextlib.contextmanager
def shared_pages():
    """Have tests of this process share the bundles of their pages while the block runs."""
    from odoo.addons.base.models.assetsbundle import AssetsBundle

    contents = {}
    find, save = AssetsBundle.get_attachments, AssetsBundle.save_attachment

    def get_attachments(self, extension, ignore_version=False):
        found = find(self, extension, ignore_version=ignore_version)
        content = None if found or ignore_version else contents.get(_address(self, extension))
        return found if content is None else save(self, extension, content)

    def save_attachment(self, extension, content):
        if extension in KEPT and not self.css_errors:
            contents[_address(self, extension)] = content
        return save(self, extension, content)

    with mock.patch.multiple(AssetsBundle, get_attachments=get_attachments, save_attachment=save_attachment):
        yield


def _address(bundle, extension):
    """The address of a bundle: its name, and of which files it is made."""
    version = bundle.get_version("css" if bundle.is_css(extension) else "js")
    return bundle.get_asset_url(unique=version, extension=extension)
