"""What happens beside an order: contacts merged, projects, tasks and project milestones gone, discounts as lines."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from odoo.fields import Command

PLACES = st.integers(0, 5)


class Neighbours:
    """Acts of people who do not think of billing."""

    @rule(into_twin=st.booleans())
    def merge(self, into_twin):
        """The customer is merged with a second contact of the same name, either way."""
        with self.act():
            customer = self.order.partner_id
            twin = customer.copy({"name": customer.name})
            source, target = (customer, twin) if into_twin else (twin, customer)
            wizard = self.env["base.partner.merge.automatic.wizard"].create({})
            wizard._merge((source | target).ids, target)

    @rule(place=PLACES, how=st.sampled_from(["unlink", "action_archive", "action_unarchive"]))
    def lose_task(self, place, how):
        """A task is deleted or archived, or comes back."""
        tasks = self.env["project.task"].with_context(active_test=False)
        tasks = tasks.search([("sale_order_id", "=", self.order.id)], order="id")
        with self.act():
            if tasks:
                getattr(tasks[place % len(tasks)], how)()

    @rule(place=PLACES)
    def lose_native(self, place):
        """A project milestone is deleted."""
        natives = self.schedule.milestone_ids.project_milestone_id
        with self.act():
            if natives:
                natives[place % len(natives)].unlink()

    @rule(how=st.sampled_from(["unlink", "action_archive", "action_unarchive"]))
    def lose_project(self, how):
        """The project is deleted with its tasks, or archived, or comes back."""
        projects = self.order.with_context(active_test=False).project_ids
        with self.act():
            for project in projects:
                if how == "unlink":
                    project.with_context(active_test=False).tasks.unlink()
                getattr(project, how)()

    @rule(place=PLACES, share=st.sampled_from([0.05, 0.1, 0.333]))
    def discount_line(self, place, share):
        """A discount is given as a line of its own, below zero, with the taxes of the line it is of."""
        with self.act():
            line = self.line(place)
            if line and line.price_subtotal > 0:
                values = self.world.line(-round(line.price_unit * line.product_uom_qty * share, 2), 1.0, "none")
                values["tax_ids"] = [Command.set(line.tax_ids.ids)]
                self.order.write({"order_line": [Command.create(values)]})

    @rule(kind=st.sampled_from(["sol_discount", "so_discount", "amount"]), share=st.sampled_from([0.05, 0.1, 0.333]))
    def discount_button(self, kind, share):
        """Odoo's button *Discount*: on all lines, on the whole order in percent, or an amount off it."""
        with self.act():
            amount = round(self.order.amount_total * share, 2) if kind == "amount" else 0.0
            wizard = self.env["sale.order.discount"].with_context(active_id=self.order.id)
            wizard.create(
                {"discount_type": kind, "discount_percentage": share, "discount_amount": amount}
            ).action_apply_discount()

    @rule(place=PLACES)
    def post_again(self, place):
        """A posted invoice is reset to draft and posted again."""
        with self.act():
            move = self.move(place, "posted")
            move.button_draft()
            move.action_post()
