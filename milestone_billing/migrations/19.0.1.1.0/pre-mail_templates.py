"""Mails on what was attained, and on what is blocked, have new texts where nobody edited them."""

from pathlib import Path

from lxml import etree

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

DATA = Path(__file__).parents[2] / "data" / "mail_data.xml"
AMOUNT = "milestone.to_credit_amount or milestone.waiting_amount"
#: What the texts of now had instead, in 19.0.1.0.0 and in what was installed of this version before it was released:
#: by template and field, each as a list of (part of now, part of then).
BEFORE = {
    "mail_template_attained": {
        "body_html": [[("What it waits for: ", "Not billed yet: ")]],
    },
    "mail_template_blocked": {
        "subject": [[("{{ object._blocked_title() }}", "Not billed")]],
        "body_html": [
            [
                ('<t t-if="object.milestone_id._waits_for_credit()">Billed, and to be credited: order</t>', ""),
                ('<t t-else="">Attained, and not billed: order</t>', "Attained, and not billed: order"),
                (AMOUNT, "milestone.to_bill_amount"),
            ],
            [(AMOUNT, "abs(milestone.to_bill_amount)")],
        ],
    },
}


def migrate(cr, version):
    """Write the new texts over those that are as they were delivered; their translations are loaded after this."""
    env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
    for name, fields in BEFORE.items():
        template = env.ref(f"milestone_billing.{name}", raise_if_not_found=False)
        for field, versions in fields.items() if template else ():
            now = _text_of_now(name, field)
            delivered = {_plain(template.new({field: _then(now, parts)})[field]) for parts in versions}
            if _plain(template[field]) in delivered:
                text = str(template.new({field: now})[field])
                # The column has a text for each language.
                query = "UPDATE mail_template SET %s = jsonb_build_object('en_US', %s::text) WHERE id = %s"
                cr.execute(SQL(query, SQL.identifier(field), text, template.id))
                template.invalidate_recordset([field])


def _text_of_now(name, field):
    """Return the text of a template in the data of this version."""
    node = etree.parse(DATA).find(f".//record[@id='{name}']/field[@name='{field}']")
    return (node.text or "") + "".join(etree.tostring(child, encoding="unicode") for child in node)


def _then(text, parts):
    for now, before in parts:
        if now not in text:
            raise ValueError(f"The data has no text {now!r} any more.")
        text = text.replace(now, before)
    return text


def _plain(html):
    """Return a text without the white space of its layout, which storing it may change."""
    return "".join(str(html).split())
