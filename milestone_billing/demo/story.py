"""The demo: three firms in three currencies, with orders at every stage of milestone billing."""

from .firm import Firm


def load(env):
    """Make the three firms, unless they are there; what a user meets first is made last."""
    if env.ref("__demo__.billing_engineering", raise_if_not_found=False):
        return
    _software(env)
    _construction(env)
    engineering = _engineering(env)
    # The administrator starts where the story starts.
    env.ref("base.user_admin").company_id = engineering.company


# === A SOFTWARE HOUSE, USD === #


def _software(env):
    firm = Firm(env, "billing_software", name="Brightloop Software", country="US", currency="USD", city="Austin")
    licence = firm.service("Platform licence", 48000.0, tracking="no")
    rollout = firm.service("Implementation", 36000.0)
    training = firm.service("Training", 6000.0)
    template = firm.template(
        "Software: licence, go-live, warranty",
        "Licences at once, the project at go-live, the rest when the warranty ends",
        {"name": "Licence", "due_on": "offset", "offset_number": 0, "percent": 100, "line_pattern": "licence"},
        {
            "name": "Go-live",
            "due_on": "task",
            "percent": 80,
            "task_pattern": "implementation",
            "line_pattern": "implementation",
        },
        {
            "name": "Warranty ends",
            "due_on": "offset",
            "offset_number": 3,
            "offset_unit": "months",
            "amount_type": "balance",
        },
        rule={"name": "Software projects", "amount_min": 20000.0},
        invoice_date_policy="attained",
    )
    golive, warranty = template.milestone_ids[1:]
    warranty.offset_from_id = golive
    _software_finished(firm, licence, rollout, training)
    _software_troubles(firm, licence, rollout)
    _software_from_another_system(firm, rollout, training)
    quotation = firm.quotation(
        firm.customer("Prairie Telecom", country="US", email="ap@prairie.example"), licence, rollout
    )
    firm.plan(quotation, template)
    firm.bill()


def _software_finished(firm, licence, rollout, training):
    """An order billed and paid to the last cent, and one whose invoice was credited."""
    customer = firm.customer("Lakeside Clinics", country="US", email="finance@lakeside.example")
    order = firm.quotation(customer, licence, training)
    firm.plan(
        order,
        milestones=[
            {"name": "Order", "due_on": "manual", "percent": 50},
            {"name": "Training held", "due_on": "manual", "amount_type": "balance"},
        ],
        invoice_date_policy="attained",
    )
    firm.attain_all(firm.confirm(order, ago=125), -120, -60)
    firm.bill()
    firm.pay(order)

    customer = firm.customer("Copper Ridge Insurance", country="US", email="ap@copperridge.example")
    order = firm.quotation(customer, rollout)
    firm.plan(
        order,
        milestones=[
            {"name": "Pilot accepted", "due_on": "manual", "percent": 40},
            {"name": "Roll-out", "due_on": "task", "amount_type": "balance", "planned_date": firm.day(21)},
        ],
    )
    pilot = firm.confirm(order, ago=30)[0]
    pilot.action_attain()
    firm.bill()
    pilot.action_undo()
    firm.bill()
    pilot.action_credit()
    pilot.invoice_ids.filtered(lambda move: move.state == "draft").action_post()
    firm.bill()


def _software_troubles(firm, licence, rollout):
    """What needs a person: an archived customer, and an undone milestone that is on a posted invoice."""
    customer = firm.customer("Old Mill Bakeries", country="US", email="office@oldmill.example")
    firm.confirm(firm.quotation(customer, licence, (rollout, 24000.0)))
    customer.active = False
    firm.bill()

    customer = firm.customer("Blue Mesa Energy", country="US", email="ap@bluemesa.example")
    order = firm.quotation(customer, rollout)
    firm.plan(
        order,
        milestones=[
            {"name": "Design accepted", "due_on": "manual", "percent": 30},
            {"name": "Go-live", "due_on": "task", "amount_type": "balance", "planned_date": firm.day(35)},
        ],
    )
    accepted = firm.confirm(order)[0]
    accepted.action_attain()
    firm.bill()
    accepted.action_undo()
    firm.bill()


