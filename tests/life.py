"""The life of one order: what people do with it in any order, ours and Odoo's own acts, and what must hold after each.

An act that Odoo or an addon refuses (``UserError`` and its kind) leaves nothing behind and is part of the life; any
other exception is a fault.
"""

from contextlib import contextmanager
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from life_books import Books
from life_neighbours import Neighbours
from life_remedies import Remedies
from life_subscriptions import Subscriptions
from psycopg2.errors import ForeignKeyViolation

from odoo import fields
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.fields import Command

REFUSALS = (UserError, AccessError, RedirectWarning, ForeignKeyViolation)
PRICES = st.integers(1, 500_000).map(lambda cents: cents / 100)
QUANTITIES = st.sampled_from([1.0, 1.0, 2.0, 3.0, 10.0, 0.5])
PERCENTS = st.sampled_from([10.0, 25.0, 33.333333, 40.0, 50.0, 75.0, 100.0])
PLACES = st.integers(0, 5)
AGES = st.sampled_from([0, 0, 10, 40, 100])
TAXES = st.sampled_from(["none", "21", "21", "included"])
TRIGGERS = st.sampled_from(["manual", "manual", "task", "confirmation", "milestone"])


class Life(Neighbours, Books, Remedies, Subscriptions, RuleBasedStateMachine):
    """One order with a plan, and whoever acts on it. ``world`` is the test case with the company's records."""

    world = None

    def __init__(self):
        super().__init__()
        self.env = self.world.env
        self.savepoint = self.env.cr.savepoint(flush=False)
        self.order = self.schedule = self.confirmed = None
        self.said = []

    def teardown(self):
        """Leave the database as it was."""
        self.env.invalidate_all(flush=False)
        self.savepoint.close(rollback=True)

    # === BEGINNING === #

    @initialize(
        lines=st.lists(st.tuples(PRICES, QUANTITIES, TAXES), min_size=1, max_size=3),
        parts=st.lists(st.tuples(st.integers(1, 60), TRIGGERS), min_size=1, max_size=3),
        policy=st.sampled_from(["draft", "post", "post"]),
        grouping=st.sampled_from(["milestone", "order", "customer"]),
        foreign=st.sampled_from([False, False, True]),
        age=AGES,
        change=st.data(),
    )
    def begin(self, lines, parts, policy, grouping, foreign, age, change):
        """A quotation with a plan, confirmed, today or months ago."""
        rules = [key for key, _label in self.env["billing.schedule"]._fields["change_rule"].selection]
        self.order = self.world.quotation(lines, foreign=foreign)
        scale = sum(share for share, _due_on in parts) / 95.0
        plan = [
            {"name": f"Part {place}", "percent": round(share / scale, 6), "due_on": due_on}
            for place, (share, due_on) in enumerate(parts)
        ]
        self.schedule = self.world.plan(
            self.order,
            [*plan, {"name": "Balance", "amount_type": "balance", "due_on": "manual"}],
            invoice_policy=policy,
            grouping=grouping,
            change_rule=change.draw(st.sampled_from(rules)),
            advance_policy=change.draw(st.sampled_from(["next", "pro_rata", "last"])),
            invoice_date_policy=change.draw(st.sampled_from(["today", "attained"])),
        )
        self.order.action_confirm()
        self.date_back(age)
        self.check()

    def date_back(self, age):
        """Let the order be confirmed so many days ago."""
        self.confirmed = fields.Date.context_today(self.order) - timedelta(days=age)
        self.order.date_order = f"{self.confirmed} 12:00:00"
        if self.order.revenue_contract_id:
            self.order.revenue_contract_id.date = self.confirmed

    @contextmanager
    def act(self):
        """One act: refused as a whole, or done; then everything must hold."""
        try:
            with self.env.cr.savepoint():
                yield
        except REFUSALS as refusal:
            self.env.invalidate_all()
            assert str(refusal).strip(), "a refusal says why"
        self.env.flush_all()
        self.check()

    # === OUR ACTS === #

    @rule(place=PLACES, percent=PERCENTS, ago=AGES)
    def attain(self, place, percent, ago):
        """A person, or another system, attains a milestone in part or in full, today or on an earlier day."""
        with self.act():
            milestone = self.milestone(place)
            day = max(self.confirmed, fields.Date.context_today(milestone) - timedelta(days=ago))
            if percent > milestone.attained_percent:
                milestone._attain(percent, day, "api")

    @rule(place=PLACES)
    def undo(self, place):
        """An attainment is taken back."""
        with self.act():
            self.milestone(place).action_undo()

    @rule()
    def clock(self):
        """The queue is drained; what waits then has to say why."""
        self.drain()
        self.check()
        self.check_nothing_waits_unsaid()

    @rule()
    def hold(self):
        """The order is held."""
        with self.act():
            if not self.order.billing_hold_ids.filtered("is_active"):
                self.env["billing.hold"].create({"order_id": self.order.id, "reason": "Dispute"})

    @rule()
    def release(self):
        """The hold is released."""
        with self.act():
            self.order.billing_hold_ids.filtered("is_active").action_release()

    @rule(place=PLACES)
    def credit(self, place):
        """The button *Credit Note* of a milestone; the draft is posted."""
        with self.act():
            milestone = self.milestone(place)
            before = self.order.invoice_ids
            milestone.action_credit()
            drafts = self.moves() - before
            drafts.filtered(lambda move: move.state == "draft").action_post()

    @rule(place=PLACES)
    def bill_again(self, place):
        """The button *Bill Again*."""
        with self.act():
            self.milestone(place).action_bill_again()

    @rule(place=PLACES, percent=PERCENTS)
    def replan(self, place, percent):
        """The percentage of a milestone is changed."""
        with self.act():
            milestone = self.milestone(place)
            if milestone.amount_type == "percent":
                milestone.percent = min(percent, milestone.percent)

    # === ODOO'S ACTS === #

    @rule(place=PLACES, price=PRICES)
    def price(self, place, price):
        """The price of an order line is changed."""
        with self.act():
            self.line(place).price_unit = price

    @rule(place=PLACES, quantity=st.sampled_from([0.0, 1.0, 2.0, 4.0]))
    def quantity(self, place, quantity):
        """The ordered quantity is changed, also to nothing and back."""
        with self.act():
            self.line(place).product_uom_qty = quantity

    @rule(place=PLACES, discount=st.sampled_from([0.0, 10.0, 100.0]))
    def discount(self, place, discount):
        """A discount is given or taken back."""
        with self.act():
            self.line(place).discount = discount

    @rule(price=PRICES, tax=TAXES)
    def add_line(self, price, tax):
        """A change order adds a line."""
        with self.act():
            self.order.write({"order_line": [Command.create(self.world.line(price, 1.0, tax))]})

    @rule(place=PLACES)
    def remove_line(self, place):
        """A line is removed, where Odoo allows it."""
        with self.act():
            self.line(place).unlink()

    @rule()
    def create_invoice(self):
        """The native button *Create Invoice*."""
        with self.act():
            self.wizard().create({"advance_payment_method": "delivered"}).create_invoices()

    @rule(percent=st.sampled_from([10.0, 30.0, 50.0]))
    def down_payment(self, percent):
        """The native down payment of a percentage, posted."""
        with self.act():
            before = self.order.invoice_ids
            self.wizard().create({"advance_payment_method": "percentage", "amount": percent}).create_invoices()
            (self.moves() - before).action_post()

    @rule(place=PLACES, share=st.sampled_from([0.1, 0.5, 1.0]), posted=st.booleans())
    def invoice_by_hand(self, place, share, posted):
        """A line is invoiced in part outside the plan, as a person or another module may."""
        with self.act():
            line = self.line(place)
            values = line.order_id._prepare_invoice()
            row = line._prepare_invoice_line(quantity=line.product_uom_qty * share)
            values["invoice_line_ids"] = [Command.create(row)]
            move = self.env["account.move"].create(values)
            if posted:
                move.action_post()

    @rule(place=PLACES)
    def post(self, place):
        """A draft invoice is posted by hand."""
        with self.act():
            self.move(place, "draft").action_post()

    @rule(place=PLACES)
    def delete_draft(self, place):
        """A draft invoice is deleted."""
        with self.act():
            self.move(place, "draft").unlink()

    @rule(place=PLACES)
    def cancel_draft(self, place):
        """A draft invoice is cancelled."""
        with self.act():
            self.move(place, "draft").button_cancel()

    @rule(place=PLACES)
    def reset(self, place):
        """A posted invoice is reset to draft."""
        with self.act():
            self.move(place, "posted").button_draft()

    @rule(place=PLACES, again=st.booleans())
    def reverse(self, place, again):
        """The native credit note of a posted invoice, in full, and where asked for the invoice once more."""
        with self.act():
            move = self.move(place, "posted")
            if move.move_type == "out_invoice":
                wizard = self.env["account.move.reversal"].with_context(
                    active_model="account.move", active_ids=move.ids
                )
                reversal = wizard.create({"journal_id": move.journal_id.id, "reason": "Wrong"})
                reversal.modify_moves() if again else reversal.refund_moves()

    @rule(place=PLACES)
    def pay(self, place):
        """A posted invoice is paid."""
        with self.act():
            move = self.move(place, "posted")
            if move.move_type == "out_invoice" and move.amount_residual:
                register = self.env["account.payment.register"].with_context(
                    active_model="account.move", active_ids=move.ids
                )
                register.create({})._create_payments()

    @rule()
    def cancel_and_confirm(self):
        """The order is cancelled, made a quotation again and confirmed anew."""
        with self.act():
            self.order._action_cancel()
            self.order.action_draft()
            self.order.action_confirm()

    @rule(place=PLACES, state=st.sampled_from(["1_done", "1_done", "01_in_progress", "1_canceled"]))
    def task(self, place, state):
        """A task is done, opened again or cancelled."""
        tasks = self.env["project.task"].search([("sale_order_id", "=", self.order.id)], order="id")
        with self.act():
            if tasks:
                tasks[place % len(tasks)].state = state

    @precondition(lambda self: self.order and self.order.project_ids)
    @rule(place=PLACES, reached=st.booleans())
    def reach(self, place, reached):
        """A native milestone is reached, or not any more."""
        natives = self.schedule.milestone_ids.project_milestone_id
        with self.act():
            if natives:
                natives[place % len(natives)].is_reached = reached

    @rule()
    def copy(self):
        """The order is duplicated: the copy is a plan of its own, and bills nothing before it is confirmed."""
        with self.act():
            copied = self.order.copy()
            assert len(copied.billing_schedule_ids) == len(self.order.billing_schedule_ids)
            planned = sum(copied.billing_schedule_ids.milestone_ids.mapped("amount"))
            worth = sum(copied.billing_schedule_ids.line_ids.mapped("price_subtotal"))
            assert self.near(planned + sum(copied.billing_schedule_ids.mapped("amount_difference")), worth)
            assert not copied.invoice_ids and not copied.billing_milestone_ids.attainment_ids

    # === WHAT MUST HOLD === #

    def check(self):
        """After each act."""
        self.env.invalidate_all()
        self.check_plan()
        self.check_billed_once()
        self.check_books()

    def check_plan(self):
        """The plan comes to what the order's lines are worth, or says by how much it does not."""
        schedule = self.schedule
        planned = sum(schedule.milestone_ids.mapped("amount"))
        worth = sum(schedule.line_ids.mapped("price_subtotal"))
        assert self.near(planned + schedule.amount_difference, worth), (planned, schedule.amount_difference, worth)

    def check_billed_once(self):
        """What stands on invoices is never more than the order is worth, unless somebody is asked to credit it.

        People may ask for more in advance than an order is worth, as in Odoo alone.
        """
        billed, worth = self.billed_once(), max(self.worth(self.order), self.advanced())
        assert billed <= worth + 0.005 or self.asks_for_credit(), (billed, worth)
        keys = [key for key in self.moves().invoice_line_ids.mapped("billing_key") if key]
        assert len(keys) == len(set(keys))

    def check_nothing_waits_unsaid(self):
        """After the queue is drained: what is due is billed, or the milestone says why not and what lifts it."""
        for milestone in self.schedule.milestone_ids:
            waits = milestone.attainment_ids.filtered(lambda row: row.state in ("pending", "blocked", "failed"))
            assert not waits.filtered(lambda row: row.state == "pending"), "the queue was drained"
            for row in waits:
                assert row.reason, f"{milestone.name} waits and does not say why"
            if not milestone.currency_id.is_zero(milestone.to_bill_amount) and self.order.state == "sale":
                assert waits or milestone.is_held, f"{milestone.name} has {milestone.to_bill_amount} to bill, unsaid"

    # === HELP === #

    def near(self, one, other):
        """Whether two amounts are the same in the currency of the order."""
        return self.order.currency_id.compare_amounts(one, other) == 0

    def worth(self, order):
        """What an order comes to, untaxed, as Odoo rounds the whole document; without its subscriptions."""
        others = order.order_line.filtered(lambda line: line.is_downpayment or line._is_subscription())
        return order.amount_untaxed - sum(others.mapped("price_subtotal"))

    def billed(self, counts=lambda move: move.state != "cancel"):
        """What invoices less credit notes come to, untaxed, those that count."""
        moves = self.moves().filtered(counts)
        return self.order.currency_id.round(sum(move.amount_untaxed * -move.direction_sign for move in moves))

    def billed_once(self):
        """What stands on invoices of what is billed once: all but subscriptions."""
        lines = self.moves().filtered(lambda move: move.state != "cancel").invoice_line_ids
        again = lines.filtered("subscription_charge_id")
        return self.billed() - sum(-line.move_id.direction_sign * line.price_subtotal for line in again)

    def advanced(self):
        """What down payments on invoices come to, untaxed, whatever came off since."""
        lines = self.order.order_line.filtered("is_downpayment").invoice_lines
        charged = lines.filtered(lambda line: line.parent_state != "cancel" and line.price_subtotal > 0)
        return self.order.currency_id.round(sum(-line.move_id.direction_sign * line.price_subtotal for line in charged))

    def asks_for_credit(self):
        """Whether a milestone is blocked for a credit note, or an activity on the order asks for one."""
        asked = self.order.activity_ids.mapped("summary")
        blocked = self.schedule.milestone_ids.filtered(lambda milestone: milestone.state in ("blocked", "credited"))
        drafts = self.moves().filtered(lambda move: move.state == "draft")
        return bool(blocked or drafts or [text for text in asked if "redit" in (text or "")])

    def drain(self):
        """What the clock does."""
        self.env.flush_all()
        self.env["billing.attainment"]._drain()
        self.env.flush_all()

    def wizard(self):
        """The dialog of the native button, opened on the order."""
        context = {"active_model": "sale.order", "active_ids": self.order.ids, "active_id": self.order.id}
        return self.env["sale.advance.payment.inv"].with_context(**context)

    def moves(self):
        """Every invoice and credit note of the order."""
        self.env.flush_all()
        return self.order.order_line.invoice_lines.move_id.sorted("id")

    def milestone(self, place):
        """A milestone of the plan."""
        return self.schedule.milestone_ids[place % len(self.schedule.milestone_ids)]

    def line(self, place):
        """A line of the order that is no down payment."""
        lines = self.order.order_line.filtered(lambda line: not line.is_downpayment and not line.display_type)
        return lines[place % len(lines)] if lines else lines

    def move(self, place, state):
        """An invoice or credit note in a state, if any."""
        moves = self.moves().filtered(lambda move: move.state == state)
        return moves[place % len(moves)] if moves else moves
