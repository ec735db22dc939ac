from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .close_common import YEAR, CloseCommon


@tagged("post_install", "-at_install")
class TestModification(CloseCommon):
    """Changes of a confirmed order are proposed, compared, applied; never silent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_priced("Support", "subscription", 1200)
        cls.licence = cls._make_priced("Licence", "activation_fee", 500)
        cls.order = cls._make_order(
            (cls.support, 1200, YEAR),
            (cls.licence, 500),
            date_order="2026-01-01 12:00:00",
        )
        cls.order.action_confirm()
        cls.contract = cls.order.revenue_contract_id
        cls.contract.date = "2026-01-01"

    def _add_line(self, product, price):
        self.order.order_line = [
            Command.create(
                {"product_id": product.id, "product_uom_qty": 1, "price_unit": price, "tax_ids": [Command.clear()]}
            )
        ]
        return self.order.order_line[-1]

    def test_a_quantity_is_priced_once(self):
        """The standalone selling price grows with the quantity, and not again with the next change."""
        line = self.order.order_line[0]
        for quantity, price, terms in (
            (2, 1200, {"price": 2400.0, "ssp": 2400.0}),
            (2, 1100, {"price": 2200.0}),
            (1, 1100, {"price": 1100.0, "ssp": 1200.0}),
        ):
            line.write({"product_uom_qty": quantity, "price_unit": price})
            change = self.contract.modification_ids.filtered(lambda one: one.state == "proposed")
            self.assertEqual(change.line_ids.terms, terms)
            change.action_apply()

    def test_added_line_is_proposed(self):
        """At its standalone selling price it is a contract of its own; it counts once it is applied."""
        line = self._add_line(self.licence, 500)
        change = self.contract.modification_ids
        self.assertRecordValues(
            change,
            [
                {
                    "state": "proposed",
                    "decided": "separate",
                    "fixed_delta": 500.0,
                    "price_before": 1700.0,
                    "price_after": 2200.0,
                }
            ],
        )
        self.assertEqual(line.revenue_contract_id, self.contract)
        self.assertEqual(self.contract._position_at(change.date)["transaction_price"], 1700)
        change.action_apply()
        self.assertRecordValues(change, [{"state": "applied", "treatment": "separate"}])
        self.assertEqual(self.contract._position_at(change.date)["transaction_price"], 2200)

    def test_lower_price_is_prospective(self):
        """What remains of a service is distinct from what was delivered."""
        self.order.order_line[0].price_unit = 900
        change = self.contract.modification_ids
        self.assertRecordValues(change, [{"decided": "prospective", "fixed_delta": -300.0, "state": "proposed"}])
        self.assertRecordValues(
            change.line_ids, [{"obligation_id": self.contract.obligation_ids[0].id, "action": "change"}]
        )
        compared = change.compare()
        self.assertEqual(set(compared), {"before", "separate", "prospective", "catch_up"})
        self.assertIn("error", compared["separate"])
        self.assertLess(compared["catch_up"]["revenue"], compared["prospective"]["revenue"])

    def test_proposal_follows_the_order(self):
        """Another change replaces it, taking the change back withdraws it."""
        self.order.order_line[0].price_unit = 900
        self.order.order_line[0].price_unit = 1000
        self.assertRecordValues(self.contract.modification_ids, [{"fixed_delta": -200.0}])
        self.order.order_line[0].price_unit = 1200
        self.assertFalse(self.contract.modification_ids)

    def test_after_an_answer_only_the_difference_is_proposed(self):
        """An applied change is agreed."""
        self.order.order_line[0].price_unit = 900
        self.contract.modification_ids.action_apply()
        self.order.order_line[0].price_unit = 1000
        self.assertRecordValues(
            self.contract.modification_ids.sorted("id"),
            [{"state": "applied", "fixed_delta": -300.0}, {"state": "proposed", "fixed_delta": 100.0}],
        )

    def test_removed_line(self):
        """A quantity of nothing takes the obligation out of the contract."""
        self.order.order_line[1].product_uom_qty = 0
        change = self.contract.modification_ids
        self.assertRecordValues(change.line_ids, [{"action": "remove"}])
        self.assertEqual(change.fixed_delta, -500)

    def test_applied_change_stays(self):
        """Neither changed nor deleted by anybody."""
        self.order.order_line[0].price_unit = 900
        change = self.contract.modification_ids
        change.action_apply()
        accountant = change.with_user(self.preparer)
        with self.assertRaises(UserError):
            accountant.write({"fixed_delta": 0})
        with self.assertRaises(UserError):
            change.unlink()
        with self.assertRaises(UserError):
            accountant.action_apply()

    def test_rejected_change_leaves_the_contract(self):
        """Its reason stays on the record."""
        self.order.order_line[0].price_unit = 900
        change = self.contract.modification_ids
        change.with_user(self.preparer).action_reject("A typing error")
        self.assertRecordValues(change, [{"state": "rejected", "note": "A typing error"}])
        self.assertEqual(self.contract._position_at(change.date)["transaction_price"], 1700)

    def test_policy_applies_what_is_certain(self):
        """A separate contract needs no accountant where the policy says so; the order says what happened."""
        automatic = self._make_policy(
            "Licences", method="point_in_time", trigger="delivered", modification="auto", ssp_source="price"
        )
        self._add_line(self._make_product("Add-on", automatic), 100)
        self.assertRecordValues(self.contract.modification_ids, [{"state": "applied", "treatment": "separate"}])
        self.assertIn("was applied", self.order.message_ids[0].body)

    def test_cancelled_before_anything_happened(self):
        """The contract is cancelled with its order, and made anew with it."""
        self.order._action_cancel()
        self.assertEqual(self.contract.state, "cancelled")
        self.order.action_draft()
        self.order.action_confirm()
        self.assertNotEqual(self.order.revenue_contract_id, self.contract)
        self.assertEqual(self.order.revenue_contract_id.state, "active")

    @mute_logger("odoo.models.unlink")
    def test_cancelled_after_billing_proposes_its_end(self):
        """Applied, what is billed above what was kept waits for its credit note as refund liability."""
        self._invoice(self.order, "2026-01-05")
        self._close("2026-01-31")
        self.order._action_cancel()
        end = self.contract.modification_ids
        self.assertRecordValues(end, [{"kind": "terminate", "state": "proposed"}])
        self.assertEqual(self.contract.state, "active")
        end.write({"date": "2026-02-10", "refund": 1500})
        end.action_apply()
        self._close("2026-02-28")
        self.assertEqual(self._balance("revenue"), 200)
        self.assertEqual(self._balance("contract_liability"), 0)
        self.assertEqual(self._balance("refund_liability"), 1500)
        credit = self.order.invoice_ids._reverse_moves([{"invoice_date": "2026-03-03", "date": "2026-03-03"}])
        credit.invoice_line_ids[0].price_unit = 1000
        credit.action_post()
        self._close("2026-03-31")
        self.assertEqual(self._balance("refund_liability"), 0)
        self.assertEqual(self._balance("revenue"), 200)

    def test_draft_follows_its_order(self):
        """What is not active yet takes over the lines as they are."""
        bare = self._make_product("Setup", "one_time")
        order = self._make_order((bare, 100), (self.support, 100))
        order.action_confirm()
        contract = order.revenue_contract_id
        self.assertEqual(contract.state, "draft")
        order.order_line[0].price_unit = 150
        self.assertFalse(contract.modification_ids)
        self.assertRecordValues(contract, [{"fixed": 250.0}])
        self.assertEqual(contract.obligation_ids[0].price, 150)

    def test_partial_credit_note_is_proposed_as_a_concession(self):
        """Applied, the price falls; the credit note of a whole invoice proposes nothing."""
        invoice = self._invoice(self.order, "2026-01-05")
        credit = invoice._reverse_moves([{"invoice_date": "2026-01-20", "date": "2026-01-20"}])
        credit.invoice_line_ids[1].unlink()
        credit.invoice_line_ids.price_unit = 200
        credit.action_post()
        concession = self.contract.modification_ids
        self.assertRecordValues(
            concession, [{"move_id": credit.id, "fixed_delta": -200.0, "state": "proposed", "date": credit.date}]
        )
        self.order.order_line[0].name = "Support, renamed"
        self.order.order_line[0].price_unit = 1100
        self.assertIn(concession, self.contract.modification_ids)
        self.order.order_line[0].price_unit = 1200
        concession.action_apply()
        self.assertEqual(self.contract._position_at(credit.date)["transaction_price"], 1500)
        self._accept(self.contract.obligation_ids[1])
        with freeze_time("2026-12-31 12:00:00"):
            self._close("2026-12-31")
        self.assertEqual(self._balance("revenue"), 1500)
        self.assertEqual(self._balance("contract_liability"), 0)

    def test_what_was_changed_by_hand_is_not_proposed_back(self):
        """A modification without the order leaves the order as it is; only further changes of it are proposed."""
        change = self.env["revenue.modification"].create(
            {"contract_id": self.contract.id, "name": "Letter of May", "date": "2026-05-01", "fixed_delta": -100}
        )
        change.action_apply()
        self.assertEqual(self.contract._position_at(change.date)["transaction_price"], 1600)
        self.order.order_line[0].price_unit = 1300
        proposal = self.contract.modification_ids - change
        self.assertRecordValues(proposal, [{"fixed_delta": 100.0, "of_order": True}])
        self.order.order_line[0].price_unit = 1200
        self.assertEqual(self.contract.modification_ids, change)
        removal = self.env["revenue.modification"].create(
            {
                "contract_id": self.contract.id,
                "name": "Without the licence",
                "date": "2026-06-01",
                "fixed_delta": -450,
                "line_ids": [Command.create({"obligation_id": self.contract.obligation_ids[1].id, "action": "remove"})],
            }
        )
        removal.action_apply()
        self.order.order_line[0].price_unit = 1250
        proposal = self.contract.modification_ids - change - removal
        self.assertRecordValues(proposal, [{"fixed_delta": 50.0}])
        self.assertRecordValues(proposal.line_ids, [{"obligation_id": self.contract.obligation_ids[0].id}])

    def test_reopened_and_closed_before_what_was_added(self):
        """The books of an obligation that comes later were mirrored: the earlier close does not know it."""
        self._add_line(self.licence, 500)
        change = self.contract.modification_ids
        change.date = "2026-02-20"
        change.action_apply()
        added = change.line_ids.obligation_id
        fact = {"key": "signed", "contract": self.contract.id, "obligation": added.key, "kind": "satisfy"}
        self.env["revenue.evidence"].record([{**fact, "date": "2026-02-25"}])
        close = self._close("2026-02-28")
        self.assertIn(added, close.entry_ids.obligation_id)
        close.with_user(self.approver).action_reopen("Closed too far")
        earlier = self._close("2026-02-15")
        self.assertNotIn(added, earlier.entry_ids.obligation_id)
        self.assertEqual(earlier.difference, 0)

    def _accept(self, obligation):
        """Have the customer accept what is delivered at a point in time."""
        fact = {"key": "signed", "contract": self.contract.id, "obligation": obligation.key, "kind": "satisfy"}
        [answer] = self.env["revenue.evidence"].record([{**fact, "date": "2026-02-01"}])
        self.assertEqual(answer["status"], "recorded", answer)

    def test_whole_credit_note_proposes_nothing(self):
        """It is billed again, or its order changes."""
        invoice = self._invoice(self.order, "2026-01-05")
        invoice._reverse_moves([{"invoice_date": "2026-01-20", "date": "2026-01-20"}]).action_post()
        self.assertFalse(self.contract.modification_ids)

    def _facts(self, obligation):
        return obligation.evidence_ids.mapped(lambda fact: (fact.kind, fact.value))

    @mute_logger("odoo.models.unlink")
    def test_what_was_delivered_of_a_proposed_line_stays_with_it(self):
        """Another change of the order replaces the proposal; the new obligation waits on, with its evidence."""
        boxes = self._make_product("Boxes", "goods")
        self._make_ssp(boxes, 10)
        line = self._add_line(boxes, 10)
        added = self.contract.modification_ids.line_ids.obligation_id
        line.qty_delivered = 1
        self.env.flush_all()
        self.assertEqual(self._facts(added), [("units", 1.0)])
        self.order.order_line[0].price_unit = 1000
        change = self.contract.modification_ids
        self.assertRecordValues(change, [{"state": "proposed", "fixed_delta": -190.0}])
        self.assertEqual(added.modification_id, change)
        self.assertEqual(self.contract._position_at(change.date)["transaction_price"], 1700)
        self.order.order_line[0].price_unit = 1200
        line.product_uom_qty = 0
        self.assertRecordValues(self.contract.modification_ids, [{"state": "rejected", "fixed_delta": 10.0}])
        self.assertFalse(added.sale_line_ids)
        line.write({"product_uom_qty": 2, "price_unit": 10})
        again = self.contract.modification_ids.filtered(lambda one: one.state == "proposed")
        self.env.flush_all()
        self.assertRecordValues(again, [{"state": "proposed", "fixed_delta": 20.0}])
        again.action_apply()
        self.env["sale.order.line"]._revenue_sync_all_delivered(self.company)
        self.assertEqual(self._facts(again.line_ids.obligation_id), [("units", 1.0)])
        self.assertEqual(self.contract._position_at(again.date)["transaction_price"], 1720)

    @mute_logger("odoo.models.unlink")
    def test_confirmed_again_it_does_not_end(self):
        """The proposal to end the contract goes; what the order says differently by then is proposed."""
        self._invoice(self.order, "2026-01-05")
        for price in (1200, 900):
            self.order._action_cancel()
            self.assertRecordValues(self.contract.modification_ids, [{"kind": "terminate", "state": "proposed"}])
            self.order.action_draft()
            self.order.order_line[0].price_unit = price
            self.order.action_confirm()
            self.assertEqual(self.order.revenue_contract_id, self.contract)
            self.assertEqual(self.contract.modification_ids.mapped("fixed_delta"), [-300.0] if price == 900 else [])

    @mute_logger("odoo.models.unlink")
    def test_confirmed_again_after_its_end(self):
        """The end that was applied stays; the worklist says that the order lives on without a contract."""
        self._invoice(self.order, "2026-01-05")
        self.order._action_cancel()
        self.contract.modification_ids.action_apply()
        self.assertNotIn("ended", self.contract.exception_ids.mapped("kind"))
        self.order.action_draft()
        self.order.action_confirm()
        self.assertRecordValues(
            self.contract.exception_ids.filtered(lambda one: one.kind == "ended"), [{"blocking": False}]
        )

    def test_made_anew_it_knows_its_invoices(self):
        """The obligations of the contract that was given up claim the order lines no more."""
        hours = self._make_product("Hours", "time_material")
        days = self._make_product("Days", "time_material")
        order = self._make_order((hours, 100), (days, 700))
        order.action_confirm()
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        order._create_invoices().action_post()
        found = order.revenue_contract_id._position_at(order.invoice_ids.date)
        self.assertEqual([one["recognised"] for one in found["obligations"].values()], [100.0, 700.0])

    def test_changes_by_hand_are_of_the_contract(self):
        """Obligations of others, terms that are none: refused in words."""
        other = self._make_order((self.licence, 500))
        other.action_confirm()
        own = self.contract.obligation_ids[0]
        waiting = self._add_line(self.licence, 500).revenue_obligation_ids
        for line, words in (
            ({"obligation_id": other.revenue_contract_id.obligation_ids.id}, "no obligation of"),
            ({"obligation_id": waiting.id}, "Take a later day"),
            ({"action": "add"}, "already"),
            ({"action": "remove", "terms": {"price": 5}}, "Only an obligation that is changed"),
            ({"terms": {"price": "abc"}}, "terms.price: not a number"),
            ({"terms": {"price": 1.005}}, "more than 2 decimals"),
            ({"terms": {"end": "1.2.2026"}}, "terms.end: not an ISO date"),
            ({"terms": {"colour": "red"}}, "terms.colour: unknown key"),
            ({"terms": [5]}, "terms: not an object"),
        ):
            values = {"obligation_id": own.id, "action": "change", **line}
            with self.subTest(line), self.assertRaisesRegex(ValidationError, words):
                self.env["revenue.modification"].with_user(self.preparer).create(
                    {
                        "contract_id": self.contract.id,
                        "name": "By hand",
                        "date": self.contract.date,
                        "line_ids": [Command.create(values)],
                    }
                )
