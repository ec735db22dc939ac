"""The demo: the firms of the billing demo, or one of our own, through closed months of revenue."""

from .books import Books
from .chapters import (
    add_milestones,
    live_bonus,
    live_hours,
    live_monitoring,
    live_platform,
    live_works,
    sell_design,
    sell_monitoring,
    sell_platform,
)
from .firm import make_firm


def load(env):
    """Continue each firm that another demo made, once; where there is none, make one of our own, once.

    They are found by their external ids only: what made them need not be there, and may come later.
    """
    firms = {key: env.ref(f"__demo__.billing_{key}", raise_if_not_found=False) for key in CONTINUED}
    if not (any(firms.values()) or env.ref("__demo__.revenue_services", raise_if_not_found=False)):
        company = make_firm(
            env, "revenue_services", name="Fjellvik Services", country="NO", currency="NOK", city="Bergen"
        )
        _services(Books(env, company))
        # The administrator starts where the story is.
        env.ref("base.user_admin").company_id = company
    for key, company in firms.items():
        if company and not _was_continued(env, key, company):
            CONTINUED[key](Books(env, company))
        if company:
            _remember(env, key, company)


def _was_continued(env, key, company):
    """Return whether a firm went through its months already: also before this module was uninstalled, since what it
    posted then is in the ledger still.
    """
    return bool(company.revenue_journal_id or env.ref(_mark(key), raise_if_not_found=False))


def _remember(env, key, company):
    env["ir.model.data"]._update_xmlids([{"xml_id": _mark(key), "record": company, "noupdate": True}])


def _mark(key):
    return f"__demo__.revenue_{key}_continued"


# === A FIRM OF OUR OWN, NOK === #


def _services(books):
    """A little of everything: a year's service, calls by usage, works by cost, a design by milestones."""
    works = books.product("Quay works", 900000.0, tracking="task_in_project")
    design = books.product("Harbour design", 240000.0, tracking="task_in_project")
    books.follow("cost_to_cost", works)
    books.follow("milestones", design)
    extended, cut = sell_monitoring(books, 8400.0)
    platform = sell_platform(books, 60000.0, 40.0)
    quay = books.order("Sogn Harbour", books.ago(95), (works, 900000.0))
    marina = books.order("Nordfjord Marina", books.ago(80), (design, 240000.0))
    survey, drawings = ("Survey", 0.3, books.ago(60)), ("Drawings", 0.5, books.ago(25))
    add_milestones(books, marina, survey, drawings, ("Handover", 0.2, None))
    books.set_up()
    live_monitoring(books, extended, cut, 8400.0)
    live_platform(books, platform, 40.0)
    live_works(books, quay, 720000.0, books.employee("Liv Aas", 640.0), 95)
    live_bonus(books, quay, 45000.0)
    books.at(books.ago(79), books.invoice, marina)
    books.live(m5=books.lock, m4=books.lock, m3=books.lock, m2=books.post, m1=books.compute)


# === THE ENGINEERING FIRM, EUR === #


def _engineering(books):
    """Orders by milestones of their projects, which billing reaches; and a service by the year."""
    project = books.policy(
        "Engineering Project",
        "Concept, design and supervision are one promise: the milestones of the project say how far it is.",
        method="over_time",
        measure="milestones",
        grouping="order",
        distinct="no",
    )
    books.follow(project, *(books.products[name] for name in ("Concept design", "Detailed design", "Site supervision")))
    for order in books.orders():
        # Those of a billing plan cover several lines, so they name none: they count for all of the order.
        if not books.project(order).milestone_ids:
            survey, handover = ("Survey delivered", 0.4, books.ago(110)), ("Handover", 0.6, books.ago(70))
            add_milestones(books, order, survey, handover)
    sell_design(books, books.products["Concept design"], 7800.0)
    extended, cut = sell_monitoring(books, 840.0)
    books.set_up(granularity="customer")
    live_monitoring(books, extended, cut, 840.0)
    books.live(m5=books.lock, m4=books.lock, m3=books.lock, m2=books.lock, m1=books.compute)


# === THE CONSTRUCTION FIRM, KWD === #


def _construction(books):
    """Works by cost: one site with a bonus, one that costs more than it brings."""
    books.follow("cost_to_cost", books.products["Civil works"], books.products["Finishing works"])
    books.set_up(granularity="contract")
    engineer = books.employee("Yousef Al-Rashid", 21.5)
    for order in books.orders("Al Bahar Developments"):
        live_works(books, order, 190000.0, engineer, 95)
        live_bonus(books, order, 12000.0)
    for order in books.orders("Shamal Schools"):
        live_works(books, order, 99000.0, engineer, 70)
    for order in books.orders("Marina Towers"):
        books.at(books.sold(order), books.evidence, order, "estimate_cost", 58000.0, note="Budget of the tender")

    def at_last(day):
        """Compute too early, give up, and compute again: it is approved, and waits to be posted."""
        books.give_up(day)
        books.approve(day)

    books.live(m3=books.lock, m2=books.post, m1=at_last)


# === THE SOFTWARE HOUSE, USD === #


def _software(books):
    """Licences when delivered, projects by hours, calls by usage; a month that was opened again."""
    licence, rollout, training = (books.products[name] for name in ("Platform licence", "Implementation", "Training"))
    books.follow("one_time", licence, training)
    books.follow("hours", rollout)
    books.price("Platform licence", amount=48000.0, note="Price list")
    books.price("Training", kind="range", low=5500.0, high=6500.0, note="Orders of the last year")
    books.price("Implementation", kind="residual", note="Quoted case by case, highly variable")
    platform = sell_platform(books, 9600.0, 4.0)
    books.set_up()
    live_platform(books, platform, 4.0)
    for order in books.orders("Lakeside Clinics"):
        books.at(books.ago(118), books.evidence, order, "units", 1, product=licence, note="Keys sent")
        books.at(books.ago(60), books.evidence, order, "units", 1, product=training, note="Two days on site")
    consultant = books.employee("Dana Whitfield", 75.0)
    for order in books.orders("Meridian Logistics"):
        live_hours(books, order, rollout, 600.0, consultant, (38, 31, 24, 17, 10, 3))
    for order in books.orders("Copper Ridge Insurance"):
        live_hours(books, order, rollout, 240.0, consultant, (28, 12))

    def twice(day):
        """Post the month, open it again for a reason, and close it again."""
        books.post(day).action_reopen("The report of calls was a day late")
        books.lock(day)

    books.live(m4=books.lock, m3=books.lock, m2=twice, m1=books.compute)


CONTINUED = {"engineering": _engineering, "construction": _construction, "software": _software}
