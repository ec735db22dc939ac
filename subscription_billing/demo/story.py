"""The demo: a software house whose customers are charged month by month, quarter by quarter and year by year."""

from dateutil.relativedelta import relativedelta

from odoo.addons.billing_base.demo.firm import Firm


def load(env):
    """Make the firm, unless it is there."""
    if env.ref("__demo__.subscription_software", raise_if_not_found=False):
        return
    firm = Firm(
        env, "subscription_software", tax=19.0, name="Clearwater Cloud", country="DE", currency="EUR", city="Kiel"
    )
    firm.company.billing_invoices = "post"
    goods = _goods(firm)
    _on_billing_days(firm, goods)
    _renewed(firm, goods)
    _ended(firm, goods)
    _a_year(firm, goods)
    firm.quotation(_customer(firm, "Sylt Retail", "einkauf@syltretail.example"), *_first_order(goods, seats=8))


def _goods(firm):
    """Return what it sells (``product.product``) by name."""
    plans = firm.env["subscription.plan"]
    monthly, quarterly, yearly = plans.create(
        [
            {
                "name": "Monthly, in advance",
                "alignment": "customer",
                "portal_quantity": True,
                "portal_cancel": True,
                "company_id": firm.company.id,
            },
            {
                "name": "Quarterly, in arrears",
                "alignment": "customer",
                "interval_count": 3,
                "timing": "arrears",
                "company_id": firm.company.id,
            },
            {
                "name": "Yearly, renewed with 3 % more",
                "interval_unit": "years",
                "term_count": 1,
                "term_unit": "years",
                "uplift_percent": 3.0,
                "company_id": firm.company.id,
            },
        ]
    )
    return {
        "activation": firm.service("Activation", 500.0),
        "seats": firm.service("Seats", 29.0, subscription_plan_id=monthly.id),
        "support": firm.service("Premium support", 450.0, subscription_plan_id=quarterly.id),
        "licence": firm.service("Data licence", 1200.0, subscription_plan_id=yearly.id),
    }


def _customer(firm, name, email):
    return firm.customer(name, country="DE", email=email)


def _first_order(goods, seats, start=None):
    """Return the lines of an order of activation, seats and support."""
    activation, seat, support = goods["activation"], goods["seats"], goods["support"]
    return (
        activation,
        {"product_id": seat.id, "product_uom_qty": seats, "subscription_start": start},
        {"product_id": support.id, "product_uom_qty": 1.0, "subscription_start": start},
    )


def _on_billing_days(firm, goods):
    """A customer who gets one invoice on the first of the month; three more seats were agreed some weeks ago."""
    days = firm.env["billing.calendar"].create(
        {"name": "First day of the month", "days_of_month": "1", "company_id": firm.company.id}
    )
    customer = _customer(firm, "Fjord Analytics", "books@fjord.example")
    customer.write({"billing_when": "days", "billing_calendar_id": days.id, "billing_automatic": "yes"})
    first = firm.today.replace(day=1)
    start = first - relativedelta(months=5, days=-9)
    order = firm.quotation(customer, *_first_order(goods, 12, start), client_order_ref="FA-2031")
    order.action_confirm()
    order.date_order = start
    order.order_line.filtered(lambda line: line.billing_due_since).billing_due_since = start
    for months in (4, 3, 2, 1):
        firm.run(first - relativedelta(months=months), customer)
    firm.pay(order)
    seats = order.order_line.subscription_charge_ids.filtered(lambda charge: charge.quantity == 12.0)
    since = first - relativedelta(days=12)
    seats.change(str(since), quantity=15.0, note="Three colleagues joined the team")
    firm.run(first, customer)


def _renewed(firm, goods):
    """A yearly licence, renewed by itself with its uplift; billed on its own day."""
    customer = _customer(firm, "Skagen Studio", "hello@skagen.example")
    start = firm.today - relativedelta(months=14)
    order = firm.quotation(customer, {"product_id": goods["licence"].id, "subscription_start": start})
    order.action_confirm()
    firm.run(start, customer)
    firm.pay(order)
    firm.run(start + relativedelta(years=1), customer)


def _ended(firm, goods):
    """A customer who left in the middle of a month: the rest of it was given back."""
    customer = _customer(firm, "Amrum Hotels", "office@amrum.example")
    start = firm.today - relativedelta(months=2)
    order = firm.quotation(
        customer, {"product_id": goods["seats"].id, "product_uom_qty": 6.0, "subscription_start": start}
    )
    order.action_confirm()
    for months in (2, 1, 0):
        firm.run(firm.today - relativedelta(months=months), customer)
    order.order_line.subscription_end = firm.today - relativedelta(days=1)
    firm.run(firm.today, customer)


#: Customers of a year: how many months ago each began (below zero: to come), its seats, and what changed when.
YEAR = (
    ("Husum Logistics", 11, 20.0, {8: {"quantity": 26.0}, 3: {"quantity": 32.0}}),
    ("Kappeln Yachts", 11, 8.0, {6: {"quantity": 5.0}, -2: "end"}),
    ("Föhr Ferries", 9, 14.0, {5: "end"}),
    ("Eckern Foods", 7, 10.0, {2: {"price_unit": 27.0}}),
    ("Plön Clinics", 4, 24.0, {1: {"quantity": 30.0}}),
    ("Laboe Media", 2, 6.0, {}),
    ("Rendsburg Rail", -2, 40.0, {}),
)


def _a_year(firm, goods):
    """Customers who came, grew, shrank and left in the last twelve months, each billed on the first of the month."""
    first, customers = firm.today.replace(day=1), []
    for name, began, seats, changes in YEAR:
        customer, start = _customer(firm, name, None), first - relativedelta(months=began)
        line = {"product_id": goods["seats"].id, "product_uom_qty": seats, "subscription_start": start}
        order = firm.quotation(customer, line)
        order.action_confirm()
        order.date_order = min(start, firm.today)
        charge = order.order_line.subscription_charge_ids
        for ago, said in changes.items():
            day = first - relativedelta(months=ago)
            if said == "end":
                charge.cancel(str(day - relativedelta(days=1)), "Said in time")
            else:
                charge.change(str(day), **said, note="Agreed by phone")
        customers.append(customer)
    for months in range(YEAR[0][1], -1, -1):
        firm.run(first - relativedelta(months=months), *customers)
