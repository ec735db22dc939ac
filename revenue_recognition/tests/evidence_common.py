"""A contract that facts are recorded for."""

from odoo.fields import Command
from odoo.tests import new_test_user

from .common import RevenueCommon


class EvidenceCommon(RevenueCommon):
    """A contract with an obligation of each measure, and somebody who knows what happened."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env,
            "evidence",
            groups="base.group_user,revenue_recognition.group_revenue_accountant",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.evidence = cls.env["revenue.evidence"].with_user(cls.accountant)
        cls.contract = cls._make_contract("C1")
        measures = {
            "WORKS": {"measure": "manual"},
            "CALLS": {"measure": "usage"},
            "PIPES": {"measure": "units", "quantity": 10.0},
            "DESIGN": {"measure": "point_in_time", "trigger": "acceptance"},
            "SUPPORT": {"measure": "straight_line", "trigger": "acceptance", "duration_months": 12},
            "BRIDGE": {"measure": "cost_to_cost"},
            "ADVICE": {"measure": "hours"},
        }
        for key, values in measures.items():
            cls._make_obligation(cls.contract, key, **values)

    @classmethod
    def _make_contract(cls, name, **values):
        values = {"name": name, "partner_id": cls.customer.id, "date": "2026-01-01", "state": "active", **values}
        return cls.env["revenue.contract"].sudo().create(values).sudo(False)

    @classmethod
    def _make_obligation(cls, contract, key, **values):
        return cls.env["revenue.obligation"].create(
            {"contract_id": contract.id, "key": key, "name": key.capitalize(), "price": 1000.0, **values}
        )

    def _obligation(self, key):
        return self.contract.obligation_ids.filtered(lambda one: one.key == key)

    def _item(self, key="E1", obligation="WORKS", kind="progress", value=0.25, **values):
        item = {"key": key, "contract": "C1", "obligation": obligation, "date": "2026-01-31", "kind": kind}
        return {**item, "value": value, **values}

    def _record_one(self, *arguments, **values):
        [result] = self.evidence.record([self._item(*arguments, **values)])
        return result

    def assertRefused(self, result, at, words):
        self.assertEqual((result["status"], result.get("path")), ("refused", f"items[0].{at}" if at else "items[0]"))
        self.assertRegex(result["message"], words)
