from collections import Counter

from odoo import Command
from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools import file_path

from ..models import billing_attainment_billing, billing_attainment_queue, billing_milestone_attaining
from .common import BillingCommon


class FakeClock:
    """A clock that stands still but for what a test lets work cost."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@tagged("post_install", "-at_install")
class TestDrain(BillingCommon):
    """The queue is worked by time and in turn: it ends when it has to, and nobody waits behind another's heap."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.robot = cls.env["res.users"].create(
            {
                "name": "Integration",
                "login": "integration-of-a-test",
                "group_ids": [Command.link(cls.env.ref("milestone_billing.group_billing_manager").id)],
            }
        )

    def setUp(self):
        super().setUp()
        self.clock = FakeClock()
        for module in (billing_attainment_billing, billing_attainment_queue, billing_milestone_attaining):
            self.patch(module, "monotonic", self.clock)
        self.batches = []

    def _start(self, count=1, customer=None, **values):
        """Confirm an order with so many milestones by hand; return them."""
        order = self._make_order(1000.0, product=self.plain, **({"partner_id": customer.id} if customer else {}))
        schedule = self._make_schedule(order, *[100 / count] * count, **values)
        order.action_confirm()
        return schedule.milestone_ids

    def _make_customer(self, name="Second"):
        return self.env["res.partner"].create({"name": name})

    def _send(self, milestones, sender=None):
        """Attain by another system."""
        milestones = milestones.with_user(sender or self.robot)
        return milestones._attain(100.0, self.env.cr.now().date(), "api")

    def _let_billing_cost(self, seconds):
        """Let each milestone cost so many seconds (a number, or a function of the batches so far)."""
        bill = type(self.env["billing.milestone"])._bill_due

        def slow(milestones):
            cost = seconds(len(self.batches)) if callable(seconds) else seconds
            self.batches.append(len(milestones))
            self.clock.now += cost * len(milestones)
            return bill(milestones)

        self.patch(type(self.env["billing.milestone"]), "_bill_due", slow)

    def _states(self):
        return Counter(self.attainments.search([]).mapped("state"))

    def _sleep(self):
        """Forget what woke the queue until now."""
        self.env.cr.precommit.run()
        self.env["ir.cron.trigger"].search([]).unlink()

    def _is_woken(self):
        self.env.cr.precommit.run()
        cron = self.env.ref("milestone_billing.ir_cron_drain_1")
        return bool(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))

    # === TIME === #

    def test_somebody_who_waits_is_answered_in_time_however_busy_the_machine_is(self):
        self._send(self._start(60))
        self._let_billing_cost(1.1)
        start = self.clock.now
        answer = self._drain()
        self.assertLessEqual(self.clock.now - start, 25)
        self.assertEqual(answer["billed"] + answer["pending"], 60)
        self.assertGreater(answer["billed"], 10)

    def test_what_is_left_goes_on_by_itself(self):
        self._send(self._start(30))
        self._sleep()
        self._let_billing_cost(2.0)
        self.assertTrue(self._drain()["pending"])
        self.assertTrue(self._is_woken())

    def test_batches_follow_what_the_last_one_cost(self):
        self._send(self._start(90))
        self._let_billing_cost(lambda number: 0.05 if number < 2 else 1.0)
        self.attainments.sudo()._drain(120)
        self.assertEqual(self.batches[:3], [10, 20, 40])
        self.assertEqual(self.batches[3], 5, "shrunk to some seconds at once")
        self.assertLessEqual(max(self.batches[3:]), 5)

    def test_what_fails_one_by_one_looks_at_the_clock_too(self):
        milestones = self._start(10) | self._start(10, self._make_customer())
        self._send(milestones)

        def refuse(some):
            self.clock.now += 4.0
            raise ValueError("stumbled")

        self.patch(type(self.env["billing.milestone"]), "_bill_due", refuse)
        with self.assertLogs("odoo.addons.milestone_billing.models.billing_attainment_billing", "WARNING"):
            self.attainments.sudo()._drain(25)
        self.assertLessEqual(self.clock.now - 1000.0, 30)
        self.assertTrue(self._states()["failed"])
        self.assertTrue(self._states()["pending"], "what was not tried alone waits, unharmed")

    def test_nothing_is_begun_when_the_time_is_over(self):
        self._send(self._start())
        self._let_billing_cost(1.0)
        self._sleep()
        self.patch(type(self.attainments), "_commit", lambda *args, **kwargs: 0.0)
        self.assertFalse(self.attainments.sudo()._drain())
        self.assertEqual((self.batches, self._states()["pending"]), ([], 1))
        self.assertTrue(self._is_woken())

    def test_a_sweep_of_much_leaves_time_to_bill(self):
        milestones = self.env["billing.milestone"]
        attain = type(milestones)._attain_dated
        self.patch(type(milestones), "_attain_dated", lambda some: None)
        for _number in range(3):
            order = self._make_order(1000.0, product=self.plain)
            dated = [{"percent": 10, "due_on": "date", "date": "2020-01-01"}] * 10
            milestones |= self._make_schedule(order, *dated).milestone_ids
            order.action_confirm()

        def slow(some):
            self.clock.now += len(some)
            return attain(some)

        self.patch(type(milestones), "_attain_dated", slow)
        self._send(self._start(customer=self._make_customer()))
        self._sleep()
        answer = self._drain()
        self.assertLess(len(milestones.attainment_ids), 30)
        self.assertTrue(answer["billed"])
        self.assertTrue(self._is_woken(), "the rest of the sweep goes on")

    def test_the_clock_looks_every_few_minutes_in_an_updated_database_too(self):
        crons = self.env.ref("milestone_billing.ir_cron_drain_1") | self.env.ref("milestone_billing.ir_cron_drain_2")
        crons[0].write({"interval_number": 1, "interval_type": "hours"})
        crons[1].write({"interval_number": 2, "interval_type": "minutes"})
        script = file_path("milestone_billing/migrations/19.0.1.1.0/post-queue.py")
        load_script(script, "post-queue").migrate(self.env.cr, "19.0.1.0.0")
        self.env.flush_all()
        self.assertEqual(crons.mapped("interval_number"), [5, 2], "what a company chose stays")
        self.assertEqual(set(crons.mapped("interval_type")), {"minutes"})

    # === ORDER === #

    def test_what_a_person_attains_is_in_the_first_batch(self):
        self._send(self._start(60))
        mine = self._start(customer=self._make_customer())
        mine.action_attain()
        self.assertIn(mine.attainment_ids, self.attainments._lock_batch(10))

    def test_the_heap_of_a_customer_lets_others_through(self):
        self._send(self._start(40))
        other = self._send(self._start(customer=self._make_customer()))
        self.assertIn(other, self.attainments._lock_batch(2))

    def test_a_sender_of_many_customers_lets_another_sender_through(self):
        for number in range(12):
            self._send(self._start(customer=self._make_customer(f"Customer {number}")))
        second = self.robot.copy({"login": "second-integration"})
        other = self._send(self._start(customer=self._make_customer()), second)
        self.assertIn(other, self.attainments._next_in_turn(2))

    def test_a_person_of_many_milestones_lets_another_through(self):
        self._start(30).action_attain()
        colleague = self.env.user.copy({"login": "colleague"})
        mine = self._start(customer=self._make_customer())
        mine.with_user(colleague)._attain(100.0, self.env.cr.now().date(), "manual")
        self.assertIn(mine.attainment_ids, self.attainments._next_in_turn(2))

    def test_attainments_of_one_milestone_are_settled_together_whoever_sent_them(self):
        milestone = self._start()
        milestone.with_user(self.robot)._attain(40.0, self.env.cr.now().date(), "api")
        self._send(self._start(20, self._make_customer()))
        milestone.action_attain()
        self.assertLessEqual(milestone.attainment_ids, self.attainments._lock_batch(1))
        self.assertEqual(self._drain()["failed"], 0)
        self.assertEqual(milestone.invoice_ids.mapped("amount_untaxed"), [1000.0])

    def test_what_another_worker_has_in_hand_hides_nobody_elses(self):
        mine = self._send(self._start(30))
        other = self._send(self._start(customer=self._make_customer()))
        scope = mine[0].milestone_id._billing_scope()
        lock = type(self.attainments)._lock_scope
        self.patch(type(self.attainments), "_lock_scope", lambda rows, tried: tried != scope and lock(rows, tried))
        self.assertEqual(self.attainments._lock_batch(1), other)

    def test_companies_take_turns(self):
        second = self.setup_other_company(name="Second company")["company"]
        self._send(self._start(20))
        theirs = self._send(self._start(20, self._make_customer()))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE billing_attainment SET company_id = %s WHERE id IN %s", [second.id, tuple(theirs.ids)]
        )
        self.assertEqual(len(theirs & self.attainments._next_in_turn(10)), 5)
