"""Odoo's command line as a file.

A server that reloads (after a limit of time, or told to by SIGHUP) executes itself again by the first word of its
command line. Started as ``python -m odoo`` that word is a file inside Odoo's package, which cannot be run: its folder
hides modules of Python, and the server ends. This file can.
"""

import os
import sys

if __name__ == "__main__":
    # As with ``-m``: modules are found from where the command was given, not beside this file.
    sys.path[0] = os.getcwd()
    from odoo.cli import main

    main()
