from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

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
        self.env["billing.hold"].create({"reason": "Dispute", "milestone_id": milestone.id, "date_to": "2099-12-31"})
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

    def _install(self, lang):
        """Install a language after what it reads was written."""
        self.env["res.lang"]._activate_lang(lang)
        self.env["ir.module.module"].search([("name", "=", "milestone_billing")])._update_translations([lang])
        self.env.invalidate_all()

    def test_a_language_installed_later_reads_what_was_written_before(self):
        held = self._block()
        order = self._make_order(1000.0)
        failed = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        undone = self._undone()
        self.company.fiscalyear_lock_date = today = fields.Date.today()
        failed.action_attain()
        self._drain()
        self.assertEqual(failed.state, "failed")
        self._install("de_DE")
        held, failed, undone = (row.with_context(lang="de_DE") for row in (held, failed, undone))
        self.assertIn("Gesperrt: Dispute", held.block_reason)
        self.assertIn("31.12.2099", held.block_reason)
        self.assertIn("Die Abrechnung erfolgt", held.block_help)
        self.assertIn(today.strftime("%d.%m.%Y"), failed.block_reason)
        self.assertNotIn("are locked", failed.block_reason)
        self.assertIn("1.000,00", undone.block_reason)
        self.assertNotIn("Undone", undone.block_reason)
        [status] = held.get_status([failed.id])
        self.assertEqual(status["block_reason"], failed.block_reason)
        nodes = failed.order_id.get_billing_timeline()["milestones"]
        self.assertEqual(nodes[0]["reason"], failed.block_reason)
        waiting = {row["id"]: row["help"] for row in failed.get_dashboard()["waiting"]}
        self.assertIn(failed.block_reason, waiting[failed.id])

    def _undone(self):
        """Return a milestone that is billed and undone, and waits for its credit note."""
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, 100).milestone_ids
        self._bill_all(order)
        milestone.action_undo()
        self._drain()
        self.assertTrue(milestone.needs_credit)
        return milestone

    def test_a_refusal_of_odoo_is_read_in_each_language(self):
        """Another addon refuses to post in words of its own: it is asked for them in each language."""
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        said = {"en_US": "No, said the addon.", "fr_FR": "Non, dit le module."}

        def refuse(moves, *_args, **_kwargs):
            raise UserError(said[moves.env.lang or "en_US"])

        self.patch(self.env.registry["account.move"], "action_post", refuse)
        milestone.action_attain()
        self._drain()
        for lang, words in said.items():
            self.assertEqual(milestone.with_context(lang=lang).block_reason, words)

    def test_history_of_an_order_is_in_the_language_of_who_works_on_it(self):
        """The clock speaks English, whoever changed the order too; the salesperson reads French."""
        seller = new_test_user(
            self.env,
            "french_seller",
            "sales_team.group_sale_salesman",
            lang="fr_FR",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        order = self._make_order(1000.0, user_id=seller.id)
        first, _second = self._make_schedule(order, 40, 60).milestone_ids
        order.action_confirm()
        order.message_follower_ids.unlink()
        first.action_attain()
        self._drain()
        self.assertIn("Jalons facturés", order.message_ids[0].body)
        order.order_line.price_unit = 1100.0
        self.assertIn("Avenant", order.message_ids[0].body)
        self.assertIn("600,00", order.message_ids[0].body.replace("\xa0", " "))
        self.env["billing.hold"].create({"order_id": order.id, "reason": "Dispute", "date_to": "2099-12-31"})
        self.assertIn("31/12/2099", order.message_ids[0].body)
        order.billing_hold_ids.action_release()
        first.action_undo()
        self._drain()
        asked = order.activity_ids.filtered(lambda row: row.billing_request == "credit")
        self.assertIn("Avoir de", asked.summary)

    def test_an_activity_follows_the_language_of_whom_it_asks(self):
        order = self._make_order(1000.0)
        failed, undone = self._make_schedule(order, 40, 60).milestone_ids
        order.action_confirm()
        undone.action_attain()
        self._drain()
        undone.action_undo()
        self._drain()
        self.customer.active = False
        failed.action_attain()
        self._drain()
        asked = order.activity_ids.sorted("id")
        self.assertEqual(asked.mapped("billing_request"), ["credit", "mend"])
        self.assertIn("Credit $", asked[0].summary)
        self._install("de_DE")
        failed.schedule_id._responsible().lang = "de_DE"
        self.assertIn("600,00", asked[0].summary)
        self.assertNotIn("Credit", asked[0].summary)
        self.assertIn("ist archiviert", asked[1].summary)
        self.assertNotIn("Unarchive", asked[1].note)
