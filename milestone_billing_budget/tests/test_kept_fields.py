from odoo.addons.record_protection.tests.common import sort_stored_fields
from odoo.tests import TransactionCase, tagged

#: What people enter, by model. All other stored fields of ours follow from what happens: they are read-only, and kept.
ENTERED = {
    "billing.milestone": "template_cost_percent template_hours",
    "billing.schedule.template.milestone": "template_cost_percent template_hours",
    "project.project": "budget_ahead_percent",
    "res.company": "budget_ahead_milestone budget_ahead_project budget_unplanned_hours budget_unplanned_percent",
}


@tagged("post_install", "-at_install")
class TestKeptFields(TransactionCase):
    """What follows from what happens is entered by nobody."""

    def test_every_stored_field_is_decided(self):
        _kept, entered = sort_stored_fields(self.env, "milestone_billing_budget")
        self.assertEqual(entered, {model: set(names.split()) for model, names in ENTERED.items()})
