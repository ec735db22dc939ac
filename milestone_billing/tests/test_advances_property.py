from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .advance_common import AdvanceCommon

AMOUNTS = st.integers(1, 1_000_000).map(lambda cents: cents / 100)
LINES = st.lists(st.tuples(AMOUNTS, st.sampled_from(["21", "6", "included", "none"])), min_size=1, max_size=3)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["advance", "advance", "hand", "attain", "attain", "undo", "button"]), st.integers(0, 99)
    ),
    max_size=7,
)


@tagged("post_install", "-at_install")
class TestAdvancesProperty(AdvanceCommon):
    """Whatever is paid in advance or invoiced by hand, and when: in all the customer is asked for the order, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        included = cls._make_tax(19.0, price_include_override="tax_included")
        cls.kinds = {"21": [cls.vat], "6": [cls.low_vat], "included": [included]}

    # Making a failure smaller takes minutes: a story takes seconds.
    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
    )
    @given(
        lines=LINES,
        percents=st.lists(st.integers(1, 98), min_size=1, max_size=3),
        acts=ACTS,
        advance_policy=st.sampled_from(["next", "pro_rata", "last"]),
        invoice_policy=st.sampled_from(["draft", "post"]),
        grouping=st.sampled_from(["milestone", "order", "customer"]),
    )
    def test_asked_for_the_order_once(self, lines, percents, acts, **settings_of_schedule):
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            self._tell_story(lines, percents, acts, settings_of_schedule)
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)

    def _tell_story(self, lines, percents, acts, schedule):
        order = self._make_order(
            *(
                self._taxed(price, *self.kinds[kind]) if kind in self.kinds else {"price_unit": price}
                for price, kind in lines
            )
        )
        shares = [round(99.0 * percent / sum(percents), 6) for percent in percents]
        rows = [{"percent": share, "due_on": "manual"} for share in shares]
        plan = self._make_schedule(order, *rows, {"amount_type": "balance", "due_on": "manual"}, **schedule)
        order.action_confirm()
        for act, number in acts:
            getattr(self, f"_act_{act}")(order, plan.milestone_ids, number)
            self._check_asked(order)
        for milestone in plan.milestone_ids.filtered(lambda milestone: not milestone._is_attained()):
            milestone.action_attain()
        self._drain()
        order.invoice_ids.filtered(lambda move: move.state == "draft").action_post()
        self._drain()
        self._check_end(order)

    # === ACTS === #

    def _act_advance(self, order, _milestones, number):
        asked = sum(-move.direction_sign * move.amount_total for move in order.invoice_ids)
        amount = order.currency_id.round((order.amount_total - asked) * number / 300)
        if amount > 0:
            self._pay_in_advance(order, amount)

    def _act_hand(self, order, _milestones, number):
        line = order.order_line[0]
        if not line.invoice_lines and not order.billing_milestone_ids.filtered("attained_percent"):
            values = order._prepare_invoice()
            price = order.currency_id.round(line.price_unit * number / 200)
            values["invoice_line_ids"] = [Command.create(line._prepare_invoice_line(quantity=1.0, price_unit=price))]
            self.env["account.move"].create(values).action_post()

    def _act_attain(self, _order, milestones, number):
        milestone = milestones[number % len(milestones)]
        if number + 1 > milestone.attained_percent:
            milestone._attain(float(number + 1), self.env.cr.now().date(), "api")
            self._drain()

    def _act_undo(self, _order, milestones, number):
        milestone = milestones[number % len(milestones)]
        if milestone.attained_percent and milestone.schedule_id.invoice_policy == "draft":
            milestone.action_undo()
            self._drain()

    def _act_button(self, order, _milestones, _number):
        try:
            with self.env.cr.savepoint():
                self._create_invoice(order)
        except UserError:
            self.env.invalidate_all()

    # === WHAT HOLDS === #

    def _check_asked(self, order):
        standing = order.invoice_ids.filtered(lambda move: move.state != "cancel")
        self.assertFalse(standing.filtered(lambda move: move.amount_total < 0))
        asked = sum(-move.direction_sign * move.amount_untaxed for move in standing)
        self.assertLessEqual(order.currency_id.round(asked), order.amount_untaxed)

    def _check_end(self, order):
        currency = order.currency_id
        standing = order.invoice_ids.filtered(lambda move: move.state == "posted")
        self.assertEqual(
            currency.round(sum(-move.direction_sign * move.amount_untaxed for move in standing)), order.amount_untaxed
        )
        self.assertFalse(order._billing_advances())
        self.assertEqual(order.invoice_status, "invoiced")
        keys = [key for key in order.invoice_ids.invoice_line_ids.mapped("billing_key") if key]
        self.assertEqual(len(keys), len(set(keys)))
