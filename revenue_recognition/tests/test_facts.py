import base64

from odoo.exceptions import ValidationError
from odoo.fields import Command, Date
from odoo.tests import Form

from ..wizards.table_reader import write_table
from .evidence_common import EvidenceCommon


class TestFacts(EvidenceCommon):
    """What accountants record by hand: evidence, estimates of variable consideration, contract cost."""

    def _form(self, model, **context):
        return Form(self.env[model].with_user(self.accountant).with_context(**context))

    def _change(self, **values):
        base = {"contract_id": self.contract.id, "name": "Bonus", "date": "2026-01-01", "amount": 50.0, "reason": "Why"}
        return self.env["revenue.price.change"].with_user(self.accountant).create({**base, **values})

    def _cost(self, **values):
        base = {"contract_id": self.contract.id, "date": "2026-01-31", "amount": 90.0, "reason": "Commission"}
        return self.env["revenue.contract.cost"].with_user(self.accountant).create({**base, **values})

    # === BY HAND === #

    def test_recorded_from_the_contract(self):
        wizard = self._form("revenue.evidence.wizard", active_model="revenue.contract", active_id=self.contract.id)
        self.assertFalse(wizard.obligation_id)
        wizard.obligation_id = self._obligation("PIPES")
        self.assertEqual(wizard.kind, "units")
        self.assertIn("units were delivered since", wizard.meaning)
        wizard.date, wizard.value, wizard.source = Date.to_date("2026-01-31"), 4.0, "Delivery note 7"
        wizard.save().action_record()
        row = self.contract.evidence_ids
        self.assertRecordValues(row, [{"kind": "units", "value": 4.0, "source": "Delivery note 7", "late": False}])
        self.assertEqual(row.user_id, self.accountant)
        again = self._form("revenue.evidence.wizard", active_model="revenue.obligation", active_id=row.obligation_id.id)
        self.assertEqual((again.contract_id, again.obligation_id), (self.contract, row.obligation_id))
        self.assertEqual(again.last, "4, 01/31/2026")
        again.kind = "usage"
        self.assertFalse(again.fits)

    def test_values_left_out_by_hand(self):
        for key, kind in (("SUPPORT", "start"), ("DESIGN", "satisfy")):
            wizard = self._form("revenue.evidence.wizard", default_contract_id=self.contract.id)
            wizard.obligation_id = self._obligation(key)
            self.assertEqual(wizard.kind, kind)
            wizard.save().action_record()
        self.assertEqual(
            self.contract.evidence_ids.mapped(lambda row: (row.kind, row.value)), [("satisfy", 1.0), ("start", 0.0)]
        )

    def test_by_hand_it_says_that_a_period_is_locked(self):
        self.company.sudo().revenue_lock_date = "2026-01-31"
        wizard = self._form("revenue.evidence.wizard", default_contract_id=self.contract.id)
        wizard.date = Date.to_date("2026-01-31")
        self.assertTrue(wizard.late)
        wizard.date = Date.to_date("2026-02-01")
        self.assertFalse(wizard.late)

    # === FROM A SPREADSHEET === #

    def _import(self, *rows):
        columns = [(name, name) for name in ("key", "contract", "obligation", "date", "kind", "value")]
        content = base64.b64encode(write_table("Evidence", columns, rows))
        wizard = self.env["revenue.evidence.import.wizard"].with_user(self.accountant)
        wizard = wizard.create({"file": content, "filename": "survey.xlsx"})
        wizard.action_import()
        return wizard

    def test_imported(self):
        day = Date.to_date("2026-01-31")
        rows = [[1, "C1", "WORKS", day, "progress", 0.25], ["U", "C1", "CALLS", "2026-01-31", "usage", 12.5]]
        self.assertEqual((self._import(*rows).state, len(self.contract.evidence_ids)), ("done", 2))
        self.assertEqual(set(self.contract.evidence_ids.mapped("source")), {"survey.xlsx"})
        again = self._import(*rows)
        self.assertEqual((again.state, again.result), ("done", "0 new, 2 recorded before."))

    def test_all_rows_or_none(self):
        rows = [["A", "C1", "WORKS", "2026-01-31", "progress", value] for value in (0.1, "0,2")]
        wizard = self._import(*rows, ["B", "C2", None, "2026-01-31", "progress", 0.3])
        self.assertEqual(wizard.state, "refused")
        self.assertEqual([(error.row, error.column) for error in wizard.error_ids], [(3, "value"), (4, "contract")])
        self.assertFalse(self.contract.evidence_ids)

    def test_the_template_names_every_column(self):
        wizard = self.env["revenue.evidence.import.wizard"].with_user(self.accountant).create({})
        self.assertTrue(wizard.template)

    # === VARIABLE CONSIDERATION === #

    def test_price_changes_belong_to_the_contract(self):
        stranger = self._make_obligation(self._make_contract("C2"), "X", measure="manual")
        works, calls = self._obligation("WORKS"), self._obligation("CALLS")
        with self.assertRaisesRegex(ValidationError, "X is no obligation of C1"), self.env.cr.savepoint():
            self._change(obligation_ids=[Command.link(stranger.id)])
        with self.assertRaisesRegex(ValidationError, "in the future"), self.env.cr.savepoint():
            self._change(date=Date.add(Date.today(), days=3))
        self._change(obligation_ids=[Command.link(works.id)])
        self._change(date="2026-02-01", amount=-20.0)
        self._change(date="2026-03-01", obligation_ids=[Command.link(works.id)])
        with (
            self.assertRaisesRegex(ValidationError, "belongs to Works since its first estimate"),
            self.env.cr.savepoint(),
        ):
            self._change(date="2026-04-01", obligation_ids=[Command.link(calls.id)])
        self.assertEqual(self.contract.price_change_ids.user_id, self.accountant)

    def test_a_price_change_over_its_form(self):
        form = self._form("revenue.price.change", default_contract_id=self.contract.id)
        form.name, form.amount, form.reason = "Bonus", 50.0, "Likely"
        self.assertEqual(form.save().date, Date.context_today(self.contract))

    # === CONTRACT COST === #

    def test_no_more_is_impaired_than_capitalised_by_then(self):
        self._cost()
        self._cost(kind="impair", amount=40.0, date="2026-03-01")
        for values in ({"amount": 50.01, "date": "2026-04-01"}, {"amount": 1.0, "date": "2026-01-15"}):
            with self.assertRaisesRegex(ValidationError, "Only .* can be impaired"), self.env.cr.savepoint():
                self._cost(kind="impair", **values)
        self._cost(kind="impair", amount=50.0, date="2026-04-01")

    def test_contract_cost_is_above_zero_and_after_inception(self):
        for values, words in (({"amount": -1.0}, "above zero"), ({"date": "2025-12-31"}, "before the inception")):
            with self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
                self._cost(**values)

    def test_contract_cost_over_its_form(self):
        form = self._form("revenue.contract.cost", default_contract_id=self.contract.id)
        form.amount, form.reason = 90.0, "Commission"
        self.assertEqual(form.save().kind, "capitalise")
