from odoo.fields import Command, Date
from odoo.tests import tagged

from .close_common import YEAR, CloseCommon


@tagged("post_install", "-at_install")
class TestAddedLater(CloseCommon):
    """What happened of an order line before the day from which its contract has it: nothing of it is lost.

    What is billed of it is billed on its own day. It is of the new obligation from the day that was added, and so is
    whatever else happened of it before.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_priced("Support", "subscription", 1200)
        cls.licence = cls._make_priced("Licence", "one_time", 500)
        cls.employee = cls.env["hr.employee"].sudo().create({"name": "Worker", "company_id": cls.company.id})

    def _agree(self, *lines):
        """Confirm an order of some lines, agreed on January 1; of support through the year without any."""
        self.order = self._make_order(*(lines or [(self.support, 1200, YEAR)]), date_order="2026-01-01 12:00:00")
        self.contract = self._confirm(self.order, "2026-01-01")

    def _add(self, product, price, apply=True, **values):
        """Add a line to the order on February 20; return it and its obligation."""
        before = self.order.order_line
        row = {"product_id": product.id, "price_unit": price, "tax_ids": [Command.clear()], **values}
        self.order.order_line = [Command.create(row)]
        change = self.contract.modification_ids.filtered(lambda one: one.state == "proposed")
        added = change._added_obligations()
        change.date = "2026-02-20"
        if apply:
            change.action_apply()
        return self.order.order_line - before, added

    def _bill(self, line, amount, day):
        """Post an invoice of a line of the order, or a credit note where the amount is below zero."""
        row = {"quantity": 1, "price_unit": abs(amount), "tax_ids": [Command.clear()], "product_id": line.product_id.id}
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice" if amount > 0 else "out_refund",
                "partner_id": self.customer.id,
                "invoice_date": day,
                "invoice_line_ids": [Command.create({**row, "sale_line_ids": [Command.link(line.id)]})],
            }
        )
        move.action_post()
        return move

    def _at(self, day, *names):
        """Return figures of the contract on a day, or why it can't be worked out."""
        found = self.contract._position_at(Date.to_date(day))
        self.assertIn("revenue", found, found)
        return [found[name] for name in names]

    def _recognised(self, obligation, day):
        return self.contract._position_at(Date.to_date(day))["obligations"][obligation.key]["recognised"]

    def _check_ties(self, day):
        """Close through a day: the ledger is what the subledger says."""
        close = self._close(day)
        self.assertEqual(close.difference, 0)
        return close

    def test_invoice_dated_before(self):
        """It is billed on its day, and of the line from the day it was added; a close of either ties to the ledger."""
        self._agree()
        line, added = self._add(self.licence, 500)
        self._bill(line, 500, "2026-02-10")
        self._check_ties("2026-02-15")
        self.assertEqual(self._at("2026-02-15", "billed", "transaction_price"), [500, 1200])
        self._check_ties("2026-02-28")
        self.assertEqual(self._at("2026-02-28", "billed", "transaction_price"), [500, 1700])
        self.assertEqual(self._recognised(added, "2026-02-28"), 0)
        self.assertFalse(self.contract.exception_ids.filtered("blocking"))

    def test_invoice_before_it_was_applied(self):
        """While the line waits for an answer it bills already; the change can be applied as of a later day."""
        self._agree()
        line, _added = self._add(self.licence, 500, apply=False)
        self._bill(line, 500, "2026-02-10")
        change = self.contract.modification_ids
        self.assertFalse(change.hindrance)
        change.action_apply()
        self.assertEqual(self._at("2026-02-28", "billed", "transaction_price"), [500, 1700])

    def test_credit_note_dated_before(self):
        """Billed and credited before the line was added: nothing is billed of it."""
        self._agree()
        line, _added = self._add(self.licence, 500)
        self._bill(line, 500, "2026-02-10")
        self._bill(line, -500, "2026-02-12")
        for change in self.contract.modification_ids.filtered(lambda one: one.state == "proposed"):
            change.action_reject()
        self._check_ties("2026-02-28")
        self.assertEqual(self._at("2026-02-28", "billed"), [0])

    def test_earned_as_invoiced(self):
        """What is earned as it is invoiced is earned on the day it was added, of the line that was invoiced."""
        work = self._make_product("Work", "time_material")
        self._agree((work, 100))
        line, added = self._add(self._make_product("More Work", "time_material"), 80)
        first = self.contract.obligation_ids - added
        self._bill(line, 80, "2026-02-10")
        self._bill(self.order.order_line[0], 100, "2026-02-12")
        self._check_ties("2026-02-28")
        self.assertEqual(self._recognised(first, "2026-02-28"), 100)
        self.assertEqual(self._recognised(added, "2026-02-28"), 80)
        self.assertEqual(self._balance("revenue"), 180)
        self.assertEqual(self._balance("contract_liability"), 0)

    def test_hours_before(self):
        """Hours worked before the line was agreed count on the day it was."""
        self._agree()
        advice = self._make_product("Advice", "hours", service_tracking="task_global_project")
        advice.project_id = self.env["project.project"].create({"name": "Advice", "allow_timesheets": True})
        self._make_ssp(advice, 100)
        hour = self.env.ref("uom.product_uom_hour").id
        line, added = self._add(advice, 100, product_uom_qty=10, product_uom_id=hour)
        row = {"project_id": advice.project_id.id, "employee_id": self.employee.id, "task_id": line.task_id.id}
        for day in ("2026-02-10", "2026-02-25"):
            self.env["account.analytic.line"].create({**row, "name": "Work", "date": day, "unit_amount": 4})
        self.assertEqual(self._recognised(added, "2026-02-20"), 400)
        self.assertEqual(self._recognised(added, "2026-02-28"), 800)

    def test_milestones_before(self):
        """A milestone reached before its line was added is done on the day of the line."""
        self._agree()
        works = self._make_product("Works", "milestones", service_tracking="project_only")
        self._make_ssp(works, 1000)
        line, added = self._add(works, 1000)
        steps = self.env["project.milestone"].create(
            [{"name": name, "project_id": line.project_id.id, "sale_line_id": line.id} for name in ("Design", "Build")]
        )
        steps.quantity_percentage = 0.5
        steps[0].is_reached = True
        self.env.flush_all()
        self.env.cr.execute("UPDATE project_milestone SET reached_date = '2026-02-10' WHERE id = %s", [steps[0].id])
        self.env.invalidate_all()
        self._check_ties("2026-02-28")
        self.assertEqual(self._recognised(added, "2026-02-28"), 500)

    def test_cost_before(self):
        """Cost that was charged before the line was added is progress from the day of the line."""
        self._agree()
        plant = self._make_product("Plant", "cost_to_cost", service_tracking="project_only")
        self._make_ssp(plant, 1000)
        line, added = self._add(plant, 1000, apply=False)
        fact = {"key": "first", "contract": self.contract.id, "obligation": added.key, "kind": "estimate_cost"}
        [answer] = self.env["revenue.evidence"].record([{**fact, "date": "2026-02-20", "value": 800}])
        self.assertEqual(answer["status"], "recorded", answer)
        self.contract.modification_ids.action_apply()
        self.env["account.analytic.line"].create(
            {
                "name": "Steel",
                "account_id": line.project_id.account_id.id,
                "amount": -200,
                "date": "2026-02-10",
                "company_id": self.company.id,
            }
        )
        self._check_ties("2026-02-28")
        self.assertEqual(self._recognised(added, "2026-02-28"), 250)

    def test_evidence_of_an_earlier_proposal(self):
        """A fact that was recorded of a line while an earlier proposal had it counts from the day it is agreed."""
        self._agree()
        _line, added = self._add(self.licence, 500, apply=False)
        change = self.contract.modification_ids
        change.date = "2026-02-05"
        boxes = {"key": "first", "contract": self.contract.id, "obligation": added.key, "kind": "units"}
        [answer] = self.env["revenue.evidence"].record([{**boxes, "date": "2026-02-10", "value": 1}])
        self.assertEqual(answer["status"], "recorded", answer)
        change.date = "2026-02-20"
        self.assertFalse(change.hindrance)
        change.action_apply()
        self.assertEqual(self._recognised(added, "2026-02-20"), 500)

    def test_contract_cost_before(self):
        """A commission that is amortised with what was added later is an asset from then on."""
        self._agree()
        _line, added = self._add(self.licence, 500)
        self.env["revenue.contract.cost"].create(
            {
                "contract_id": self.contract.id,
                "date": "2026-02-10",
                "amount": 50,
                "obligation_ids": [Command.link(added.id)],
                "reason": "Commission",
            }
        )
        self.assertEqual(self._at("2026-02-28", "cost_asset"), [50])

    def test_bonus_before(self):
        """A bonus for what was added later is no part of the price before, and its own from then on."""
        self._agree()
        _line, added = self._add(self.licence, 500)
        for day, amount in (("2026-01-01", 100), ("2026-02-10", 60)):
            self.env["revenue.price.change"].create(
                {
                    "contract_id": self.contract.id,
                    "name": "Bonus",
                    "date": day,
                    "amount": amount,
                    "obligation_ids": [Command.link(added.id)],
                    "reason": "Letter",
                }
            )
        self.assertEqual(self._at("2026-02-15", "transaction_price"), [1200])
        found = self.contract._position_at(Date.to_date("2026-02-28"))
        self.assertEqual(found["obligations"][added.key]["allocated"], 560)

    def test_simulated(self):
        """What the contract is as a scenario is read again, and comes to the same."""
        self._agree()
        line, _added = self._add(self.licence, 500)
        self._bill(line, 500, "2026-02-10")
        contracts = self.env["revenue.contract"]
        [scenario] = contracts.get_scenario([self.contract.id], "2026-02-28")
        answer = contracts.simulate(scenario)
        self.assertEqual(answer["positions"][0]["billed"], 500)