def _software_from_another_system(firm, rollout, training):
    """A plan that a PSA sent, and the progress it reported."""
    customer = firm.customer("Meridian Logistics", country="US", email="payables@meridian.example")
    order = firm.quotation(customer, (rollout, 90000.0), (training, 10000.0))
    firm.env["billing.schedule"].import_schedules(
        [
            {
                "order": order.id,
                "external_key": "PSA-2041",
                "name": "From the PSA",
                "milestones": [
                    {
                        "external_key": f"PSA-2041-{number}",
                        "name": name,
                        "due": {"on": "manual", "planned_date": str(firm.day(30 * number - 42))},
                        "percent": 33.33,
                    }
                    for number, name in enumerate(("Blueprint", "Build", "Acceptance"), 1)
                ]
                + [{"external_key": "PSA-2041-4", "name": "Close-out", "due": {"on": "manual"}, "balance": True}],
            }
        ]
    )
    firm.confirm(order, ago=40)
    firm.env["billing.milestone"].attain(
        [
            {"key": "psa-event-1", "milestone": "PSA-2041-1", "date": str(firm.day(-12))},
            {"key": "psa-event-2", "milestone": "PSA-2041-2", "date": str(firm.day(-2)), "percent": 25},
        ]
    )
    firm.bill()


# === A CONSTRUCTION FIRM, KWD === #


def _construction(env):
    firm = Firm(env, "billing_construction", name="Dune Construction", country="KW", currency="KWD", city="Kuwait City")
    works = firm.service("Civil works", 180000.0)
    finishing = firm.service("Finishing works", 64500.0)
    template = firm.template(
        "Construction: progress certificates",
        "Mobilisation, monthly certificates by cumulative progress, and a tail after handover",
        {"name": "Mobilisation", "due_on": "offset", "offset_number": 5, "offset_unit": "business_days", "percent": 10},
        {
            "name": "Works, by certificate",
            "due_on": "manual",
            "percent": 80,
            "description": "{milestone}: {line}, {percent} % of the line, certified {date}",
        },
        {
            "name": "Defects period ends",
            "due_on": "offset",
            "offset_number": 12,
            "offset_unit": "months",
            "amount_type": "balance",
        },
        rule={"name": "All construction", "amount_min": 50000.0},
        invoice_date_policy="attained",
        change_rule="new",
    )
    template.milestone_ids[2].offset_from_id = template.milestone_ids[1]
    _construction_under_way(firm, works, finishing, template)
    _construction_held(firm, works, finishing, template)
    firm.bill()


def _construction_under_way(firm, works, finishing, template):
    """Certified to 15, then 40 % (cumulative); the first certificate is paid. And a change order on another site."""
    customer = firm.customer("Al Bahar Developments", country="KW", email="accounts@albahar.example")
    order = firm.quotation(customer, works, finishing)
    firm.plan(order, template)
    certificates = firm.confirm(order, ago=95)[1]
    firm.bill()
    certificates._attain(15.0, firm.day(-60), "manual", "Certificate 1")
    firm.bill()
    firm.pay(order)
    certificates._attain(40.0, firm.day(-28), "manual", "Certificate 2")
    certificates.planned_date = firm.day(45)
    firm.bill()

    customer = firm.customer("Shamal Schools", country="KW", email="finance@shamal.example")
    order = firm.quotation(customer, (works, 96750.125))
    firm.plan(order, template)
    certificates = firm.confirm(order, ago=70)[1]
    certificates.planned_date = firm.day(-9)
    firm.bill()
    order.order_line.price_unit = 104250.375
    firm.bill()


def _construction_held(firm, works, finishing, template):
    """An order on hold: the milestone is attained, its invoice waits. And a quotation."""
    customer = firm.customer("Marina Towers", country="KW", email="ap@marinatowers.example")
    order = firm.quotation(customer, (finishing, 72400.0))
    firm.plan(order, template)
    firm.confirm(order, ago=20)
    firm.hold("The client's engineer has not signed the mobilisation report", order_id=order)
    firm.bill()
    firm.plan(firm.quotation(customer, (works, 210000.0)), template)


# === AN ENGINEERING FIRM, EUR === #


