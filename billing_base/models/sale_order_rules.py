from odoo import api, fields, models

from ..engine.due import with_what_comes_off
from ..engine.rules import hold
from .billing_rules import RULES


class SaleOrder(models.Model):
    """Which rules of billing hold for an order, and what it still lacks by them."""

    _name = "sale.order"
    _inherit = ["sale.order", "billing.rules"]

    billing_file_ids = fields.One2many(
        "billing.file",
        "order_id",
        "Billing Files",
        copy=False,
        groups="sales_team.group_sale_salesman,account.group_account_invoice,account.group_account_readonly",
        help="Files that customers ask for before billing.",
    )
    billing_rules_text = fields.Text(
        "Billing Rules",
        compute="_compute_billing_rules_text",
        help="The rules of billing that hold, and whose they are.",
    )

    # A customer's rules depend on the company: those of the order's.
    @api.depends(*RULES, *(f"company_id.{name}" for name in RULES), "partner_invoice_id.commercial_partner_id")
    @api.depends_context("lang")
    def _compute_billing_rules_text(self):
        rules = self.sudo()._billing_rules()
        for order in self:
            order.billing_rules_text = "\n".join(order._tell_rules(rules[order]))

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"client_order_ref", "partner_invoice_id", *RULES}:
            self.sudo()._billing_go_on()
        return result

    def copy_data(self, default=None):
        # OVERRIDE: who may not set rules copies an order that has them all the same; ``copy`` takes them over.
        rows = super().copy_data(default)
        if self._may_set_rules():
            return rows
        taken_over = set(RULES) - set(default or ())
        return [{name: value for name, value in row.items() if name not in taken_over} for row in rows]

    def copy(self, default=None):
        copies = super().copy(default)
        if not self._may_set_rules():
            for order, copied in zip(self, copies, strict=True):
                rules = order._rule_values()
                copied.sudo().write({name: value for name, value in rules.items() if name not in (default or {})})
        return copies

    # === WHICH HOLD === #

    def _billing_rules(self):
        """Return the rules that hold for these orders: ``{order: {name of the rule: engine.Held}}``."""
        return {order: hold(order._billing_rule_levels()) for order in self}

    def _billing_rule_levels(self):
        """Return whose rules are heard for this order, the nearest first: ``[(name, rules)]``."""
        self.ensure_one()
        company = self.company_id or self.env.company
        customer = self.partner_invoice_id.commercial_partner_id.with_company(company)
        return [
            ("order", self._rule_values()),
            ("customer", customer._rule_values() if customer else {}),
            ("company", company._rule_values()),
        ]

    def _tell_rules(self, rules):
        """Return the rules that somebody said, a line each, with whose they are.

        :param dict rules: of this order, as ``_billing_rules`` has them
        """
        whose, told = self._billing_levels_told(), []
        for name, rule in rules.items():
            if rule.whose and rule.value:
                label = self._fields[name].get_description(self.env, ["string"])["string"]
                line = {"label": label, "value": self._tell_rule(name, rule.value), "whose": whose[rule.whose]}
                told.append(self.env._("%(label)s: %(value)s (%(whose)s)", **line))
        return told

    def _billing_rules_told(self):
        """Return the rules that hold for these orders, a line each, with whose they are: of some orders, which ones."""
        found = {}
        for order, rules in self.sorted("id")._billing_rules().items():
            for line in order._tell_rules(rules):
                found.setdefault(line, []).append(order.name)
        return "\n".join(
            line if len(names) == len(self) else f"{', '.join(names)}: {line}" for line, names in found.items()
        )

    def _billing_levels_told(self):
        """Return whose rules there are, as people read it: ``{name of the level: text}``."""
        return {
            "order": self.env._("order"),
            "customer": self.env._("customer"),
            "company": self.env._("company"),
        }

    def _tell_rule(self, name, value):
        field = self._fields[name]
        if field.relational:
            return self.env[field.comodel_name].sudo().browse(value).display_name
        if field.type == "selection":
            return dict(field.get_description(self.env, ["selection"])["selection"]).get(value, value)
        return value

    # === WHAT IS LACKING === #

    def _billing_lacking(self, rules):
        """Return what keeps this order from being billed by a hold or the customer's rules; None for nothing.

        Billing days apart.

        :param dict rules: of this order, as ``_billing_rules`` has them
        :return: facts, as ``obstacles`` explains them
        """
        self.ensure_one()
        holds = self.sudo()._billing_active_holds()
        if holds:
            return {"name": "held", "holds": holds.ids}
        if rules["billing_order_number"].value == "required" and not (self.client_order_ref or "").strip():
            return {"name": "no_order_number", "orders": [self.name]}
        if rules["billing_file"].value == "required":
            kind = self.env["billing.file.kind"].browse(rules["billing_file_kind_id"].value or ())
            files = self.sudo().billing_file_ids
            if not (files.filtered(lambda file: file.kind_id == kind) if kind else files):
                return {"name": "no_file", "orders": [self.name], "kind": kind.display_name or self.env._("any")}
        return None

    def _billing_on_day(self, rules, day, since, dues):
        """Return which of this order's dues are billed on a day, or what all of them wait for.

        :param dict rules: of this order, as ``_billing_rules`` has them
        :param day: date: the day of a run
        :param since: date: the first day whose billing was not begun yet; ``day`` where a person chose it
        :param dues: list of ``engine.Due``, one at least that is due by itself
        :return: (list of ``engine.Due``, facts or None)
        """
        self.ensure_one()
        if rules["billing_when"].value != "days":
            return dues, None
        calendar = self.env["billing.calendar"].browse(rules["billing_calendar_id"].value or ())
        days = calendar._usable_days() if calendar else None
        if not days:
            return dues, {"name": "no_calendar", "orders": [self.name]}
        last = days.last_day(day)
        ready = with_what_comes_off(dues, lambda due: last >= since and days.day_for(due.since) <= last)
        if any(not due.comes_off for due in ready):
            return ready, None
        coming = days.day_for(min(due.since for due in dues if not due.comes_off))
        coming = fields.Date.to_string(max(coming, days.next_day(day)))
        return dues, {"name": "waits_for_day", "day": coming, "calendar": calendar.name}

    # === GOING ON === #

    @api.model
    def _billing_kept_back(self, domain):
        """Return the orders of a domain of which a rule or a hold keeps something back."""
        rows = self.env["billing.run.invoice"].search([("state", "=", "blocked"), ("order_ids", "any", list(domain))])
        return rows.order_ids.filtered_domain(domain)

    def _billing_go_on(self):
        """Bill what was kept back of these orders by a rule that may be met now; by itself, after this transaction."""
        self.env["billing.run.invoice"].sudo()._go_on(self)
        self._billing_wake_if_automatic()

    def _billing_wake_if_automatic(self):
        """Have what is due of these orders billed after this transaction, where it is billed by itself."""
        orders = self.sudo().filtered(lambda order: order.state == "sale" and isinstance(order.id, int))
        if any(rules["billing_automatic"].value == "yes" for rules in orders._billing_rules().values()):
            self.env["billing.run"]._wake()
