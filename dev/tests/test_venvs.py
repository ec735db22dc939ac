"""The environment of an Odoo process."""

from pathlib import Path

from odoo_dev.distribution import Odoo
from odoo_dev.paths import cache
from odoo_dev.venvs import odoo_environment


def test_compiled_python_is_kept_in_the_cache(monkeypatch):
    """Also where the machine keeps none; Odoo's folder and the repository stay clean."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    environment = odoo_environment(Odoo(Path("/usr/lib/odoo"), "19.0"))
    assert "PYTHONDONTWRITEBYTECODE" not in environment
    assert Path(environment["PYTHONPYCACHEPREFIX"]).is_relative_to(cache())
