"""A firm of the demo, that bills by milestones."""

from datetime import timedelta

from odoo.addons.billing_base.demo import firm
from odoo.fields import Command

#: How many are billed at once.
BATCH = 40


class Firm(firm.Firm):
    """A firm with templates of billing schedules, projects and holds."""

    def __init__(self, env, key, tax=None, **values):
        super().__init__(env, key, tax=tax, **values)
        self.company.billing_manager_id = env.ref("base.user_admin")

    # === MASTER DATA === #

    def service(self, name, price, tracking="task_in_project", **values):
        """Create a service that is billed as ordered (``product.product``)."""
        return super().service(name, price, service_tracking=tracking, **values)

    def template(self, name, note, *milestones, rule=None, **values):
        """Create a template of these milestones (dictionaries), and a rule that picks it when given (a dictionary)."""
        template = self.env["billing.schedule.template"].create(
            {
                "name": name,
                "note": note,
                "company_id": self.company.id,
                "milestone_ids": [
                    Command.create({"sequence": 10 * (index + 1), **row}) for index, row in enumerate(milestones)
                ],
                **values,
            }
        )
        if rule:
            self.env["billing.schedule.rule"].create(
                {"template_id": template.id, "company_id": self.company.id, **rule}
            )
        return template

    # === ORDERS === #

    def plan(self, order, template=None, milestones=(), **values):
        """Give a quotation a schedule, from a template or of these milestones (dictionaries)."""
        rows = [Command.create({"sequence": 10 * (index + 1), **row}) for index, row in enumerate(milestones)]
        name = template.name if template else "As agreed"
        return self.env["billing.schedule"].create(
            {
                "order_id": order.id,
                "name": name,
                "template_id": template.id if template else False,
                **({"milestone_ids": rows} if rows else {}),
                **values,
            }
        )

    def confirm(self, order, ago=0):
        """Confirm an order, so many days ago."""
        order.action_confirm()
        if ago:
            order.date_order -= timedelta(days=ago)
        return order.billing_milestone_ids.sorted(lambda milestone: (milestone.sequence, milestone.id))

    def attain_all(self, milestones, *days):
        """Attain milestones, each on its day, counted from today."""
        for milestone, day in zip(milestones, days, strict=True):
            milestone._attain(100.0, self.day(day), "manual")

    # === BILLING === #

    def bill(self):
        """Bill what is due, as the clock does, but inside the transaction that installs the demo."""
        attainments = self.env["billing.attainment"].sudo()
        attainments._sweep()
        while batch := attainments._lock_batch(BATCH):
            batch._bill_safely()
        self.env.flush_all()
        # Nobody has to be told by mail what happened before the demo began.
        attainments.search([("to_tell", "=", True)]).to_tell = False

    def hold(self, reason, **target):
        """Hold a customer, an order or a milestone."""
        self.env["billing.hold"].create({"reason": reason, **{name: record.id for name, record in target.items()}})
