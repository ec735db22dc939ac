from odoo.addons.record_protection.tests.common import sort_stored_fields
from odoo.tests import TransactionCase, tagged

#: What people enter, by model. All other stored fields of ours follow from what happens: they are read-only, and kept.
ENTERED = {
    "product.template": "subscription_plan_id subscription_kind subscription_price_book_id",
    "sale.order.line": """
        subscription_plan_id subscription_start subscription_waits subscription_end subscription_kind
        subscription_price_book_id subscription_metered_as subscription_expected subscription_funds
    """,
    "subscription.usage.alert": "active charge_id kind percent budget factor tell_customer",
    "subscription.meter": """
        name code active unit aggregation rounding_method rounding_decimals company_id keep_months estimate
    """,
    "subscription.metering.point": "name meter_id company_id tz",
    "subscription.plan": """
        name sequence active company_id interval_count interval_unit timing alignment day_of_month first_period
        proration free_count free_unit term_count term_unit renewal uplift_percent step_ids
        notice_count notice_unit minimum_count minimum_unit reminder_days quotation_days quotation_send
        portal_quantity portal_least portal_most portal_cancel grace_days expiry_count expiry_unit
    """,
    "subscription.plan.step": "plan_id sequence periods reduction",
    "subscription.price": """
        book_id first_day model price per size zero_fee rate per_event free_events free_amount tier_ids note
    """,
    "subscription.price.book": """
        name active meter_id company_id currency_id group_by ladder free free_units minimum maximum
        commitment commitment_factor true_up price_ids
    """,
    "subscription.price.tier": "price_id sequence up_to price flat",
}


@tagged("post_install", "-at_install")
class TestKeptFields(TransactionCase):
    """What follows from what happens is entered by nobody."""

    def test_every_stored_field_is_decided(self):
        _kept, entered = sort_stored_fields(self.env, "subscription_billing")
        decided = {model: set(names.split()) for model, names in ENTERED.items()}
        for model in sorted(entered.keys() | decided):
            with self.subTest(model):
                self.assertEqual(entered.get(model, set()), decided.get(model, set()))
