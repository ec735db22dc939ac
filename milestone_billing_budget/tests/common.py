from odoo.addons.milestone_billing.tests.common import BillingCommon
from odoo.fields import Command


class BudgetCommon(BillingCommon):
    """A project sold by hours, billed by two milestones, with somebody who works on it for 50 an hour."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hour = cls.env.ref("uom.product_uom_hour")
        cls.service.write({"uom_id": cls.hour.id, "standard_price": 40.0})
        cls.worker = (
            cls.env["hr.employee"]
            .sudo()
            .create({"name": "Wilma", "company_id": cls.company.id, "hourly_cost": 50.0, "user_id": cls.env.uid})
        )
        cls.versions = cls.env["project.budget"]

    @classmethod
    def _start(cls, *rows, hours=100.0, price=120.0, **values):
        """Confirm an order of so many hours with two tasks, billed 40 % and 60 % by them; return its project."""
        order = cls._make_order({"product_uom_qty": hours, "price_unit": price}, **values)
        cls._make_schedule(
            order,
            *(
                rows
                or (
                    {"name": "Design", "percent": 40, "due_on": "task"},
                    {"name": "Build", "percent": 60, "due_on": "task"},
                )
            ),
        )
        order.action_confirm()
        project = order.order_line.project_id
        plan = order.billing_milestone_ids.sorted("sequence")
        for milestone in plan:
            task = cls.env["project.task"].create({"name": milestone.name, "project_id": project.id})
            milestone.task_ids = [Command.set(task.ids)]
        return project

    @classmethod
    def _plan(cls, project):
        milestones = cls.env["billing.milestone"].search([("project_id", "=", project.id)])
        return milestones.sorted(lambda row: (row.order_id.id, row.sequence, row.id))

    @classmethod
    def _budget(cls, project, reason="Agreed"):
        """Set the budget that the order lines propose."""
        return cls.versions._record(project, project._budget_proposal(), reason)

    @classmethod
    def _work(cls, task, hours, date="2026-03-02", **values):
        return cls.env["account.analytic.line"].create(
            {
                "name": "Work",
                "project_id": task.project_id.id,
                "task_id": task.id,
                "employee_id": cls.worker.id,
                "unit_amount": hours,
                "date": date,
                **values,
            }
        )

    @classmethod
    def _bill_of(cls, project, amount, move_type="in_invoice", post=True, **line):
        """Enter a vendor bill of the project's analytic account."""
        bill = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": cls.partner_a.id,
                "invoice_date": "2026-03-10",
                "date": "2026-03-10",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Material",
                            "quantity": 1.0,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                            "account_id": cls.company_data["default_account_expense"].id,
                            "analytic_distribution": {str(project.account_id.id): 100},
                            **line,
                        }
                    )
                ],
            }
        )
        if post:
            bill.action_post()
        return bill

    def _total(self, project):
        self.env.invalidate_all()
        return project._budget_standings()[project.id, 0]

    def _of(self, milestone, project=None):
        self.env.invalidate_all()
        project = project or milestone.project_id
        return project._budget_standings()[project.id, milestone.id]
