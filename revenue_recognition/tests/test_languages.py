from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..engine.wording import Figure, Key, joined
from ..engine.wording import _ as sentence
from ..loading import Problem
from ..models.places import place_in_words
from ..models.translating import translator
from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestLanguages(CloseCommon):
    """What the engine says is told in the user's language, with the same figures."""

    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("fr_FR")
        product = self._make_product("Support", "subscription")
        self._make_ssp(product, 1200)
        line = (product, 1200, {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"})
        self.contract = self._confirm(self._make_order(line, date_order="2026-01-01 12:00:00"), "2026-01-01")
        self.contract.action_review()

    def _position(self, lang):
        contracts = self.env["revenue.contract"].with_context(lang=lang)
        [found] = contracts.get_position(self.contract.ids, "2026-06-30")
        return found

    def test_steps_of_a_position(self):
        """Every sentence has a translation; amounts and paragraphs are the same."""
        english, french = self._position("en_US"), self._position("fr_FR")
        self.assertEqual(english["revenue"], french["revenue"])
        self.assertTrue(english["steps"])
        for said, told in zip(english["steps"], french["steps"], strict=True):
            with self.subTest(topic=said["topic"]):
                self.assertNotEqual(said["text"], told["text"])
                self.assertEqual(said["paragraph"], told["paragraph"])
                self.assertIs(type(told["text"]), str)

    def test_refusals(self):
        """A place in what was sent stays as it is, the reason is told."""
        contracts = self.env["revenue.contract"].with_context(lang="fr_FR").sudo()
        with self.assertRaises(UserError) as refused:
            contracts.simulate({"currency": "EUR", "contract": {}})
        with self.assertRaises(UserError) as said:
            contracts.with_context(lang="en_US").simulate({"currency": "EUR", "contract": {}})
        place, _colon, reason = str(said.exception).partition(": ")
        self.assertTrue(str(refused.exception).startswith(f"{place}: "))
        self.assertNotIn(reason, str(refused.exception))

    def test_figures_and_days_as_the_user_writes_them(self):
        """A point between thousands and a comma before decimals, a date without ISO, in Germany."""
        self.env["res.lang"]._activate_lang("de_DE")
        found = self._position("de_DE")
        [progress] = [step["text"] for step in found["steps"] if step["topic"] == "progress"]
        self.assertIn("1.200,00", progress)
        self.assertIn("01.01.2026", progress)
        self.assertNotIn("1,200.00", progress)

    def test_marks_between_sentences(self):
        french = self.env["res.lang"].with_context(lang="fr_FR").env
        self.assertEqual(translator(french)(joined("; ", ["a", "b"])), "a\N{NO-BREAK SPACE}; b")
        self.assertEqual(translator(self.env)(joined("; ", ["a", "b"])), "a; b")

    def test_places_are_named_as_people_name_them(self):
        line = self.contract.order_ids.order_line
        line.price_unit = 900
        change = self.contract.modification_ids
        for place, told in {
            f"modification {change.id}.fixed_delta": f"Contract Modification {change.name}",
            "invoices of 2026-01-31": "Invoices, 01/31/2026",
            "Design: cost of 2026-01-31.amount": "Design, Cost, 01/31/2026",
            "Design: 2026-01-31": "Design, 01/31/2026",
            "Design.ssp": "Design.ssp",
        }.items():
            self.assertEqual(place_in_words(self.env, place), told)
        french = self.env["res.lang"].with_context(lang="fr_FR").env
        self.assertEqual(place_in_words(french, "invoices of 2026-01-31"), "Factures, 31/01/2026")

    def test_worklist_and_closes_are_read_in_each_language(self):
        """What a close left out, and why, was written once: by whoever computed it, or by the clock."""
        priced, unpriced = (self._make_product(name, "subscription") for name in ("Priced", "Unpriced"))
        self._make_ssp(priced, 1)
        terms = {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}
        order = self._make_order((priced, 500, terms), (unpriced, 500, terms))
        order.action_confirm()
        contract = order.revenue_contract_id
        for lang, said in (("en_US", "Unpriced has no"), ("fr_FR", "Unpriced n'a pas")):
            told = contract.with_context(lang=lang)
            self.assertIn(said, told.hindrance)
            self.assertIn(said, told.todo_ids[:1].message)

    def test_reason_of_a_modification_is_read_in_each_language(self):
        line = self.contract.order_ids.order_line
        line.price_unit = 900
        change = self.contract.modification_ids
        change.with_context(lang="fr_FR").action_work_out()
        english, french = (change.with_context(lang=lang).reason for lang in ("en_US", "fr_FR"))
        self.assertIn("distinct from what was transferred", english)
        self.assertIn("distinct de ce qui a été transféré", french)
        compared = [change.with_context(lang=lang).compare()["prospective"]["reason"] for lang in ("en_US", "fr_FR")]
        self.assertNotEqual(*compared)

    def test_a_language_installed_later_reads_what_was_found_before(self):
        """Worklist, contract, modification and close, with its numbers and dates, and the names of records of today."""
        line = self.contract.order_ids.order_line
        line.price_unit = 1200.5
        line.revenue_end = "2025-06-30"
        change = self.contract.modification_ids
        change.action_work_out()
        self.contract.action_review()
        note = self.env["revenue.exception"].sudo()._note([(self.contract, self._problem(), {})])
        self.env["res.lang"]._activate_lang("de_DE")
        english, german = (note.with_context(lang=lang).message for lang in ("en_US", "de_DE"))
        self.assertNotEqual(english, german)
        self.assertIn("01/31/2026", english)
        self.assertIn("31.01.2026", german)
        self.assertIn("1.234", german)
        reasons = [change.with_context(lang=lang).reason for lang in ("en_US", "de_DE")]
        self.assertTrue(all(reasons))
        self.assertNotEqual(*reasons)

    def _problem(self):
        return Problem("late", blocking=False, count=Figure("1,234"), date=date(2026, 1, 31))

    def test_the_worklist_is_searched_in_words(self):
        note = self.env["revenue.exception"].sudo()._note([(self.contract, self._problem(), {})])
        found = self.env["revenue.exception"].search([("message", "ilike", "closed periods came in later")])
        self.assertIn(note, found)

    def test_reasons_name_what_they_speak_of(self):
        """Obligations by their names, amounts as the reader writes them, wherever the reason is kept."""
        self.env["res.lang"]._activate_lang("de_DE")
        [obligation] = self.contract.obligation_ids
        reason = sentence(
            '"%(name)s" costs %(amount)s', name=Key("obligation", obligation.key), amount=Figure("1,234.50")
        )
        problem = Problem("refused", place="invoices of 2026-01-31", reason=reason)
        note = self.env["revenue.exception"].sudo()._note([(self.contract, problem, {})])
        self.assertIn('"Support" costs 1.234,50', note.with_context(lang="de_DE").message)
        obligation.name = "Care"
        note.invalidate_recordset()
        self.assertIn('"Care" costs 1,234.50', note.message)