def _engineering(env):
    firm = Firm(
        env, "billing_engineering", tax=19.0, name="Nordkai Engineering", country="DE", currency="EUR", city="Hamburg"
    )
    concept = firm.service("Concept design", 20000.0)
    design = firm.service("Detailed design", 50000.0)
    site = firm.service("Site supervision", 30000.0)
    template = firm.template(
        "Engineering: 30 / 40 / 30",
        "A deposit, the design, and the balance at handover",
        {"name": "Deposit", "due_on": "confirmation", "percent": 30},
        {"name": "Design approved", "due_on": "task", "task_pattern": "design", "percent": 40},
        {"name": "Handover", "due_on": "task", "task_pattern": "supervision", "amount_type": "balance"},
        rule={"name": "Engineering orders", "amount_min": 10000.0},
    )
    _engineering_finished(firm, concept, site)
    _engineering_waiting(firm, template, concept, design, site)
    _engineering_late(firm, template, design, site)
    _engineering_on_billing_days(firm, template, concept, site)
    quotation = firm.quotation(
        firm.customer("Ostsee Cruise Terminal", country="DE", email="einkauf@ostsee.example"), concept, design, site
    )
    firm.plan(quotation, template)
    _engineering_first_click(firm, concept, design, site)
    return firm


def _engineering_finished(firm, concept, site):
    """An order of the past, billed and paid."""
    customer = firm.customer("Elbe Bridges", country="DE", email="rechnung@elbebridges.example")
    order = firm.quotation(customer, concept, (site, 18000.0))
    firm.plan(
        order,
        milestones=[
            {"name": "Deposit", "due_on": "manual", "percent": 30},
            {"name": "Survey delivered", "due_on": "manual", "percent": 40},
            {"name": "Handover", "due_on": "manual", "amount_type": "balance"},
        ],
        invoice_date_policy="attained",
    )
    firm.attain_all(firm.confirm(order, ago=150), -150, -110, -70)
    firm.bill()
    firm.pay(order)


def _engineering_waiting(firm, template, concept, design, site):
    """Invoices left in draft for somebody to look at; and a customer on hold whose design is done."""
    customer = firm.customer("Wind Park Nord", country="DE", email="buchhaltung@windpark.example")
    order = firm.quotation(customer, concept, site)
    firm.plan(order, template, invoice_policy="draft")
    firm.confirm(order)
    firm.bill()
    order.tasks_ids.filtered(lambda task: "design" in task.name.lower()).state = "1_done"

    customer = firm.customer("Hanse Shipyard", country="DE", email="kreditoren@hanseyard.example")
    order = firm.quotation(customer, (concept, 26000.0), (site, 14000.0))
    firm.plan(order, template)
    deposit = firm.confirm(order)[0]
    firm.bill()
    firm.pay(deposit)
    firm.hold("In dispute about delays; legal asked to wait", partner_id=customer)
    order.tasks_ids.filtered(lambda task: "design" in task.name.lower()).state = "1_done"
    firm.bill()


def _engineering_late(firm, template, design, site):
    """A confirmed order whose design is late, with a change order that went pro rata to what is left."""
    customer = firm.customer("Kiel Waterworks", country="DE", email="finanzen@kielwasser.example")
    order = firm.quotation(customer, (design, 64000.0), (site, 36000.0))
    firm.plan(order, template)
    milestones = firm.confirm(order)
    firm.bill()
    milestones[1].planned_date = firm.day(-6)
    milestones[2].planned_date = firm.day(52)
    order.order_line[0].price_unit = 70000.0
    firm.bill()


def _engineering_on_billing_days(firm, template, concept, site):
    """A customer who gets one invoice on the last day of the month, and one who wants his order number on it."""
    days = firm.env["billing.calendar"].create(
        {"name": "Last day of the month", "days_of_month": "last", "company_id": firm.company.id}
    )
    customer = firm.customer("Baltic Ferries", country="DE", email="rechnung@balticferries.example")
    customer.write({"billing_when": "days", "billing_calendar_id": days.id})
    order = firm.quotation(customer, concept, site, client_order_ref="BF-118")
    firm.plan(order, template)
    firm.confirm(order)
    firm.confirm(firm.quotation(customer, (site, 1800.0), client_order_ref="BF-121"))

    customer = firm.customer("Trave Utilities", country="DE", email="kreditoren@trave.example")
    customer.billing_order_number = "required"
    order = firm.quotation(customer, concept, (site, 12000.0))
    firm.plan(order, template)
    firm.confirm(order)
    firm.bill()


def _engineering_first_click(firm, concept, design, site):
    """The order that the first steps of the guide use: the deposit is paid, the design tasks wait to be done."""
    customer = firm.customer("Harbour Works", country="DE", email="books@harbour.example", city="Bremen")
    order = firm.quotation(customer, concept, design, site, client_order_ref="HW-2207")
    milestones = firm.confirm(order)
    firm.bill()
    firm.pay(order)
    milestones[1].planned_date = firm.day(14)
    milestones[2].planned_date = firm.day(75)
