"""Gets wkhtmltopdf, with which Odoo prints documents: the machine's own, or an older Debian's unpacked into the cache.

Debian dropped the package after bookworm, and with it the libraries it links to. So where the machine's suite has none,
bookworm's is unpacked with its libraries into a folder of its own, beside a small script that starts it with them.
"""

import os
import platform
import shutil
from pathlib import Path

from odoo_dev.console import Failure, Step, warn
from odoo_dev.paths import built_in_place, cache, locked, scratch_folder
from odoo_dev.privateapt import PrivateApt, unpack
from odoo_dev.system import PDF, require_disk, try_install

PROGRAM = "wkhtmltopdf"
SUITE = "bookworm"
NEEDED_GIB = 1
#: The C libraries stay the machine's, which fit its kernel and loader. The others are for screens and graphics cards.
LEFT_OUT = ("libc6", "libgcc-s1", "libstdc++6", "libllvm15", "libgl1-mesa-dri", "dpkg", "tar", "iso-codes")

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>{root}/usr/share/fonts</dir>
  <dir prefix="xdg">fonts</dir>
  <include ignore_missing="yes">/etc/fonts/conf.d</include>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""
SCRIPT = """#!/bin/sh
# Starts the wkhtmltopdf that is unpacked beside this script, with its own libraries and fonts.
root={root}
library="$root/usr/lib/{machine}-linux-gnu"
LD_LIBRARY_PATH="$library:$root/lib/{machine}-linux-gnu" \\
    QT_PLUGIN_PATH="$library/qt5/plugins" FONTCONFIG_FILE="$root/fonts.conf" \\
    exec "$root/usr/bin/wkhtmltopdf" "$@"
"""


def require_pdf_printer():
    """Have wkhtmltopdf on the machine or in the cache; where it cannot be had, say what will not work."""
    if shutil.which(PROGRAM) or _script().exists() or try_install(PDF):
        return
    try:
        _make()
    except Failure as failure:
        warn(f"{PROGRAM} is missing, so PDF documents will not work. {failure}")


def printer_path(path):
    """The search path of programs with the unpacked wkhtmltopdf in it, where there is one and the machine has none."""
    if shutil.which(PROGRAM) or not _script().exists():
        return path
    return os.pathsep.join((str(_script().parent), path))


def _root():
    return cache() / f"{PROGRAM}-{SUITE}"


def _script():
    return _root() / "start" / PROGRAM


def _make():
    """Download and unpack the program with its libraries, and write the script that starts it."""
    with locked(PROGRAM):
        if _script().exists():
            return
        require_disk(cache(), NEEDED_GIB)
        with built_in_place(_root()) as building, scratch_folder("apt-pdf") as state:
            apt = PrivateApt(state, PROGRAM, f"install {PROGRAM} by hand")
            packages = apt.download_with_libraries(SUITE, PROGRAM)
            with Step(f"Unpacking {PROGRAM}"):
                for package in packages:
                    if package.name.partition("_")[0] not in LEFT_OUT:
                        unpack(package, building)
            write_starter(building, _root())


def write_starter(folder, root, machine=None):
    """Write into ``folder`` the script and the list of fonts for a program that will be at ``root``."""
    (folder / "fonts.conf").write_text(FONTS.format(root=root))
    script = Path(folder) / "start" / PROGRAM
    script.parent.mkdir()
    script.write_text(SCRIPT.format(root=root, machine=machine or platform.machine()))
    script.chmod(0o755)
