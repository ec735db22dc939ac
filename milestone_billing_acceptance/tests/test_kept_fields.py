from odoo.addons.record_protection.tests.common import sort_stored_fields
from odoo.tests import TransactionCase, tagged

#: What people enter, by model. All other stored fields of ours follow from what happens: they are read-only, and kept.
ENTERED = {
    "billing.acceptance": "approver_ids file_ids message task_ids",
    "billing.acceptance.approver": "acceptance_id partner_id sequence",
    "billing.acceptance.contact": "customer_id milestone_id partner_id sequence",
    "billing.milestone": "acceptance_contact_ids acceptance_days acceptance_reminder_days acceptance_sending "
    "needs_acceptance",
    "billing.schedule.template.milestone": "acceptance_days needs_acceptance",
    "res.company": "billing_acceptance_days billing_acceptance_on_invoice billing_acceptance_reminder_days "
    "billing_acceptance_sending",
    "res.partner": "billing_acceptance_calendar_id billing_acceptance_contact_ids billing_acceptance_days "
    "billing_acceptance_never",
}


@tagged("post_install", "-at_install")
class TestKeptFields(TransactionCase):
    """What follows from what happens is entered by nobody."""

    def test_every_stored_field_is_decided(self):
        _kept, entered = sort_stored_fields(self.env, "milestone_billing_acceptance")
        self.assertEqual(entered, {model: set(names.split()) for model, names in ENTERED.items()})
