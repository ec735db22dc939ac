"""The demo of usage: a cloud firm whose customers are billed by what they use, with half a million records of it."""

from datetime import datetime, time, timedelta
from math import pi, sin

from dateutil.relativedelta import relativedelta

from odoo.addons.billing_base.demo.firm import Firm
from odoo.fields import Command

from ..ingest.reading import read_events

#: How many records of usage there are at most.
MOST_ROWS = 500_000
#: How many records are taken in together.
TOGETHER = 50_000
#: Customers: name, how their accounts are called, size, and how much their usage grows from month to month.
CUSTOMERS = (
    ("Nordlicht Video", "acct-nordlicht", 46.0, 0.06),
    ("Halligen Weather", "acct-halligen", 21.0, 0.0),
    ("Dithmar Genomics", "acct-dithmar", 30.0, -0.02),
    ("Schlei Sensors", "acct-schlei", 4.0, 0.1),
)
#: How many months of usage there are before this one.
MONTHS = 4


def load(env, most_rows=MOST_ROWS):
    """Make the firm, unless it is there.

    :param int most_rows: how many records of usage there are at most
    """
    if env.ref("__demo__.subscription_cloud", raise_if_not_found=False):
        return
    firm = Firm(env, "subscription_cloud", tax=19.0, name="Tidewater Cloud", country="DE", currency="EUR", city="Husum")
    firm.company.billing_invoices = "post"
    meters, goods = _meters(firm), _goods(firm, _plans(firm))
    first = firm.today.replace(day=1) - relativedelta(months=MONTHS)
    orders = [_sell(firm, goods, place, first) for place in range(len(CUSTOMERS))]
    _use(firm, meters, first, most_rows)
    for months in range(1, MONTHS + 1):
        firm.run(first + relativedelta(months=months), *[order.partner_id for order in orders])
    for order in orders[:2]:
        firm.pay(order)
    _late(firm, meters, first)
    _kept_aside(firm)
    _next_price(goods)


def _meters(firm):
    """Return what is measured (``subscription.meter``)."""
    return firm.env["subscription.meter"].create(
        [
            {"name": "Traffic", "code": "traffic", "unit": "GB", "company_id": firm.company.id},
            {
                "name": "Storage",
                "code": "storage",
                "unit": "GB",
                "aggregation": "time_weighted",
                "company_id": firm.company.id,
            },
        ]
    )


def _plans(firm):
    plans = firm.env["subscription.plan"].create(
        [
            {"name": "Monthly, by usage", "timing": "arrears", "company_id": firm.company.id},
            {"name": "Prepaid for a year", "interval_unit": "years", "expiry_count": 1, "company_id": firm.company.id},
            {"name": "Promised by quarter", "interval_count": 3, "timing": "arrears", "company_id": firm.company.id},
        ]
    )
    return dict(zip(("usage", "prepaid", "promised"), plans, strict=True))


def _goods(firm, plans):
    """Return what the firm sells (``product.product``) by name."""
    traffic, storage = firm.env["subscription.meter"].search([("company_id", "=", firm.company.id)], order="id")
    since = firm.today - relativedelta(years=1)
    tiers = ((10_000, 0.06), (50_000, 0.045), (0, 0.03))
    traffic_price = _price(
        firm,
        {"name": "Traffic, standard", "meter_id": traffic.id, "free": 1000},
        {"first_day": since, "model": "graduated", "tier_ids": [_tier(*tier) for tier in tiers]},
    )
    storage_price = _price(
        firm,
        {"name": "Storage, standard", "meter_id": storage.id},
        {"first_day": since, "model": "flat", "price": 0.02},
    )
    usage = {"subscription_plan_id": plans["usage"].id}
    return {
        "traffic": firm.service("Traffic", 0.0, subscription_price_book_id=traffic_price.id, **usage),
        "storage": firm.service("Storage", 0.0, subscription_price_book_id=storage_price.id, **usage),
        "prepaid": firm.service(
            "Prepaid credit", 9000.0, subscription_plan_id=plans["prepaid"].id, subscription_kind="prepaid"
        ),
        "promise": firm.service(
            "Promised usage", 3000.0, subscription_plan_id=plans["promised"].id, subscription_kind="commitment"
        ),
    }


