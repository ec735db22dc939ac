"""What happens in the firms of the demo, a kind of contract at a time; each works in any firm."""

# === SERVICES BY TIME === #

MONITORING = "Remote monitoring, per site and year"
PLATFORM = "Platform access, one year"
CALLS = "Interface calls, per thousand"
MIGRATION = "Data migration"


def sell_monitoring(books, price):
    """Sell a service for a year, twice: to be extended by two sites, and to be cut by one.

    :return: the orders
    """
    # It is the category that says how: in this company, and in no other.
    category = books.env["product.category"].create({"name": f"{books.company.name}: Services by the Year"})
    product = books.product(MONITORING, price, categ_id=category.id)
    books.follow("subscription", category)
    extended = books.order("Fjord Ferries", books.day(5, 10), (product, price, {"product_uom_qty": 10}))
    cut = books.order("Tidal Logistics", books.day(4, 3), (product, price, {"product_uom_qty": 6}))
    return extended, cut


def live_monitoring(books, extended, cut, price):
    """Bill the year at once; two more sites are agreed and applied, a cut waits for an answer."""
    for order in (extended, cut):
        books.at(books.sold(order), books.invoice, order)
    books.at(books.day(5, 12), books.commission, extended, price, "Sales commission, 10 % of the first year")
    line = extended.order_line
    books.at(books.day(3, 12), books.change, line, "apply", product_uom_qty=12)
    books.at(books.day(3, 13), books.invoice, extended)
    books.at(books.day(1, 18), books.change, cut.order_line, None, product_uom_qty=5)


# === USAGE === #


def sell_platform(books, access, unit):
    """Sell access to a platform for a year: once with calls by usage, once with something that has no price alone.

    The second contract waits on the worklist: nobody knows the standalone selling price of the migration.

    :return: the first order
    """
    platform = books.product(PLATFORM, access)
    calls = books.product(CALLS, unit, invoice_policy="delivery")
    migration = books.product(MIGRATION, access / 4)
    books.follow("subscription", platform)
    books.follow("usage", calls)
    books.follow("one_time", migration)
    books.price(PLATFORM, amount=access, note="Price list")
    books.order("Juniper Outfitters", books.day(1, 8), (platform, access), (migration, access / 5))
    return books.order(
        "Sagebrush Retail", books.day(4, 1), (platform, access * 0.95), (calls, unit, {"product_uom_qty": 100})
    )


def live_platform(books, order, unit):
    """Bill access at once and calls month after month; what was called is reported by the platform."""
    line = order.order_line.filtered(lambda one: one.product_id == books.products[CALLS])
    for month, thousands in ((4, 60), (3, 85), (2, 110), (1, 95)):
        day = books.end(month)
        books.at(day, _call, books, order, line, thousands, unit)


def _call(day, books, order, line, thousands, unit):
    line.qty_delivered += thousands
    note = f"{thousands},000 calls"
    books.evidence(day, order, "usage", thousands * unit, product=line.product_id, note=note)
    books.invoice(day, order)


# === PROJECTS === #


def live_works(books, order, budget, crew, ago):
    """Build: bills and hours make progress by cost; the pump is bought long before it is built in.

    :param float budget: the cost expected at first
    :param crew: an employee
    :param int ago: how many days ago the work began
    """
    start = books.sold(order)
    books.at(start, books.evidence, order, "estimate_cost", budget, note="Budget of the tender")
    for number, share in enumerate((0.10, 0.12, 0.09, 0.08)):
        day = books.ago(ago - 6 - 21 * number)
        books.at(day, books.buy, order, "Gulf Concrete", f"Works, certificate {number + 1}", round(budget * share))
        books.at(day, books.work, order, 32.0, crew, "Site management")
    pump = round(budget * 0.06)
    books.at(books.ago(ago - 20), books.buy, order, "Pumps International", "Pump station", pump, "uninstalled")
    books.at(
        books.ago(ago - 25), books.evidence, order, "estimate_cost", round(budget * 1.08), note="Rock under the piles"
    )


def live_bonus(books, order, amount):
    """Expect a bonus: uncertain at first, probable later."""
    start = books.sold(order)
    books.at(start, books.expect, order, "Early completion bonus", amount, "Depends on permits", constrained=True)
    books.at(
        books.ago(45), books.expect, order, "Early completion bonus", amount, "The permits are here: it is probable"
    )


def add_milestones(books, order, *milestones):
    """Plan milestones of an order in its project: names, shares, and days on which they are reached, or None."""
    line = order.order_line.filtered(lambda one: one.product_id.type == "service")[:1]
    project = books.project(order)
    project.allow_milestones = True
    for name, share, day in milestones:
        milestone = books.env["project.milestone"].create(
            {
                "name": name,
                "project_id": project.id,
                "sale_line_id": line.id,
                "quantity_percentage": share,
            }
        )
        if day:
            books.at(day, _reach, milestone)


def _reach(day, milestone):
    milestone.is_reached = True
    milestone.reached_date = day


def sell_design(books, product, price):
    """Sell a small design: earned before it is billed, then billed before it is earned."""
    order = books.order("Museum Quay", books.day(2, 5), (product, price))
    survey, drawings = ("Survey", 0.4, books.day(2, 20)), ("Drawings", 0.35, books.day(1, 21))
    add_milestones(books, order, survey, drawings, ("Handover", 0.25, None))
    books.at(books.day(1, 6), books.invoice, order)


def live_hours(books, order, product, hours, employee, days):
    """Work on an order: the hours expected in all, and the days ago on which 24 were worked."""
    start = books.sold(order)
    books.at(start, books.evidence, order, "estimate_hours", hours, product=product, note="Plan of the project")
    for ago in days:
        books.at(books.ago(ago), books.work, order, 24.0, employee, "Implementation")
