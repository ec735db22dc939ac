from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..engine.spread import exact
from .rights import HOURS_GROUPS

WHO = "milestone_billing.group_billing_user"


class SaleOrder(models.Model):
    """A quotation that sells work of a running project that nobody planned."""

    _inherit = "sale.order"

    budget_project_id = fields.Many2one(
        "project.project",
        "Change Order of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=HOURS_GROUPS,
        help="The project whose unplanned work this order sells.",
    )
    budget_change_key = fields.Char(readonly=True, copy=False, groups=HOURS_GROUPS, export_string_translation=False)

    _budget_change_once = models.UniqueIndex(
        "(budget_change_key) WHERE budget_change_key IS NOT NULL", "This change order is proposed already."
    )

    def action_confirm(self):
        self.check_access("write")
        self.sudo()._budget_check_sold_once()
        result = super().action_confirm()
        self.sudo().filtered("budget_project_id")._budget_confirm_change()
        return result

    def _action_cancel(self):
        running = self.sudo().filtered(lambda order: order.state == "sale" and order.budget_project_id)
        result = super()._action_cancel()
        running._budget_cancel_change()
        return result

    def _budget_check_sold_once(self):
        """Check that the work of these change orders is not sold by another one that is confirmed, or will be.

        A task above or below may be sold beside it, as long as both come to no more than the upper one takes.

        :raises UserError: naming the task and the other order
        """
        changes = self.filtered("budget_project_id")
        lines = changes.order_line.filtered(lambda line: line.task_id and line.product_uom_qty)
        if not lines:
            return
        tasks = (lines.task_id | lines.task_id._budget_above())._budget_with_below()
        others = self.env["sale.order.line"].search(
            [
                ("task_id", "in", tasks.ids),
                ("product_uom_qty", "!=", 0),
                ("order_id.budget_project_id", "!=", False),
                "|",
                ("order_id.state", "=", "sale"),
                ("order_id", "in", changes.ids),
            ],
            order="id",
        )
        for line in lines:
            other = line._budget_sold_beside(others)
            if other:
                raise UserError(
                    self.env._(
                        "%(task)s is sold by change order %(other)s already. Take its line off %(order)s, or cancel"
                        " %(other)s first.",
                        task=line.task_id.display_name,
                        order=line.order_id.name,
                        other=other[0].order_id.name,
                    )
                )

    def _budget_confirm_change(self):
        """Let the hours of the tasks be of the lines that sell them, and budget them."""
        for order in self.filtered(lambda order: order.state == "sale"):
            project, lines = order.budget_project_id, order.order_line.filtered("task_id")
            for line in lines:
                line.task_id.sale_line_id = line
            project._budget_look_later()
            known = project.budget_id.line_ids
            fresh = lines.filtered(lambda line, known=known: line.task_id not in known.task_id)
            if project.budget_id and fresh:
                rows = [row._values() for row in known] + [project._budget_change_row(line) for line in fresh]
                self.env["project.budget"]._record(project, rows, self.env._("Change order %s", order.name))

    def _budget_cancel_change(self):
        """Take what a change order had planned and budgeted off again."""
        for order in self:
            project, tasks = order.budget_project_id, order.order_line.task_id
            native = order.billing_milestone_ids.project_milestone_id
            held = tasks.filtered(lambda task, native=native: task.milestone_id in native)
            held._flagged("billing_syncing").milestone_id = False
            project._budget_look_later()
            kept = project.budget_id.line_ids.filtered(lambda row, tasks=tasks: row.task_id not in tasks)
            if kept and kept != project.budget_id.line_ids:
                rows = [row._values() for row in kept]
                reason = self.env._("Change order %s was cancelled", order.name)
                self.env["project.budget"]._record(project, rows, reason)


class SaleOrderLine(models.Model):
    """What a line of a change order sells of a task."""

    _inherit = "sale.order.line"

    def _budget_sold_beside(self, others):
        """Return the lines of other orders that sell the work of this one already (maybe none).

        :param others: lines of change orders that are confirmed, or will be
        """
        self.ensure_one()
        foreign = others.filtered(lambda row: row.order_id != self.order_id)
        if same := foreign.filtered(lambda row: row.task_id == self.task_id):
            return same
        sold = self | others
        for task in self.task_id | (self.task_id._budget_above() & sold.task_id):
            below = task._budget_with_below()
            other = foreign.filtered(lambda row, below=below: row.task_id in below)
            rows = sold.filtered(lambda row, below=below: row.task_id in below)
            if other and sum(row._budget_sold_hours(task) for row in rows) > task._budget_need():
                return other
        return foreign.browse()

    def _budget_sold_hours(self, task):
        """Return how many hours of a task, or of one below it, this line sells: of that one no more than it takes."""
        hour = self.env.ref("uom.product_uom_hour")
        unit = self.product_uom_id
        hours = self.product_uom_qty
        if unit != hour and unit._has_common_reference(hour):
            hours = unit._compute_quantity(hours, hour)
        return exact(hours) if self.task_id == task else min(exact(hours), self.task_id._budget_need())


