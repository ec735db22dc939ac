"""The demo: a software house whose customers accept its work, have accepted it, or have not."""

import base64
from datetime import timedelta

from odoo.fields import Command, Datetime

#: A hand that signs, as the browser draws it.
SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAALQAAAA8CAQAAABlJ1gMAAACN0lEQVR42u1bUa6EIAyUxiN4/xN6B/fDEFEBi9AWl5mPlxeza9thKC2w0wQA"
    "AAAAAAAAAAAAAAAAPWLZlm10DpwGzcf/qxuVaNKheXXjUqxCtKfZ/x03hZAWzbFEMhJmaQMhzauzpPmwbZHGSCMw3nO9JdnCAycb2l07sXSi"
    "RfJu1cIDhaojl0p07XrLNh44XT1bKCrmSdq7VvPGXNH/2rQ85X2ymcZ6C1LaTksPjrYsJSMaQbl3T9r6xkmGZDORtIqsvI2WHjwNHdnoOSy0"
    "dDvT9prmLayzlZ7DLvH6+TISUnQ+TWjdPtVkMQyXxNhedQkB/rPxNz0NWRuqOcKYpy4Qurps07RsPFWHqj1/T6JSrhkqJ2O6LkTuG67JoTwF"
    "cQe0/g0U/7LtZiavzr7n4LCK5R415Opsrg8cdJI63i5UtRVy2s7+PD+3SuRIUorUqIGl7Hgt77MivsyWxkqtW+RWSUezrzz7fD7lTKegskip"
    "Vz0/h9LGTmxf7/o0LTy+DySpDfuiqrwaT9N3133JUFO/4ecTWLt546vwIzNLWKOaAssqt7bWM7coTG8aqCq6fdrQWxB3gnP2agtJ96aAOlMq"
    "eeSpdQxV5s2bWOd65Urel7C9CZKLvjTW+Z2h++2jVfCY97rlZL81UB6tK9sw0b8TEds4+uLxLr3pmbRV1IeeRYm2pvls29IDcaI5PZOOpr9M"
    "8+PGvw/OOsi3a/1nFG15LdCygTHTE37sAwAAAAAAAAAA8Lf4AW8+FxuefPY6AAAAAElFTkSuQmCC"
)


def load(env):
    """Make three orders of the software house, unless they are there: one waits, one is accepted, one rejected."""
    company = env.ref("__demo__.billing_software", raise_if_not_found=False)
    if not company or env.ref("__demo__.acceptance_open", raise_if_not_found=False):
        return
    env = env(user=env.ref("base.user_admin").id, su=True, context={**env.context, "allowed_company_ids": company.ids})
    company = company.with_env(env)
    company.write({"billing_acceptance_days": 10, "billing_acceptance_sending": "manual"})
    waiting = _ask(env, company, "Riverbend Hospital", "Olivia Park", "Patient portal", 64000.0)
    env["ir.model.data"]._update_xmlids([{"xml_id": "__demo__.acceptance_open", "record": waiting, "noupdate": True}])
    accepted = _ask(env, company, "Granite State Bank", "Marcus Reed", "Branch terminals", 52000.0)
    _answer(accepted, "accepted")
    rejected = _ask(env, company, "Pinewood Outfitters", "Dana Cole", "Online shop", 38000.0)
    _answer(rejected, "rejected", reason="Prices of bundles are still wrong in the basket; see our list of Monday.")


def _ask(env, company, customer, contact, work, price):
    """Sell, do and hand over some work; return the request for acceptance (``billing.acceptance``)."""
    partners = env["res.partner"]
    customer = partners.create(
        {"name": customer, "is_company": True, "company_id": company.id, "country_id": env.ref("base.us").id}
    )
    name = contact.lower().replace(" ", ".")
    person = partners.create(
        {"name": contact, "parent_id": customer.id, "email": f"{name}@{customer.name.split()[0].lower()}.example"}
    )
    product = env["product.product"].create(
        {
            "name": work,
            "type": "service",
            "company_id": company.id,
            "invoice_policy": "order",
            "service_tracking": "task_in_project",
            "list_price": price,
            "taxes_id": [Command.clear()],
            "supplier_taxes_id": [Command.clear()],
        }
    )
    order = env["sale.order"].create(
        {
            "partner_id": customer.id,
            "user_id": env.ref("base.user_admin").id,
            "company_id": company.id,
            "order_line": [
                Command.create({"product_id": product.id, "product_uom_qty": 1.0, "price_unit": price}),
                Command.create(
                    {
                        "product_id": product.id,
                        "name": f"{work}: manual and training",
                        "product_uom_qty": 1.0,
                        "price_unit": price / 8,
                    }
                ),
            ],
        }
    )
    env["billing.schedule"].create(
        {
            "order_id": order.id,
            "name": "As agreed",
            "milestone_ids": [
                Command.create(
                    {
                        "name": work,
                        "due_on": "task",
                        "percent": 100.0,
                        "needs_acceptance": True,
                        "acceptance_contact_ids": [Command.create({"partner_id": person.id})],
                    }
                )
            ],
        }
    )
    order.action_confirm()
    order.date_order -= timedelta(days=40)
    order.tasks_ids.state = "1_done"
    milestone = order.billing_schedule_ids.filtered(lambda plan: plan.name == "As agreed").milestone_ids
    acceptance = milestone._flagged("acceptance_silent")._ask_for_acceptance()
    report = f"Test report\n{work}: 212 of 212 cases passed\n".encode()
    acceptance.write(
        {
            "message": f"All cases of the test plan passed. Please look at {work.lower()} on the staging server.",
            "file_ids": [Command.create({"name": "Test report.txt", "datas": base64.b64encode(report)})],
        }
    )
    acceptance.action_send()
    return acceptance


def _answer(acceptance, kind, **texts):
    """Answer as the contact who was asked."""
    from ..models.billing_acceptance_answering import Answer

    approver = acceptance.approver_ids[:1]
    facts = {"address": "203.0.113.24", "moment": Datetime.now()}
    acceptance._answer(approver, Answer(kind, name=approver.partner_id.name, signature=SIGNATURE, facts=facts, **texts))
