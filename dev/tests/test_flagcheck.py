"""The check that no guard of the addons hangs on what a caller sends in his context."""

import pytest

from odoo_dev.flagcheck import check_flags, problems_of
from odoo_dev.lint import repository_files
from odoo_dev.paths import REPOSITORY


@pytest.mark.parametrize(
    "line",
    [
        'self.env.context.get("billing_syncing")',
        'env.context.get("revenue_together", False)',
        'self.env.context["billing_syncing"]',
        '"billing_syncing" in self.env.context',
        '"billing_syncing" not in context',
        "records.with_context(billing_syncing=True)",
        "records.with_context(lang=lang, billing_syncing=True).write(vals)",
        'records.with_context({"billing_syncing": True})',
        'records.with_context(**{"billing_syncing": True})',
        'context = self.env.context.get("lang"), self._context.get("revenue_x")',
    ],
)
def test_plain_keys_are_reported(line):
    assert [number for number, _what in problems_of(line)] == [1]


@pytest.mark.parametrize(
    "line",
    [
        'self._is_flagged("billing_syncing")',
        'self._flagged("billing_syncing").write(vals)',
        "self._flagged(billing_moving=(1, 2))",
        'self.env.context.get("active_ids")',
        "records.with_context(lang=lang, default_name=name)",
        'vals.get("billing_schedule_id")',
        '"billing_schedule_id" in vals',
        'self.env.context.get("revenue_at")  # anybody: a day to look at',
    ],
)
def test_flags_and_keys_of_odoo_are_not(line):
    assert problems_of(line) == []


def test_the_addons_have_none():
    assert check_flags(REPOSITORY, repository_files()) == []
