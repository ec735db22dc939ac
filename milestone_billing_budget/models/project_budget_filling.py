from fractions import Fraction

from odoo import models
from odoo.exceptions import UserError

from ..engine.spread import exact, spread

CENT = Fraction(1, 100)


class ProjectProject(models.Model):
    """A budget to start from: what the order lines of a project sell, at what it costs."""

    _inherit = "project.project"

    def _budget_proposal(self):
        """Return the lines of a budget from the order lines of this project: a list of values.

        Hours are those of the lines' units, cost is the standard price of the products; of a service without one, the
        hourly cost of the people of the project. A line billed by milestones is shared by what each of them bills of
        it. What a schedule template says of the budget of a milestone goes before.
        """
        self.ensure_one()
        project = self.sudo()
        rows = {}
        for line in project._budget_order_lines():
            for (milestone, task), (hours, cost) in project._budget_shares(line).items():
                key = (milestone, task, "labour" if line.product_id.type == "service" else "purchase")
                before = rows.get(key, (Fraction(0), Fraction(0)))
                rows[key] = (before[0] + hours, before[1] + cost)
        rows.update(project._budget_from_templates(rows))
        return [
            {
                "milestone_id": milestone,
                "task_id": task,
                "kind": kind,
                "hours": float(hours),
                "cost": float(cost),
                "has_expected": False,
                "expected_hours": 0.0,
                "expected_cost": 0.0,
            }
            for (milestone, task, kind), (hours, cost) in rows.items()
        ]

    def _budget_from_templates(self, rows):
        """Return what schedule templates say that milestones of this project take, in place of the order lines.

        :param dict rows: what the order lines say: ``{(milestone id, task id, kind): (hours, cost)}``
        """
        company, result = self._budget_company(), {}
        domain = [("project_id", "=", self.id), ("order_id.state", "=", "sale")]
        for row in self.env["billing.milestone"].sudo().search(domain):
            if not row.template_hours and not row.template_cost_percent:
                continue
            key = (row.id, False, "labour")
            hours, cost = rows.get(key, (Fraction(0), Fraction(0)))
            if row.template_hours:
                before, hours = hours, exact(row.template_hours)
                cost = cost * hours / before if before else hours * self._budget_hourly_cost()
            if row.template_cost_percent:
                money = exact(row.amount) * exact(row.template_cost_percent) / 100
                day = row.order_id.date_order.date()
                whole = exact(row.currency_id._convert(float(money), company.currency_id, company, day))
                # The percentage is of all that the milestone takes: work costs what the goods leave of it.
                bought = (row.id, False, "purchase")
                count, goods = rows.get(bought, (Fraction(0), Fraction(0)))
                if goods > whole:
                    result[bought] = (count, goods := whole)
                cost = whole - goods
            result[key] = (hours, exact(company.currency_id.round(float(cost))))
        return result

    def _budget_orders(self):
        """Return the confirmed orders of these projects (with all rights)."""
        milestones = self.env["billing.milestone"].sudo().search([("project_id", "in", self.ids)])
        orders = milestones.order_id | self.sudo().sale_order_id
        orders |= self.env["sale.order"].sudo().search([("project_id", "in", self.ids)])
        return orders.filtered(lambda order: order.state == "sale")

    def _budget_domain(self, model):
        """Return of which tasks or milestones a budget of this project may be, archived ones too: a domain.

        :param model: ``project.task`` or ``billing.milestone``
        """
        self.ensure_one()
        known = self.sudo().budget_id.line_ids
        if model._name == "project.task":
            return [("project_id", "=", self.id)]
        return [
            "|",
            "|",
            ("project_id", "=", self.id),
            "&",
            ("project_id", "=", False),
            ("order_id", "in", self._budget_orders().ids),
            ("id", "in", known.milestone_id.ids),
        ]

    def _budget_named(self, model, name):
        """Return the tasks or milestones of this project that a name means in a budget: one, where it is clear.

        A milestone's key goes before names; of those with one name, what is the project's own and not archived.

        :param model: ``project.task`` or ``billing.milestone``, in the environment of whoever may read them
        """
        model, domain = model.with_context(active_test=False), self._budget_domain(model)
        if "external_key" in model._fields:
            keyed = model.search([("external_key", "=", name), *domain])
            if keyed:
                return keyed
        found = model.search([("name", "=", name), *domain])
        first = found.filtered(lambda row: row.project_id == self and ("active" not in row or row.active))
        return first if len(first) == 1 else found

    def _budget_order_lines(self):
        """Return the order lines whose work or goods are for this project."""
        lines = self._budget_orders().order_line
        lines = lines.filtered(lambda line: line.product_id and not line.display_type and not line.is_downpayment)
        # A line may have a project of its own: another one's work is another one's budget.
        return lines.filtered(lambda line: not line.project_id or line.project_id == self)

    def _budget_shares(self, line):
        """Return hours and cost of an order line by what they are for: ``{(milestone id, task id): (hours, cost)}``."""
        hours, cost = self._budget_effort(line)
        weights = {
            share.milestone_id: exact(share.amount)
            for share in line.billing_allocation_ids.sorted(lambda share: (share.milestone_id.sequence, share.id))
            if share.milestone_id.project_id == self
        }
        unit = exact(self._budget_company().currency_id.rounding)
        shared_hours, shared_cost = spread(hours, weights, CENT), spread(cost, weights, unit)
        if shared_hours:
            return {
                (milestone.id, False): (shared_hours[milestone], shared_cost[milestone]) for milestone in shared_hours
            }
        return {(False, line.task_id.id if line.task_id.project_id == self else False): (hours, cost)}

    def _budget_effort(self, line):
        """Return the hours and the cost of an order line, cost in the currency of the budget."""
        company = self._budget_company()
        hours = Fraction(0)
        if line.product_id.type == "service" and self._is_time(line):
            hours = exact(line._convert_qty_company_hours(line.company_id))
            if line.company_id.project_time_mode_id != self.env.ref("uom.product_uom_hour"):
                days = line.company_id.project_time_mode_id
                hours = exact(days._compute_quantity(float(hours), self.env.ref("uom.product_uom_hour")))
        product = line.product_id.with_company(line.company_id)
        price = product.standard_price
        quantity = line.product_uom_id._compute_quantity(line.product_uom_qty, product.uom_id)
        cost = exact(price) * exact(quantity)
        if not cost and hours:
            cost = hours * self._budget_hourly_cost()
        of = line.company_id.currency_id
        money = of._convert(float(cost), company.currency_id, company, line.order_id.date_order.date())
        return hours, exact(company.currency_id.round(money))

    def _is_time(self, line):
        """Return whether the unit of an order line is one of time."""
        return line.product_uom_id._has_common_reference(self.env.ref("uom.product_uom_hour"))

    def _budget_hourly_cost(self):
        """Return what an hour of the people of this project costs: the mean of those assigned to its tasks."""
        people = self.task_ids.user_ids.employee_ids.filtered(lambda one: one.company_id == self._budget_company())
        people |= self.sale_line_employee_ids.employee_id
        costs = [exact(one.hourly_cost) for one in people if one.hourly_cost]
        return sum(costs, Fraction(0)) / len(costs) if costs else Fraction(0)

    def _check_budget_rows(self, rows):
        """Check lines of a budget before they are recorded with all rights.

        :param list rows: values of lines; their tasks and milestones have to be of this project
        :raises AccessError: for a task or milestone that the user may not read
        :raises UserError: naming the line and what is wrong
        """
        self.ensure_one()
        tasks = self.env["project.task"].browse([row["task_id"] for row in rows if row.get("task_id")])
        milestones = self.env["billing.milestone"].browse(
            [row["milestone_id"] for row in rows if row.get("milestone_id")]
        )
        tasks.check_access("read")
        milestones.check_access("read")
        for task in tasks.sudo().filtered(lambda task: task.project_id != self):
            raise UserError(self.env._("Task %s is of another project.", task.display_name))
        # What is budgeted stays, also of a milestone whose order was cancelled, or that left the project.
        own, known = self._budget_orders(), self.sudo().budget_id.line_ids.milestone_id
        for milestone in milestones.sudo() - known:
            if milestone.project_id != self and (milestone.project_id or milestone.order_id not in own):
                raise UserError(self.env._("Milestone %s is of another project.", milestone.display_name))
        for row in rows:
            if min(row["hours"], row["cost"], row["expected_hours"], row["expected_cost"]) < 0:
                raise UserError(self.env._("Hours and cost of a budget are not below zero."))
