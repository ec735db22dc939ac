"""Template databases: found again by what they are made of, never half-made, dropped when nobody needs them."""

import pytest

from odoo_dev import templates
from odoo_dev.console import Failure
from odoo_dev.templates import KEPT, Templates


class Server:
    """Databases by name, with what was installed into each."""

    def __init__(self):
        self.databases = {}

    def create(self, name):
        self.databases[name] = ()

    def copy(self, source, name):
        self.databases[name] = self.databases[source]

    def rename(self, before, after):
        self.databases[after] = self.databases.pop(before)

    def drop(self, name):
        self.databases.pop(name, None)

    def exists(self, name):
        return name in self.databases

    def names(self):
        return list(self.databases)


class Installation:
    """An Odoo that installs modules at once, or fails."""

    def __init__(self, data):
        self.data = data
        self.database = Server()
        self.installed = []
        self.broken = False

    def run(self, title, name, _option, modules, log):
        if self.broken:
            raise Failure("Odoo failed")
        self.installed.append(modules)
        self.database.databases[name] += tuple(modules.split(","))


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.setenv("MILESTONE_CACHE", str(tmp_path))
    monkeypatch.setattr(templates, "native_key", lambda installation, modules: "0" * 12)
    monkeypatch.setattr(templates, "native_modules", lambda addons: ["sale"])
    content = {"version": 1}
    monkeypatch.setattr(templates, "content_hash", lambda addons: str(content["version"]))
    return Templates(Installation(tmp_path / "data")), content


def test_only_what_changed_is_made_anew(made):
    found, content = made
    with found.with_addons(["ours"]) as first:
        assert found.server.databases[first] == ("sale", "ours")
    with found.with_addons(["ours"]) as again:
        assert again == first
    content["version"] = 2
    with found.with_addons(["ours"]) as changed:
        assert changed != first
    assert found.installation.installed == ["sale", "ours", "ours"]


def test_an_interrupted_template_is_not_taken_for_complete(made):
    found, _content = made
    with found.with_addons([]):
        pass
    found.installation.broken = True
    with pytest.raises(Failure), found.with_addons(["ours"]):
        pass
    found.installation.broken = False
    with found.with_addons(["ours"]) as name:
        assert found.server.databases[name] == ("sale", "ours")


def test_old_templates_go_unless_a_command_uses_them(made):
    found, content = made
    with found.with_addons(["ours"]) as used:
        for version in range(2, KEPT + 4):
            content["version"] = version
            with found.with_addons(["ours"]) as latest:
                pass
        own = [name for name in found.server.names() if name.startswith("own_")]
        assert used in own and latest in own
        assert len(own) == KEPT + 1, "the used one is kept besides"
