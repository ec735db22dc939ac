from odoo.addons.record_protection.tests.common import sort_stored_fields
from odoo.tests import TransactionCase, tagged

RULES = """
    billing_when billing_calendar_id billing_one_invoice_per billing_order_number billing_file billing_file_kind_id
    billing_print_text billing_automatic billing_invoices
"""
#: What people enter, by model. All other stored fields of ours follow from what happens: they are read-only, and kept.
ENTERED = {
    "billing.calendar": """
        name active company_id kind days_of_month monday tuesday wednesday thursday friday saturday sunday every
        starting cut_off_days
    """,
    "billing.file": "order_id kind_id name content",
    "billing.file.kind": "name active company_id",
    "billing.forecast.scenario": """
        name sequence active company_id shift_number shift_unit late_days is_left_out partner_ids order_ids
    """,
    "billing.hold": "partner_id order_id reason date_from date_to",
    "res.company": RULES,
    "res.partner": f"{RULES} billing_hold_ids",
    "sale.order": f"{RULES} billing_file_ids billing_hold_ids",
}


@tagged("post_install", "-at_install")
class TestKeptFields(TransactionCase):
    """What follows from what happens is entered by nobody."""

    def test_every_stored_field_is_decided(self):
        _kept, entered = sort_stored_fields(self.env, "billing_base")
        decided = {model: set(names.split()) for model, names in ENTERED.items()}
        for model in sorted(entered.keys() | decided):
            with self.subTest(model):
                self.assertEqual(entered.get(model, set()), decided.get(model, set()))
