"""The demo of both addons: the firms of billing go on through closed months, whichever addon came first."""

import ast

STORY = """
for model in {models}:
    env[model]._load_demo()
firms = {{}}
for close in env["revenue.close"].search([], order="date, id"):
    firm = firms.setdefault(close.company_id.name, {{"states": [], "differences": [], "kinds": []}})
    firm["states"].append(close.state)
    firm["differences"].append(close.difference)
    firm["kinds"] += [kind for kind in close.posting_ids.mapped("kind") if kind not in firm["kinds"]]
for contract in env["revenue.contract"].search([], order="id"):
    firm = firms[contract.company_id.name]
    todo = firm.setdefault("todo", [])
    todo += [(contract.partner_id.name, kind) for kind in contract.todo_ids.mapped("kind")]
    changes = firm.setdefault("changes", [])
    changes += contract.modification_ids.mapped("state")
milestones = env["billing.milestone"].search([("order_id.client_order_ref", "=", "HW-2207")], order="sequence")
several = env["project.milestone"].search([("billing_milestone_ids", "!=", False)]).filtered(
    lambda native: len(native.billing_milestone_ids.allocation_ids.filtered("amount").line_id) > 1
)
named = several.sale_line_id.mapped("name")
print({{"firms": firms, "first": milestones.mapped("state"), "several": len(several), "named": named}})
"""
BILLING, REVENUE = "billing.schedule.template", "revenue.close"


def tell(odoo_database, *models):
    """What the firms are like after the demos of these models, in their order."""
    output = odoo_database().odoo_shell(STORY.format(models=models))
    return ast.literal_eval(output.strip().splitlines()[-1])


def check_continued(told):
    """Each firm of billing is where the story has it."""
    firms = told["firms"]
    assert {
        name: firms[name]["states"] for name in ("Nordkai Engineering", "Dune Construction", "Brightloop Software")
    } == {
        "Nordkai Engineering": ["locked", "locked", "locked", "locked", "computed"],
        "Dune Construction": ["locked", "posted", "cancelled", "approved"],
        "Brightloop Software": ["locked", "locked", "posted", "posted", "locked", "computed"],
    }
    assert not any(any(firm["differences"]) for firm in firms.values())
    assert {"routing", "revenue", "presentation", "loss"} <= set(firms["Dune Construction"]["kinds"])
    assert {"routing", "presentation", "contract_cost", "amortisation"} <= set(firms["Nordkai Engineering"]["kinds"])
    assert sorted(firms["Nordkai Engineering"]["changes"]) == ["applied", "proposed"]
    assert sorted(firms["Brightloop Software"]["todo"]) == [
        ("Blue Mesa Energy", "estimate"),
        ("Juniper Outfitters", "ssp"),
        ("Old Mill Bakeries", "estimate"),
    ]
    assert not firms["Nordkai Engineering"]["todo"], "the close of the first steps is approved without a word"
    assert told["first"] == ["paid", "planned", "planned"], "billing is where its own story left it"
    assert told["several"]
    assert told["named"] == [], "a milestone of several lines is not shown in its project by the name of another one"


def test_revenue_continues_the_firms_of_billing(odoo_database):
    told = tell(odoo_database, BILLING, REVENUE)
    assert len(told["firms"]) == 3
    check_continued(told)


def test_revenue_continues_firms_that_come_later(odoo_database):
    told = tell(odoo_database, REVENUE, BILLING, REVENUE, REVENUE)
    assert told["firms"]["Fjellvik Services"]["states"] == ["locked", "locked", "locked", "posted", "computed"]
    check_continued(told)
