from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import RevenueCommon


@tagged("post_install", "-at_install")
class TestRules(RevenueCommon):
    """Nobody sees what is another company's, or what a colleague asked in a dialog."""

    def _models(self, transient):
        models = self.env["ir.model"].search([("model", "=like", "revenue.%"), ("transient", "=", transient)])
        return models.filtered(lambda model: not model.abstract)

    def test_every_model_has_its_rule(self):
        """Reports and dialogs hold figures that were worked out for one user."""
        for transient, wanted in ((False, "company_id"), (True, "create_uid")):
            for model in self._models(transient):
                domains = model.rule_ids.filtered(lambda rule: not rule.groups).mapped("domain_force")
                self.assertTrue(any(wanted in domain for domain in domains), model.model)

    def test_a_position_is_seen_by_who_asked(self):
        licence = self._make_product("Licence", "one_time")
        order = self._make_order((licence, 500))
        order.action_confirm()
        group = "revenue_recognition.group_revenue_auditor"
        auditor = new_test_user(self.env, "auditor", groups=group)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env, "stranger", groups=group, company_id=other.id, company_ids=[Command.set(other.ids)]
        )
        action = order.revenue_contract_id.with_user(auditor).action_open_position()
        position = self.env["revenue.position"].with_user(auditor).browse(action["res_id"])
        self.assertTrue(position.line_ids)
        for model in ("revenue.position", "revenue.position.line", "revenue.position.step"):
            self.assertTrue(self.env[model].with_user(auditor).search_count([]), model)
            self.assertFalse(self.env[model].with_user(stranger).search_count([]), model)
