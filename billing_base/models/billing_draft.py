from odoo import api, fields, models
from odoo.tools import format_date

from ..engine.units import from_units, to_units
from .billing_rules import INVOICES
from .obstacles import explain


class BillingDraft(models.AbstractModel):
    """What one invoice is made of, or would be; what keeps it back, if anything."""

    _name = "billing.draft"
    _description = "What an Invoice Is Made Of"

    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        help="Whom it goes to.",
    )
    order_ids = fields.Many2many("sale.order", string="Orders", readonly=True, help="The orders that it bills.")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    orders_text = fields.Char(
        "From Orders",
        compute="_compute_orders_text",
        compute_sudo=True,
        help="The orders that it bills, also those that are another salesperson's.",
    )
    invoice_date = fields.Date(
        readonly=True,
        help="The date of the invoice: the day that is billed, or the first one after it that is not locked.",
    )
    becomes = fields.Selection(
        INVOICES, "Invoice Will Be", readonly=True, help="What becomes of the invoice, by the rules of the customer."
    )
    amount_untaxed = fields.Monetary("Untaxed", readonly=True, help="What it comes to without taxes.")
    amount_total = fields.Monetary("Total", readonly=True, help="What it comes to with taxes.")
    contents = fields.Json(
        readonly=True, export_string_translation=False, help="The lines it is made of, as facts: told to each reader."
    )
    part = fields.Char(readonly=True, help="Which of its orders' invoices it is, where one order has several.")
    splits = fields.Json(
        readonly=True, export_string_translation=False, help="Why it is an invoice of its own, as facts."
    )
    why = fields.Json(readonly=True, export_string_translation=False, help="What keeps it from being billed, as facts.")
    reason = fields.Text(compute="_compute_reason", compute_sudo=True, help="What keeps it from being billed.")
    remedy = fields.Text(compute="_compute_reason", compute_sudo=True, help="What lifts it.")
    split_text = fields.Char(
        "Separate Invoice Because of",
        compute="_compute_split_text",
        help="Why it does not share the customer's first invoice.",
    )
    lines_text = fields.Text(
        "Lines", compute="_compute_lines_text", help="What it is made of, and since when it is due."
    )
    rules_text = fields.Text(
        "Billing Rules",
        compute="_compute_rules_text",
        compute_sudo=True,
        help="The rules of billing that hold for its orders, and whose they are.",
    )

    # === COMPUTE METHODS === #

    @api.depends("why")
    @api.depends_context("lang")
    def _compute_reason(self):
        for row in self:
            row.reason, row.remedy = explain(row.why, self.env)

    @api.depends("order_ids")
    def _compute_orders_text(self):
        for row in self:
            row.orders_text = ", ".join(row.order_ids.sorted("id").mapped("name"))

    @api.depends("order_ids.billing_rules_text")
    @api.depends_context("lang")
    def _compute_rules_text(self):
        for row in self:
            row.rules_text = row.order_ids._origin._billing_rules_told()

    @api.depends("splits")
    @api.depends_context("lang")
    def _compute_split_text(self):
        names = self._split_names()
        for row in self:
            row.split_text = ", ".join(names[name] for name in row.splits or ())

    @api.model
    def _split_names(self):
        """Return what splits the invoices of one customer, as people read it: ``{name in engine.Group: text}``."""
        return {
            "address": self.env._("Invoice address"),
            "delivery": self.env._("Delivery address"),
            "currency": self.env._("Currency"),
            "fiscal_position": self.env._("Fiscal position"),
            "journal": self.env._("Journal"),
            "terms": self.env._("Payment terms"),
            "order": self.env._("Order"),
            "reference": self.env._("Customer reference"),
            "invoices": self.env._("What becomes of the invoice"),
            "apart": self.env._("What it bills"),
        }

    @api.depends("contents", "currency_id")
    @api.depends_context("lang")
    def _compute_lines_text(self):
        for row in self:
            row.lines_text = "\n".join(row._tell_due(due) for due in row.contents or ())

    def _tell_due(self, due):
        amount = self.currency_id.format(from_units(due["amount"], self.currency_id.rounding))
        text = " ".join(due["text"].split())
        if due["comes_off"]:
            return self.env._("%(text)s: %(amount)s", text=text, amount=amount)
        day = format_date(self.env, fields.Date.to_date(due["since"]))
        return self.env._("%(text)s: %(amount)s, due since %(day)s", text=text, amount=amount, day=day)

    def _order_parts(self):
        """Return which invoices of orders these rows are: a set of (id of an order, part)."""
        return set().union(*(row._own_parts() for row in self))

    def _own_parts(self):
        self.ensure_one()
        orders, usual = set(self.order_ids.ids), self.part or ""
        own = [due for due in self.contents or () if due["order"] in orders and not due["comes_off"]]
        found = {(due["order"], due.get("part", usual)) for due in own}
        return found | {(order, usual) for order in orders - {order for order, _part in found}}

    def _totals(self):
        """Return what these rows come to: ``{currency: (untaxed, with taxes)}``, summed in units of the currency."""
        found = {}
        for currency, rows in self.grouped("currency_id").items():
            unit = currency.rounding
            sums = (sum(to_units(row[name], unit) for row in rows) for name in ("amount_untaxed", "amount_total"))
            found[currency] = tuple(from_units(units, unit) for units in sums)
        return found

    @api.model
    def _draft_values(self, draft):
        """Return the values of these fields for a draft (``engine.Draft``)."""
        currency = self.env["res.currency"].browse(draft.group.currency)
        return {
            "partner_id": draft.group.address,
            "order_ids": [fields.Command.set(draft.orders)],
            "currency_id": currency.id,
            "invoice_date": draft.date,
            "becomes": draft.group.invoices,
            "amount_untaxed": from_units(draft.untaxed, currency.rounding),
            "amount_total": from_units(draft.total, currency.rounding),
            "contents": [self._content(due, *part) for due, part in zip(draft.dues, draft.parts, strict=True)],
            "part": draft.part or False,
            "splits": list(draft.splits) or False,
            "why": draft.why or False,
        }

    @api.model
    def _content(self, due, untaxed, tax):
        since = fields.Date.to_string(due.since)
        row = {"order": due.order, "line": due.line, "key": due.key, "amount": due.amount, "text": due.text}
        row |= {"since": since, "comes_off": due.comes_off, "source": due.source, "part": due.part}
        return dict(row, untaxed=untaxed, tax=tax)
