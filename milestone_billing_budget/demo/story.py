"""The demo: two projects of the software house, one that runs into its budget and one that goes well."""

from datetime import timedelta

from odoo.fields import Command


def load(env):
    """Budget two projects of the software house and work on them, unless that is done."""
    company = env.ref("__demo__.billing_software", raise_if_not_found=False)
    if not company or env.ref("__demo__.budget_ahead", raise_if_not_found=False):
        return
    env = env(user=env.ref("base.user_admin").id, su=True, context={**env.context, "allowed_company_ids": company.ids})
    house = _House(company.with_env(env))
    ahead = house.sell("Lone Star Museum", "Exhibition guide", 320.0)
    env["ir.model.data"]._update_xmlids([{"xml_id": "__demo__.budget_ahead", "record": ahead, "noupdate": True}])
    _runs_into_its_budget(house, ahead)
    _goes_well(house, house.sell("Bluebonnet Clinics", "Appointment service", 180.0))


def _runs_into_its_budget(house, project):
    """The build takes longer than thought, wishes came on top, and a change order is proposed for them."""
    concept, build, _golive = house.tasks(project)
    house.work(concept, house.designer, -50, 8.0, 7.5, 8.0, 8.0, 6.5, 8.0, 8.0, 8.0)
    concept.state = "1_done"
    house.bill(project)
    house.work(build, house.developer, -38, *[8.0] * 24)
    house.buy(project, "Map data of the exhibition halls", 3400.0)
    milestone = house.milestones(project)[1]
    rows = [line._values() for line in project.budget_id.line_ids]
    for row in rows:
        if row["milestone_id"] == milestone.id and row["kind"] == "labour":
            row.update(has_expected=True, expected_hours=row["hours"] * 1.25, expected_cost=row["cost"] * 1.25)
    house.env["project.budget"]._record(project, rows, "The audio tracks take a quarter longer than thought")
    wishes = (("Audio in two more languages", 24.0), ("Guide for children", 16.0))
    for name, hours in wishes:
        house.env["project.task"].create({"name": name, "project_id": project.id, "allocated_hours": hours})
    project._budget_look()
    project._propose_change(project._budget_unproposed())


def _goes_well(house, project):
    """A third is done with a third of the hours."""
    concept = house.tasks(project)[0]
    house.work(concept, house.designer, -20, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0)
    concept.state = "1_done"
    house.bill(project)
    project._budget_look()


class _House:
    """The software house: what it sells, and who works there.

    :param company: ``res.company``
    """

    def __init__(self, company):
        self.company, self.env = company, company.env
        self.today = company._billing_today()
        hour = self.env.ref("uom.product_uom_hour")
        self.service = self.env["product.product"].create(
            {
                "name": "Software development",
                "type": "service",
                "company_id": company.id,
                "invoice_policy": "order",
                "service_tracking": "project_only",
                "uom_id": hour.id,
                "list_price": 145.0,
                "standard_price": 62.0,
                "taxes_id": [Command.clear()],
                "supplier_taxes_id": [Command.clear()],
            }
        )
        self.designer = self._employ("Rosa Delgado", 58.0)
        self.developer = self._employ("Henrik Solberg", 66.0)

    def _employ(self, name, hourly_cost):
        values = {"name": name, "company_id": self.company.id, "hourly_cost": hourly_cost}
        return self.env["hr.employee"].create(values)

    def sell(self, customer, work, hours):
        """Sell some work by three milestones and set its budget; return the project (``project.project``)."""
        partner = self.env["res.partner"].create(
            {
                "name": customer,
                "is_company": True,
                "company_id": self.company.id,
                "country_id": self.env.ref("base.us").id,
                "email": f"accounts@{customer.split()[0].lower()}.example",
            }
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "user_id": self.env.uid,
                "company_id": self.company.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.service.id, "name": work, "product_uom_qty": hours, "price_unit": 145.0}
                    )
                ],
            }
        )
        plan = (("Concept", 30.0), ("Build", 50.0), ("Go-live", 20.0))
        self.env["billing.schedule"].create(
            {
                "order_id": order.id,
                "name": "As agreed",
                "milestone_ids": [
                    Command.create({"name": name, "due_on": "task", "percent": percent}) for name, percent in plan
                ],
            }
        )
        order.action_confirm()
        order.date_order -= timedelta(days=55)
        project = order.order_line.project_id
        project.write({"name": f"{work} · {customer}", "user_id": self.env.uid})
        for number, milestone in enumerate(self.milestones(project), 1):
            task = self.env["project.task"].create({"name": milestone.name, "project_id": project.id})
            milestone.write({"task_ids": [Command.set(task.ids)], "planned_date": self.day(25 * number - 40)})
        self.env["project.budget"]._record(project, project._budget_proposal(), "As sold")
        return project

    def day(self, number):
        """Return the day so many days from today."""
        return self.today + timedelta(days=number)

    def milestones(self, project):
        """Return the milestones of what was sold first, in the order of the plan."""
        found = project.sale_order_id.billing_milestone_ids
        return found.sorted(lambda milestone: (milestone.sequence, milestone.id))

    def tasks(self, project):
        """Return the tasks that the milestones of a project wait for, in the order of the plan."""
        return self.milestones(project).mapped("task_ids")

    def work(self, task, employee, start, *hours):
        """Enter so many hours on working days in turn, from so many days from today on."""
        days = (self.day(start + number) for number in range(400))
        working = (day for day in days if day.weekday() < 5)
        self.env["account.analytic.line"].create(
            [
                {
                    "name": task.name,
                    "project_id": task.project_id.id,
                    "task_id": task.id,
                    "employee_id": employee.id,
                    "unit_amount": number,
                    "date": min(day, self.today),
                }
                for day, number in zip(working, hours, strict=False)
            ]
        )

    def buy(self, project, what, amount):
        """Enter a vendor bill for a project."""
        vendor = self.env["res.partner"].create({"name": "Cartography Partners", "company_id": self.company.id})
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": vendor.id,
                "company_id": self.company.id,
                "invoice_date": self.day(-12),
                "date": self.day(-12),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": what,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                            "analytic_distribution": {str(project.account_id.id): 100},
                        }
                    )
                ],
            }
        )
        bill.action_post()

    def bill(self, project):
        """Bill what is attained, as the clock does, but inside the transaction that installs the demo."""
        attainments = self.env["billing.attainment"].sudo()
        mine = attainments.search([("order_id", "=", project.sale_order_id.id)])
        attainments._lock_batch(len(mine) or 1)._bill_safely()
        self.env.flush_all()
        mine.to_tell = False
