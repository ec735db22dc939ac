from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestLanguages(BillingCommon):
    """What was written by the clock or by a colleague is read by everybody in his own language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env["ir.module.module"].search([("name", "=", "milestone_billing")])._update_translations(["fr_FR"])

    def _block(self):
        """Return a milestone that is attained, and held back with a reason."""
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        self.env["billing.hold"].create(
            {"reason": "Dispute", "milestone_id": milestone.id, "date_to": "2099-12-31", "user_id": self.env.uid}
        )
        milestone.action_attain()
        self._drain()
        return milestone

    def test_hold_is_read_in_each_language(self):
        milestone = self._block()
        english, french = (milestone.with_context(lang=lang) for lang in ("en_US", "fr_FR"))
        self.assertIn("On hold: Dispute", english.block_reason)
        self.assertIn("12/31/2099", english.block_reason)
        self.assertIn("Suspendu\N{NO-BREAK SPACE}: Dispute", french.block_reason)
        self.assertIn("31/12/2099", french.block_reason)
        self.assertIn("It is billed as soon as", english.block_help)
        self.assertIn("Il sera facturé dès que", french.block_help)
        self.assertIn("Suspendu", french.attainment_ids.reason)

    def test_what_is_lifted_leaves_no_words_behind_in_any_language(self):
        milestone = self._block()
        milestone.hold_ids.action_release()
        self._drain()
        for lang in ("en_US", "fr_FR"):
            self.assertFalse(milestone.with_context(lang=lang).block_reason)
            self.assertFalse(milestone.attainment_ids.with_context(lang=lang).remedy)

    def test_failure_asks_the_person_in_his_language(self):
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        milestone.schedule_id._responsible().lang = "fr_FR"
        order.partner_invoice_id = self.env["res.partner"].create({"name": "Gone Ltd"})
        order.partner_invoice_id.active = False
        milestone.action_attain()
        self._drain()
        self.assertIn("Customer Gone Ltd is archived", milestone.block_reason)
        self.assertIn("Le client Gone Ltd est archivé", milestone.with_context(lang="fr_FR").block_reason)
        self.assertIn("Facturation impossible\N{NO-BREAK SPACE}: Le client Gone Ltd", order.activity_ids.summary)
