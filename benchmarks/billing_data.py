"""What both sides measure on: a company with its books, customers, and confirmed orders with a milestone per task."""

from odoo.fields import Command

CUSTOMERS = 20
LINES = 2
PRICE = 12000.0


def set_up(env):
    """Give the company books and project milestones; return nothing, as everything is found again by name."""
    company = env.company
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
    env.ref("base.group_user").implied_ids |= env.ref("project.group_project_milestone")
    tax = env["account.tax"].search([("type_tax_use", "=", "sale"), ("company_id", "=", company.id)], limit=1)
    env["res.partner"].create(
        [{"name": f"Bench Customer {number}", "email": f"c{number}@bench.example"} for number in range(CUSTOMERS)]
    )
    common = {"type": "service", "list_price": PRICE, "taxes_id": [Command.set(tax.ids)]}
    for name, values in {
        "Bench native": {"service_policy": "delivered_milestones", "service_tracking": "project_only"},
        "Bench project": {"service_policy": "ordered_prepaid", "service_tracking": "project_only"},
        "Bench plain": {"service_policy": "ordered_prepaid", "service_tracking": "no"},
    }.items():
        env["product.product"].create({**common, "name": name, **values})
    env["res.users"].create(
        {
            "name": "Bench Manager",
            "login": "bench",
            "email": "bench@bench.example",
            "group_ids": [Command.set([env.ref("base.group_user").id, env.ref("project.group_project_user").id])],
        }
    )


def make_orders(env, count, product, lines=LINES):
    """Create quotations of two lines for several customers."""
    product = env["product.product"].search([("name", "=", product)])
    customers = env["res.partner"].search([("name", "=like", "Bench Customer%")], order="id")
    line = {"product_id": product.id, "product_uom_qty": 1.0, "price_unit": PRICE}
    return env["sale.order"].create(
        [
            {
                "partner_id": customers[number % len(customers)].id,
                "user_id": False,
                "order_line": [Command.create({**line, "name": f"Service {row}"}) for row in range(lines)],
            }
            for number in range(count)
        ]
    )


def native_orders(env, count, milestones):
    """Create confirmed orders with Odoo's own milestones: one per line and step, and a task for each step."""
    orders = make_orders(env, count, "Bench native")
    orders.action_confirm()
    for order in orders:
        project = order.order_line.project_id[:1]
        project.allow_milestones = True
        rows = env["project.milestone"].create(
            [
                {
                    "name": f"Step {step}",
                    "sequence": step,
                    "project_id": project.id,
                    "sale_line_id": line.id,
                    "quantity_percentage": 1.0 / milestones,
                }
                for step in range(milestones)
                for line in order.order_line
            ]
        )
        env["project.task"].create(
            [
                {
                    "name": f"Step {step}",
                    "project_id": project.id,
                    "sale_line_id": order.order_line[0].id,
                    "milestone_id": rows[step * len(order.order_line)].id,
                    "user_ids": [Command.clear()],
                }
                for step in range(milestones)
            ]
        )
    return orders


def scheduled_orders(env, count, milestones, product="Bench project", due_on="task"):
    """Create confirmed orders with a billing schedule: a milestone per step, of every line a share."""
    orders = make_orders(env, count, product)
    env["billing.schedule"].create(
        [
            {
                "order_id": order.id,
                "invoice_policy": "post",
                "grouping": "milestone",
                "milestone_ids": [
                    Command.create(
                        {"name": f"Step {step}", "sequence": step, "due_on": due_on, "percent": 100.0 / milestones}
                    )
                    for step in range(milestones)
                ],
            }
            for order in orders
        ]
    )
    orders.action_confirm()
    return orders
