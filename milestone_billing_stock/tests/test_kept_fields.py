from odoo.addons.record_protection.tests.common import sort_stored_fields
from odoo.tests import TransactionCase, tagged

#: What people enter, by model. All other stored fields of ours follow from what happens: they are read-only, and kept.
ENTERED = {
    "billing.schedule": "partial_deliveries",
    "billing.schedule.template": "partial_deliveries",
    "res.company": "billing_hold_shipping billing_partial_deliveries",
    "res.partner": "billing_hold_shipping",
}


@tagged("post_install", "-at_install")
class TestKeptFields(TransactionCase):
    """What follows from what happens is entered by nobody."""

    def test_every_stored_field_is_decided(self):
        _kept, entered = sort_stored_fields(self.env, "milestone_billing_stock")
        self.assertEqual(entered, {model: set(names.split()) for model, names in ENTERED.items()})
