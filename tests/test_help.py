"""Every field that a view of ours shows tells what it is, but for the few whose label says it all."""

import ast

import pytest

ADDONS = (
    "billing_base",
    "milestone_billing",
    "milestone_billing_acceptance",
    "milestone_billing_budget",
    "revenue_recognition",
    "subscription_billing",
    "subscription_milestones",
    "subscription_revenue",
)
SHOWN = """
from lxml import etree

found = set()


def hidden(node):
    never = ("1", "True")
    return any(node.get(name) in never for name in ("invisible", "column_invisible")) or node.get("widget") == "handle"


def walk(node, model):
    for child in node.iterchildren("*"):
        field = child.tag == "field" and model in env and env[model]._fields.get(child.get("name"))
        if field and not hidden(child) and not (field.help or child.get("help")) and field._module in {addons}:
            found.add((model, field.name, field.string, field.type))
        walk(child, field.comodel_name if field and field.relational else model)


rows = env["ir.model.data"].search([("module", "in", {addons}), ("model", "=", "ir.ui.view")])
for view in env["ir.ui.view"].browse(rows.mapped("res_id")).filtered("model"):
    root = view if view.mode == "primary" else view.inherit_id
    walk(etree.fromstring(root.get_combined_arch()), view.model)
print(sorted(found))
"""
#: Labels that say it all, by why they do. Reviewed: whoever adds one knows that its reader needs no more.
OBVIOUS = {
    "a record of Odoo's that everybody knows by its name": (
        "account_id company_id contract_id currency_id invoice_ids journal_id line_id milestone_id milestone_ids"
        " move_id move_ids obligation_id order_id partner_id policy_id product_categ_id product_id project_id"
        " schedule_id close_id template_id debit_account_id version_id"
    ),
    "what it is called, and what somebody wants to add": "name note",
    "who did it and when": (
        "applied_at applied_by_id approved_at approved_by_id create_date locked_by_id posted_at posted_by_id"
        " prepared_at prepared_by_id released_by_id released_on user_id"
    ),
    "the first and the last day of a period": "date_from date_to",
    "a list under a heading of its own": "error_ids",
    "the unit beside its number": "offset_unit unit",
    "a number on a button or line that names what it counts": (
        "billing_milestone_count contract_count entry_count error_count evidence_count exception_count invoice_count"
        " line_count move_count order_count revenue_row_count todo_count"
    ),
    "a sentence, or words on a button, that explain themselves or what stands beside them": (
        "effect explanation meaning message month_name problem purpose result revenue_amounts revenue_balance sentence"
        " summary text title value column role"
    ),
}


@pytest.fixture(scope="module")
def unexplained(module_odoo_database):
    """The fields of both addons that a view shows without help: (model, field, label, type)."""
    output = module_odoo_database().odoo_shell(SHOWN.format(addons=ADDONS))
    return ast.literal_eval(output.strip().splitlines()[-1])


def test_every_field_shown_has_help(unexplained):
    obvious = {name for names in OBVIOUS.values() for name in names.split()}
    # A list inside a form stands under a heading of its own; its columns have their help.
    missing = [row for row in unexplained if row[3] != "one2many" and row[1] not in obvious]
    assert not missing, "\n".join(f"{model}.{field} ({label})" for model, field, label, _type in missing)


def test_what_is_called_obvious_is_shown(unexplained):
    """Nothing stays in the list of exceptions that needs none."""
    shown = {field for _model, field, _label, _type in unexplained}
    listed = [name for names in OBVIOUS.values() for name in names.split()]
    assert sorted(set(listed) - shown) == []
    assert len(listed) == len(set(listed))