def _price(firm, book, price):
    book = firm.env["subscription.price.book"].create(
        {"currency_id": firm.company.currency_id.id, "company_id": firm.company.id, **book}
    )
    firm.env["subscription.price"].create({"book_id": book.id, **price}).activate()
    return book


def _tier(up_to, price):
    return Command.create({"up_to": up_to, "price": price})


def _sell(firm, goods, place, first):
    """Sell traffic and storage to a customer; to the first one with prepaid credit, to the third with a promise."""
    name, account, _size, _growth = CUSTOMERS[place]
    customer = firm.customer(name, country="DE", email=f"books@{account}.example", ref=account)
    lines = [{"product_id": goods[good].id, "subscription_start": first} for good in ("traffic", "storage")]
    if place == 0:
        lines.append({"product_id": goods["prepaid"].id, "subscription_start": first})
    if place == 2:
        lines.append({"product_id": goods["promise"].id, "subscription_start": first})
    order = firm.quotation(customer, *lines)
    order.action_confirm()
    order.date_order = datetime.combine(first, time(9))
    return order


def _use(firm, meters, first, most_rows):
    """Take in what was used until yesterday: records of traffic all day long, one of storage each day."""
    days = (firm.today - first).days
    each = max(1, most_rows // len(CUSTOMERS) // days)
    waiting = []
    for number in range(days):
        day = first + timedelta(days=number)
        for customer in CUSTOMERS:
            waiting += _day(meters, customer, day, number, each)
        if len(waiting) >= TOGETHER:
            _take(firm, waiting)
            waiting = []
    _take(firm, waiting)


def _day(meters, customer, day, number, each):
    """Yield what a customer used on a day: more in the evening, less at the end of the week."""
    traffic, storage = meters.mapped("code")
    _name, account, size, growth = customer
    level = size * (1 + growth * number / 30) * (0.6 if day.weekday() > 4 else 1.0)
    step = 86_400 // each
    for place in range(each):
        moment = datetime.combine(day, time()) + timedelta(seconds=place * step)
        wave = 1 + 0.6 * sin(2 * pi * (place / each - 0.4))
        yield {
            "meter": traffic,
            "subject": account,
            "key": f"{account}/{day}/{place}",
            "at": f"{moment.isoformat()}Z",
            "quantity": f"{level * wave * 12 / each:.3f}",
        }
    yield {
        "meter": storage,
        "subject": account,
        "key": f"{account}/{day}/storage",
        "at": f"{day}T00:00:00Z",
        "quantity": f"{level * 60 + number * 5:.0f}",
    }


def _take(firm, events):
    usage = firm.env["subscription.usage"]
    usage._take(read_events(enumerate(events), usage._limits()), "stream", "demo")


def _late(firm, meters, first):
    """Records of the first month that come only now: billed by their difference, under that month."""
    day = first + timedelta(days=20)
    traffic = meters.mapped("code")[0]
    late = {"meter": traffic, "subject": "acct-halligen", "at": f"{day}T12:00:00Z", "quantity": "480"}
    _take(firm, [{**late, "key": "acct-halligen/late"}])


def _kept_aside(firm):
    """Usage of an account that nobody sold anything to, and a record of a meter that nobody made."""
    at = f"{firm.day(-2)}T08:00:00Z"
    _take(
        firm,
        [
            {"meter": "traffic", "subject": "acct-unknown", "key": "unknown/1", "at": at, "quantity": "77.5"},
            {"meter": "gpu-hours", "subject": "acct-dithmar", "key": "gpu/1", "at": at, "quantity": "12"},
        ],
    )


def _next_price(goods):
    """A price for the next month, still a draft: what it would have cost is to be looked at first."""
    book = goods["storage"].subscription_price_book_id
    day = book.env.company._billing_today() + relativedelta(day=1, months=1)
    book.env["subscription.price"].create(
        {"book_id": book.id, "first_day": day, "model": "flat", "price": 0.024, "note": "Disks became dearer"}
    )
