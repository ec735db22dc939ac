from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Date
from odoo.tests import Form, new_test_user

from .evidence_common import EvidenceCommon


class TestEstimate(EvidenceCommon):
    """Project managers say what is still to come, and see what it does to revenue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._user("manager", "project.group_project_manager")
        cls.day = Date.to_date("2026-03-31")
        cls.project = cls.env["project.project"].create({"name": "Bridge", "allow_timesheets": True})
        project_plan, _others = cls.env["account.analytic.plan"]._get_all_plans()
        account = cls.env["account.analytic.account"].create({"name": "Bridge", "plan_id": project_plan.id})
        cls.project.account_id = account
        cls.contract = cls._make_contract("C7", fixed=1_000.0)
        cls.bridge = cls._make_obligation(
            cls.contract, "BRIDGE", measure="cost_to_cost", project_id=cls.project.id, ssp_kind="amount", ssp=1000.0
        )
        cls.env["account.analytic.line"].create(
            [
                {"name": "Steel", "account_id": account.id, "date": "2026-02-01", "amount": -200.0},
                {
                    "name": "Spilt",
                    "account_id": account.id,
                    "date": "2026-02-01",
                    "amount": -70.0,
                    "revenue_cost_kind": "wasted",
                },
            ]
        )

    @classmethod
    def _user(cls, login, *groups):
        return new_test_user(cls.env, login, groups=",".join(("base.group_user", *groups)), company_id=cls.company.id)

    def _open(self, user):
        action = self.project.with_user(user).action_revenue_estimates()
        return self.env[action["res_model"]].with_user(user).browse(action["res_id"])

    def _estimate(self, user, value, reason="Rock"):
        with Form(self._open(user)) as form:
            form.date, form.reason = self.day, reason
            with form.line_ids.edit(0) as line:
                line.new_estimate = value
        return form.record

    def test_the_effect_is_seen_at_once_and_recorded(self):
        wizard = self._estimate(self.manager, 800.0)
        self.assertRecordValues(
            wizard.line_ids,
            [
                {
                    "done": 200.0,
                    "estimate": 0.0,
                    "progress": 0.0,
                    "new_progress": 0.25,
                    "effect": 250.0,
                    "overrun": False,
                }
            ],
        )
        wizard.action_save()
        self.assertRecordValues(
            self.contract.evidence_ids,
            [
                {
                    "kind": "estimate_cost",
                    "value": 800.0,
                    "source": "Project",
                    "note": "Rock",
                    "user_id": self.manager.id,
                }
            ],
        )
        again = self._estimate(self.manager, 1000.0, "More rock")
        self.assertRecordValues(
            again.line_ids, [{"estimate": 800.0, "progress": 0.25, "new_progress": 0.2, "effect": -50.0}]
        )
        again.action_save()
        self.assertRecordValues(self._open(self.manager).line_ids, [{"estimate": 1000.0, "new_estimate": 0.0}])

    def test_too_low_an_estimate_shows(self):
        wizard = self._estimate(self.manager, 150.0)
        self.assertRecordValues(wizard.line_ids, [{"new_progress": 1.0, "effect": 1000.0, "overrun": True}])

    def test_hours(self):
        employee = self.env["hr.employee"].sudo().create({"name": "Ann"})
        advice = self._make_obligation(
            self._make_contract("C8", fixed=900.0), "ADVICE", measure="hours", project_id=self.project.id, quantity=40.0
        )
        self.bridge.project_id = False
        self.env["account.analytic.line"].sudo().create(
            {
                "name": "Advice",
                "project_id": self.project.id,
                "employee_id": employee.id,
                "unit_amount": 10.0,
                "date": "2026-02-01",
            }
        )
        wizard = self._estimate(self.manager, 50.0)
        self.assertRecordValues(
            wizard.line_ids,
            [{"done": 10.0, "estimate": 40.0, "progress": 0.25, "new_progress": 0.2, "effect": -45.0}],
        )
        wizard.action_save()
        self.assertEqual(advice.contract_id.evidence_ids.kind, "estimate_hours")

    def test_of_what_is_only_proposed(self):
        """It is wanted before: without it the modification could not be worked out."""
        change = self.env["revenue.modification"].create(
            {"contract_id": self.contract.id, "name": "More", "date": "2026-03-15", "fixed_delta": 500.0}
        )
        self.project = self.env["project.project"].create({"name": "Tunnel"})
        tunnel = self._make_obligation(
            self.contract,
            "TUNNEL",
            measure="cost_to_cost",
            price=500.0,
            ssp_kind="amount",
            ssp=500.0,
            project_id=self.project.id,
            modification_id=change.id,
        )
        change.line_ids = [Command.create({"obligation_id": tunnel.id, "action": "add"})]
        self.assertRegex(change.reason, "no estimate at completion")
        wizard = self._open(self.manager)
        wizard.write({"date": "2026-03-31", "reason": "Plan"})
        wizard.line_ids.new_estimate = 400.0
        wizard.action_save()
        self.assertRecordValues(self._open(self.manager).line_ids, [{"name": "Tunnel", "estimate": 400.0}])
        change.action_reject()
        with self.assertRaisesRegex(UserError, "nothing to estimate"):
            self._open(self.manager)

    def test_refused_in_words(self):
        wizard = self._open(self.manager)
        wizard.reason = "Rock"
        with self.assertRaisesRegex(UserError, "Enter a new estimate"):
            wizard.action_save()
        wizard.line_ids.new_estimate = 800.0
        wizard.reason = " "
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_save()
        wizard.reason = "Rock"
        wizard.line_ids.new_estimate = -5.0
        with self.assertRaisesRegex(ValidationError, "not above 0"):
            wizard.action_save()
        self.bridge.measure = "manual"
        with self.assertRaisesRegex(UserError, "nothing to estimate"):
            self._open(self.manager)

    # === RIGHTS === #

    def test_who_may(self):
        own = self._user("own", "project.group_project_user")
        self.project.user_id = own
        for user in (self.manager, self.accountant, own):
            self.assertTrue(self.project.with_user(user)._may_estimate(), user.login)
            self.assertTrue(self._open(user).line_ids.name)
        for user in (
            self._user("other", "project.group_project_user"),
            self._user("seller", "account.group_account_invoice"),
        ):
            self.assertFalse(self.project.with_user(user)._may_estimate(), user.login)
            with self.assertRaises(AccessError):
                self._open(user)

    def test_nobody_sees_other_obligations_through_the_dialog(self):
        other = self._user("other", "project.group_project_user")
        wizard = self.env["revenue.estimate.wizard"].with_user(other).create({"date": self.day, "reason": "Curious"})
        line = (
            self.env["revenue.estimate.wizard.line"]
            .with_user(other)
            .create({"wizard_id": wizard.id, "obligation_id": self.bridge.id, "new_estimate": 800.0})
        )
        self.assertRecordValues(line, [{"name": False, "done": 0.0, "new_progress": 0.0, "effect": 0.0}])
        with self.assertRaises(AccessError):
            wizard.action_save()

    def test_accountants_estimate_from_the_obligation(self):
        action = self.bridge.with_user(self.accountant).action_estimate()
        wizard = self.env[action["res_model"]].with_user(self.accountant).browse(action["res_id"])
        self.assertEqual(wizard.line_ids.name, "Bridge")
        with self.assertRaises(AccessError):
            self.bridge.with_user(self.manager).action_estimate()

    def test_the_button_is_where_it_helps(self):
        for user, wanted in ((self.manager, True), (self._user("member", "project.group_project_user"), False)):
            self.assertEqual(self.project.with_user(user).revenue_estimates_wanted, wanted)
        self.bridge.measure = "manual"
        self.project.invalidate_recordset()
        self.assertFalse(self.project.with_user(self.manager).revenue_estimates_wanted)
