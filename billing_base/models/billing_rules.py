from odoo import fields, models
from odoo.exceptions import AccessError

from ..engine.rules import DEFAULTS

WHEN = [("due", "As it falls due"), ("days", "On billing days")]
ONE_PER = [("customer", "Customer"), ("order", "Order"), ("reference", "Customer reference")]
REQUIRED = [("required", "Required"), ("optional", "Not needed")]
AUTOMATIC = [("yes", "By itself"), ("no", "When a person bills")]
INVOICES = [("draft", "Leave in draft"), ("post", "Post"), ("send", "Post and send")]
#: The fields of a rule: what is empty is that of the next level.
RULES = tuple(DEFAULTS)
#: Who may change them.
RULE_GROUPS = ("sales_team.group_sale_manager", "account.group_account_invoice")


class BillingRules(models.AbstractModel):
    """How a customer is billed: said by the company, the customer and the order; the nearest one is heard."""

    _name = "billing.rules"
    _description = "Billing Rules"

    billing_when = fields.Selection(
        WHEN,
        "Billed",
        help="As it falls due, or everything that is due on the billing days. Empty: as the next level says, "
        "the customer after the order and the company after the customer; at last as it falls due.",
    )
    billing_calendar_id = fields.Many2one(
        "billing.calendar",
        "Billing Days",
        help="The days on which what is due is billed, where it is billed on billing days.",
    )
    billing_one_invoice_per = fields.Selection(
        ONE_PER,
        "One Invoice per",
        help="What shares an invoice, of what is billed at once. Other terms, addresses, currencies or fiscal "
        "positions make an invoice of their own. Empty: as the next level says; at last one per customer.",
    )
    billing_order_number = fields.Selection(
        REQUIRED,
        "Order Number",
        help="Whether orders are billed by a run without the customer's own order number, the Customer Reference. "
        "Empty: as the next level says; at last not needed.",
    )
    billing_file = fields.Selection(
        REQUIRED,
        "File",
        help="Whether orders are billed by a run before a file is attached, such as a signed acceptance. Empty: as "
        "the next level says; at last not needed.",
    )
    billing_file_kind_id = fields.Many2one(
        "billing.file.kind", "Kind of File", help="Which file has to be attached to the order, where one is required."
    )
    billing_print_text = fields.Text(
        "Text on Invoices",
        help="Printed below the lines of every invoice. Empty: as the next level says; at last none.",
    )
    billing_automatic = fields.Selection(
        AUTOMATIC,
        "Billing",
        help="Whether what Odoo calls ready to invoice is billed by itself when its day comes. Empty: as the next "
        "level says; at last when a person bills.",
    )
    billing_invoices = fields.Selection(
        INVOICES,
        "Invoices of a Run",
        help="What becomes of invoices that a run makes, or that make themselves; Odoo sends them the customer's way. "
        "Empty: as the next level says; at last they are left in draft.",
    )

    def write(self, vals):
        result = super().write(vals)
        domain = self._rules_domain() if vals.keys() & set(RULES) else None
        if domain:
            self.env["sale.order"].sudo()._billing_kept_back(domain)._billing_go_on()
            self.env["billing.run"].sudo()._wake()
        return result

    def _rules_domain(self):
        """Return the domain of the orders that look again when the rules of these records change; None for none."""
        return

    def _check_field_access(self, field, operation):
        # OVERRIDE: whoever may write orders or contacts may not by that alone change how they are billed.
        if operation == "write" and field.name in RULES and not self._may_set_rules():
            raise AccessError(
                self.env._("Rules of billing are set by sales managers and by who invoices. Ask one of them.")
            )
        return super()._check_field_access(field, operation)

    def _has_field_access(self, field, operation):
        # OVERRIDE: who may not set rules reads them on screen, which sends all that is not read-only with a new record.
        if operation == "write" and field.name in RULES and not self._may_set_rules():
            return False
        return super()._has_field_access(field, operation)

    def _may_set_rules(self):
        return self.env.su or any(self.env.user.has_group(group) for group in RULE_GROUPS)

    def _rule_values(self):
        """Return the rules that this record says, ``{name: value}``: ids for records; empty ones left out."""
        self.ensure_one()
        values = {name: self[name].id if self._fields[name].relational else self[name] for name in RULES}
        return {name: value for name, value in values.items() if value}