class ProjectProject(models.Model):
    """Change orders from unplanned work."""

    _inherit = "project.project"

    def action_propose_change(self):
        """Open the unplanned work of this project, to propose it to the customer as a change order.

        :return: a window action
        :raises AccessError: for anybody but billing users
        :raises UserError: where nothing is unplanned, or no order is confirmed that it could change
        """
        self.ensure_one()
        self._check_may_propose()
        self._budget_base_order()
        if not self._budget_unproposed() and not self._budget_open_proposal():
            raise UserError(self.env._("No work of this project is unplanned: there is nothing to propose."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Propose Change Order"),
            "res_model": "project.budget.change",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_project_id": self.id},
        }

    def _check_may_propose(self):
        """Check that the user may propose change orders of these projects.

        :raises AccessError: for anybody but billing users, and without access to the project
        """
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(WHO):
            raise AccessError(self.env._("Change orders are proposed by project managers and billing users."))

    def _budget_base_order(self):
        """Return the confirmed order that unplanned work changes (with all rights).

        :raises UserError: where there is none
        """
        self.ensure_one()
        orders = self._budget_orders().filtered(lambda order: not order.budget_project_id)
        own = self.sudo().sale_order_id
        base = own if own in orders else orders.sorted("id")[:1]
        if not base:
            raise UserError(
                self.env._(
                    "Project %s has no confirmed sales order that a change order could change.", self.display_name
                )
            )
        return base

    def _budget_unproposed(self):
        """Return the unplanned tasks of this project that no quotation proposes: ``{task: hours}``, exact."""
        tasks, proposed = self.env["project.task"].sudo(), self._budget_proposals().order_line.task_id
        unplanned = self.sudo()._budget_unplanned(frozenset(proposed.ids))
        return {tasks.browse(task): number for task, _project, number in unplanned}

    def _budget_proposals(self):
        """Return the quotations of change orders of this project that are neither confirmed nor cancelled."""
        domain = [("budget_project_id", "in", self.ids), ("state", "in", ("draft", "sent"))]
        return self.env["sale.order"].sudo().search(domain, order="id")

    def _budget_open_proposal(self):
        """Return the quotation to which further unplanned work is added: one that the customer has not got yet."""
        return self._budget_proposals().filtered(lambda order: order.state == "draft" and not order.signature)[-1:]

    def _propose_change(self, hours):
        """Propose unplanned tasks to the customer: a quotation with a line for each, or more lines of an open one.

        Twice the same is one quotation: a task is proposed once, as long as its quotation is not cancelled.

        :param dict hours: hours to sell (Fraction) by task; those that are proposed already are left out
        :return: the quotation (``sale.order``, with all rights)
        :raises AccessError: for anybody but billing users
        :raises UserError: where a task is planned or of another project, or there is nothing to sell
        """
        self.ensure_one()
        self._check_may_propose()
        self.sudo()._budget_lock()
        base, free = self._budget_base_order(), self._budget_unproposed()
        proposed = self._budget_proposals()
        sold = proposed.order_line.task_id._budget_with_below()
        fresh = {}
        for task, number in hours.items():
            if task.sudo() in sold:
                continue
            if task.sudo() not in free:
                raise UserError(self.env._("%s is planned already, or of another project.", task.display_name))
            if number <= 0:
                raise UserError(self.env._("%s has no hours: enter how many to propose.", task.display_name))
            fresh[task.sudo()] = number
        order = self._budget_open_proposal()
        if not fresh:
            order = order or proposed[-1:]
            if not order:
                raise UserError(self.env._("No work of this project is unplanned: there is nothing to propose."))
            return order
        order = order or self._make_change_order(base)
        rate = self._budget_rate(base)
        lines = [Command.create(self._change_line(task, number, rate)) for task, number in fresh.items()]
        order.order_line = lines
        self._plan_change(order, list(fresh))
        return order

    def _make_change_order(self, base):
        """Create the quotation of a change order, like the order that it changes."""
        keys = self.env["sale.order"].sudo().search([("budget_change_key", "=like", f"{self.id}/%")])
        number = max((int(key.rpartition("/")[2]) for key in keys.mapped("budget_change_key")), default=0)
        order = (
            self.env["sale.order"]
            .sudo()
            ._without_defaults()
            .with_company(base.company_id)
            .create(
                {
                    "partner_id": base.partner_id.id,
                    "partner_invoice_id": base.partner_invoice_id.id,
                    "company_id": base.company_id.id,
                    "pricelist_id": base.pricelist_id.id,
                    "payment_term_id": base.payment_term_id.id,
                    "fiscal_position_id": base.fiscal_position_id.id,
                    "user_id": base.user_id.id,
                    "client_order_ref": base.client_order_ref,
                    "origin": base.name,
                    "project_id": self.id,
                    "budget_project_id": self.id,
                    "budget_change_key": f"{self.id}/{number + 1}",
                }
            )
        )
        if base.user_id and base.user_id != self.env.user:
            order.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=base.user_id.id,
                summary=self.env._("Check and send this change order of %s", base.name),
            )
        return order

    def _budget_rate(self, base):
        """Return what an hour is sold for: ``{"product_id", "price_unit", "discount"}``, price where the order has one.

        The largest line of the order that sells hours says it; else Odoo's service for timesheets of the project, at
        the price of the price list.
        """
        hour = self.env.ref("uom.product_uom_hour")
        sold = base.order_line.filtered(
            lambda line: (
                line.product_id.type == "service"
                and not line.is_downpayment
                and self._is_time(line)
                and line.product_uom_qty > 0
            )
        )
        line = sold.sorted(lambda line: (-line.price_subtotal, line.id))[:1]
        if not line:
            product = self.sudo().timesheet_product_id or self.env.ref("sale_timesheet.time_product")
            return {"product_id": product.id, "product_uom_id": product.uom_id.id}
        price = line.product_uom_id._compute_price(line.price_unit, hour)
        return {
            "product_id": line.product_id.id,
            "product_uom_id": hour.id,
            "price_unit": price,
            "discount": line.discount,
            "tax_ids": [Command.set(line.tax_ids.ids)],
        }

    def _change_line(self, task, hours, rate):
        """Return the values of the line that sells the hours of a task."""
        unit = self.env["uom.uom"].browse(rate["product_uom_id"])
        hour = self.env.ref("uom.product_uom_hour")
        quantity = float(hours)
        if unit != hour and unit._has_common_reference(hour):
            quantity = hour._compute_quantity(quantity, unit)
        return {
            **rate,
            "name": task.name,
            "product_uom_qty": quantity,
            "project_id": self.id,
            "task_id": task.id,
        }

    def _plan_change(self, order, fresh):
        """Give the quotation a schedule with one milestone, that waits for the tasks; no rule chooses another one.

        A plan that somebody made by hand stays: tasks go to its first milestone that waits for some.
        """
        tasks = order.order_line.task_id
        milestone = order.billing_schedule_ids.milestone_ids.filtered(lambda row: row.due_on == "task")[:1]
        if order.billing_plan_by_hand and order.billing_milestone_ids:
            if milestone:
                milestone.task_ids |= tasks
            else:
                self._log_change_beside_plan(order, fresh)
            return
        order.billing_schedule_ids.unlink()
        self.env["billing.schedule"].sudo()._without_defaults().create(
            {
                "order_id": order.id,
                "name": self.env._("Change order"),
                "milestone_ids": [
                    Command.create(
                        {
                            "name": self.env._("Change order %s", order.name),
                            "due_on": "task",
                            "percent": 100.0,
                            "task_ids": [Command.set(tasks.ids)],
                        }
                    )
                ],
            }
        )

    def _log_change_beside_plan(self, order, tasks):
        """Say in the history of a change order that its plan was made by hand, and waits for none of these tasks."""
        order = order._billing_for_history()
        if order:
            title = order.env._("This plan was made by hand and stays: none of its milestones waits for these tasks.")
            order._billing_log(title, [task.name for task in tasks])

    def _budget_change_row(self, line):
        """Return the line of a budget for a line of a change order."""
        hours, cost = self._budget_effort(line)
        return {
            "task_id": line.task_id.id,
            "kind": "labour",
            "hours": float(hours),
            "cost": float(cost),
        }
