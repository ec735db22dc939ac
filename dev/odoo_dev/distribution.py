"""Gets a real Odoo 19: one the user has, or Debian's package unpacked into the cache."""

import os
import re
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path

from odoo_dev.console import Failure, Step, run_logged, warn
from odoo_dev.paths import built_in_place, cache, locked, log_file, scratch_folder
from odoo_dev.privateapt import PrivateApt, unpack
from odoo_dev.system import require_disk

SERIES = "19.0"
PACKAGE = "odoo-19"
SUITE = "sid"
# Fonts and scripts that Odoo's package links to by relative path, and the suite whose layout fits the links.
COMPANIONS = {
    "sid": (
        "libjs-jquery",
        "libjs-jquery-form",
        "libjs-underscore",
        "fonts-roboto-unhinted",
        "fonts-montserrat",
        "fonts-ocr-b",
    ),
    "bookworm": ("fonts-font-awesome", "fonts-inconsolata"),
}
DIST_PACKAGES = Path("usr/lib/python3/dist-packages")
SEGMENTATION = Path("addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js")
SEGMENTATION_NPM = "@mediapipe/selfie_segmentation@0.1.1675465747"
NEEDED_GIB = 5


@dataclass(frozen=True)
class Odoo:
    """An Odoo to run: the folder to put on ``PYTHONPATH`` and where its addons are."""

    python_path: Path
    version: str

    @property
    def package(self):
        """The folder of the ``odoo`` Python package."""
        return self.python_path / "odoo"

    @property
    def addons_folders(self):
        """The folders Odoo finds its own addons in."""
        folders = (self.package / "addons", self.python_path / "addons")
        return [folder for folder in folders if folder.is_dir()]

    def addon(self, name):
        """The folder of one of Odoo's own addons, or None."""
        return next((folder / name for folder in self.addons_folders if (folder / name).is_dir()), None)


def find_odoo(path=None):
    """The Odoo to use: ``path``, else ``ODOO_HOME``, else the one in the cache, fetched when missing."""
    chosen = path or os.environ.get("ODOO_HOME")
    if chosen:
        return odoo_at(Path(chosen).expanduser())
    return odoo_at(_cached_root())


def odoo_at(path):
    """The Odoo in a folder a person names: a checkout, an unpacked package or an installed one."""
    path = path.absolute()
    if not path.exists():
        raise Failure(f"There is no Odoo at {path}: the path does not exist.")
    near = path if path.is_dir() else path.resolve().parent
    candidates = (near, near / DIST_PACKAGES, near.parent, near.parent / "lib/python3/dist-packages")
    for candidate in candidates:
        if (candidate / "odoo" / "release.py").is_file():
            return Odoo(candidate, checked_version(candidate / "odoo" / "release.py"))
    raise Failure(f"There is no Odoo at {path}: name the folder of a source checkout (with odoo-bin) or of a package.")


def checked_version(release):
    """The version written in Odoo's ``release.py``, or a failure when it is not the one we need."""
    version = read_version(release.read_text(errors="replace"))
    if version != SERIES:
        raise Failure(f"The Odoo at {release.parent} is version {version or 'unknown'}, and {SERIES} is needed.")
    return version


def read_version(text):
    """The series in the text of a ``release.py``: ``19.0``, ``saas~18.2``, or None."""
    match = re.search(r"^version_info\s*=\s*\(\s*['\"]?([^,'\"]+)['\"]?\s*,\s*(\d+)", text, re.MULTILINE)
    return match and f"{match.group(1)}.{match.group(2)}"


def _cached_root():
    """The unpacked Odoo in the cache, fetched when it is not there."""
    root = cache() / f"odoo-{SERIES}"
    if not root.is_dir():
        with locked("odoo"):
            if not root.is_dir():
                require_disk(cache(), NEEDED_GIB)
                with built_in_place(root) as building:
                    _fetch_into(building)
    return root


def _fetch_into(root):
    """Download Odoo and what it links to by package name, and unpack all of it into ``root``."""
    with scratch_folder("apt") as state:
        apt = PrivateApt(state, "Odoo", "name an Odoo 19 with --odoo PATH")
        packages = [package for suite, names in _wanted().items() for package in apt.download(suite, names)]
        with Step("Unpacking Odoo"):
            for package in packages:
                unpack(package, root)
    _report_broken_links(root)


def _wanted():
    return {suite: ((PACKAGE, *names) if suite == SUITE else names) for suite, names in COMPANIONS.items()}


def _report_broken_links(root):
    """Say which links of the unpacked tree lead nowhere: every page may fail without them."""
    broken = [path for path in root.rglob("*") if path.is_symlink() and not path.exists()]
    if broken:
        shown = ", ".join(str(path.relative_to(root)) for path in broken[:3])
        warn(f"{len(broken)} files of Odoo link to files that are not there, such as {shown}")


def complete_browser_scripts(odoo):
    """Fetch the script of ``mail`` that Debian leaves out; return whether Odoo now has it.

    Its absence is an error in the browser's console, which fails every tour.
    """
    mail = odoo.addon("mail")
    target = mail and mail.parent.parent / SEGMENTATION
    if not mail or target.exists():
        return True
    if not shutil.which("npm") or not os.access(target.parent.parent, os.W_OK):
        return False
    with locked("odoo"), scratch_folder("npm") as folder:
        with Step("Fetching a browser script of Odoo's") as step:
            code, _output = run_logged(["npm", "pack", SEGMENTATION_NPM], log_file("npm"), step, cwd=folder)
        if code == 0:
            _place_segmentation(folder, target)
    return target.exists()


def _place_segmentation(folder, target):
    """Take the script out of the packed npm package and put it where Odoo looks for it."""
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        content = archive.extractfile("package/selfie_segmentation.js").read()
    target.parent.mkdir(exist_ok=True)
    draft = target.with_suffix(".part")
    draft.write_bytes(content)
    draft.replace(target)
