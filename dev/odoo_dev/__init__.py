"""How the commands in ``bin/`` get Odoo, PostgreSQL and a browser onto a machine.

Everything here uses the standard library only, because it runs before the
virtual environment exists. What needs a database goes through the tools of
PostgreSQL or a short script run by the Python of the virtual environment.

Reading order: :mod:`~odoo_dev.cli`, then :mod:`~odoo_dev.demo` or
:mod:`~odoo_dev.testing`, which name every step they take.
"""
