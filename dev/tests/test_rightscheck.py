"""The check that nothing a caller sends reaches a write with all rights."""

import textwrap

import pytest

from odoo_dev.lint import repository_files
from odoo_dev.paths import REPOSITORY
from odoo_dev.rightscheck import check_rights, problems_of


def found(body, signature="write(self, vals)"):
    """The lines with a problem of a method with this body."""
    method = f"def {signature}:\n" + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    source = "class Plan:\n" + textwrap.indent(method, "    ") + "\n"
    return [line - 2 for line, _what in problems_of(source)]


@pytest.mark.parametrize(
    "line",
    [
        "self.sudo().write(vals)",
        "self.sudo().create(vals)",
        'self.sudo().write({"line_ids": vals["line_ids"]})',
        'self.sudo().write({"line_ids": vals.get("line_ids")})',
        "self.sudo().write({**vals})",
        "self.sudo().write(dict(vals, state='new'))",
        "self.env['x'].sudo().create([vals])",
        "self.sudo().line_ids[0].with_context(a=1).write(vals)",
        "plan_deferred(self.sudo()).write(vals)",
        "self.sudo().write({name: value for name, value in vals.items() if name != 'a'})",
    ],
)
def test_what_is_handed_on_is_reported(line):
    assert found(line) == [1]


@pytest.mark.parametrize(
    "line",
    [
        "self.write(vals)",
        "super().write(vals)",
        "self.sudo(False).write(vals)",
        'self.sudo().write({"state": "done"})',
        'self.sudo().write({"reason": reason})',
        'self.sudo().write({"line_ids": lines.ids})',
        "self.sudo().write(vals)  # checked: by the one above",
        "self.sudo().search(vals)",
    ],
)
def test_what_names_its_fields_is_not(line):
    assert found(line, "act(self, vals, reason)") == []


def test_names_are_followed():
    assert found(
        """
        rows = self.env["x"].sudo()
        own = dict(vals)
        for row in vals_list:
            rows.create(row)
        rows.create(own)
        """,
        "act(self, vals, vals_list)",
    ) == [4, 5]


def test_methods_that_nobody_calls_from_outside_are_left_out():
    assert found("self.sudo().write(vals)", "_write_all(self, vals)") == []


def test_the_addons_have_none():
    assert check_rights(REPOSITORY, repository_files()) == []
