"""Lives of orders, made up at random: our acts and Odoo's own in any order, on a real database.

``LIVES=200 bin/test tests/test_lives.py`` looks longer.
"""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from life import Life

from odoo.addons.milestone_billing.tests.common import BillingCommon
from odoo.addons.revenue_recognition.tests.common import RevenueCommon
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

SETTINGS = settings(
    max_examples=int(os.environ.get("LIVES", "12")),
    stateful_step_count=int(os.environ.get("LIFE_STEPS", "14")),
    deadline=None,
    database=None,
    derandomize="LIVES" not in os.environ,
    suppress_health_check=list(HealthCheck),
    # Making a failure smaller takes minutes: a life takes seconds.
    phases=[Phase.explicit, Phase.generate] + ([Phase.shrink] if os.environ.get("SHRINK") else []),
    print_blob=True,
)


@tagged("post_install", "-at_install")
class TestLives(BillingCommon):
    """Whatever people do to an order with a plan, and Odoo beside it, the money is right and nothing waits unsaid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        RevenueCommon._setup_revenue.__func__(cls, cls.company)
        cls.env.user.group_ids |= cls.env.ref("revenue_recognition.group_revenue_controller")
        cls.taxes = {
            "none": cls.env["account.tax"],
            "21": cls._make_tax(21.0),
            "included": cls._make_tax(19.0, price_include_override="tax_included"),
        }
        cls.foreign = cls._make_pricelist("EUR", 1.25)
        for currency in (cls.company.currency_id, cls.foreign.currency_id):
            RevenueCommon._make_ssp.__func__(cls, cls.service, 100.0, currency_id=currency.id)
        cls.preparer, cls.approver = (
            new_test_user(cls.env, login, groups=f"revenue_recognition.{group}", company_id=cls.company.id)
            for login, group in (
                ("preparer", "group_revenue_accountant"),
                ("approver", "group_revenue_controller"),
            )
        )
        cls.service.revenue_policy_id = cls.env.ref("revenue_recognition.policy_one_time", raise_if_not_found=False)

    @classmethod
    def line(cls, price, quantity, tax):
        """Return the values of an order line of the service."""
        return {
            "product_id": cls.service.id,
            "name": f"Service at {price}",
            "product_uom_qty": quantity,
            "price_unit": price,
            "tax_ids": [Command.set(cls.taxes[tax].ids)],
        }

    @classmethod
    def quotation(cls, lines, foreign=False):
        """Return a quotation, in a foreign currency or not; a line is its price, quantity and kind of tax."""
        values = {"pricelist_id": cls.foreign.id} if foreign else {}
        return cls._make_order(*(cls.line(*line) for line in lines), **values)

    @classmethod
    def plan(cls, order, milestones, **values):
        """Return the schedule of an order with these milestones."""
        return cls._make_schedule(order, *milestones, **values)

    @classmethod
    def close_period(cls, day, lock):
        """Have a period computed by one person, approved and posted by another, and locked where asked for."""
        close = cls.env["revenue.close"].with_user(cls.preparer).create({"date": day, "company_id": cls.company.id})
        close.action_compute()
        close = close.with_user(cls.approver)
        close.action_approve()
        close.action_post()
        if lock:
            close.action_lock()

    def test_any_life_keeps_the_money_right(self):
        machine = type("LifeHere", (Life,), {"world": type(self)})
        type(self).env = self.env
        run_state_machine_as_test(machine, settings=SETTINGS)
