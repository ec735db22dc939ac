"""``python -m odoo_dev COMMAND``: what the scripts in ``bin/`` call."""

import sys

from odoo_dev.cli import main

sys.exit(main(sys.argv[1:]))
