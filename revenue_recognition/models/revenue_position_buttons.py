"""The position on the buttons of orders, projects and customers: two lines, as of today."""

from odoo import api, fields, models
from odoo.tools import formatLang

from .account_move_subledger import READERS

#: With more contracts the button only says how many: the position opens on a click.
MANY = 100


class RevenueContract(models.Model):
    """Contracts in two lines."""

    _inherit = "revenue.contract"

    # === ACTIONS === #

    def action_open_position(self):
        """Open the position of contracts as of today; another day is one field away."""
        self.check_access("read")
        title = self._flag_value("revenue_title") or ", ".join(self[:3].mapped("name"))
        position = self.env["revenue.position"].create({"contract_ids": self.ids, "title": title})
        return position.action_work_out()

    # === IN TWO LINES === #

    def _in_two_lines(self):
        """Return where contracts stand today: what they are owed or owe, and what is billed and recognised.

        :return: two texts; the first one is empty where nothing is known
        """
        if len(self) > MANY:
            return self.env._("More than %s contracts", MANY), self.env._("See the position")
        today = (self.company_id[:1] or self.env.company)._revenue_today()
        found = self.sudo()._positions(today).values()
        known = [one for one in found if "revenue" in one]
        if not known:
            return (self.env._("Not worked out yet"), self.env._("See why")) if self else ("", "")
        currencies = {one["currency"] for one in known}
        if len(currencies) > 1:
            return self.env._("%s contracts", len(self)), self.env._("Several currencies")
        return self._sums_in_two_lines(self.currency_id.filtered(lambda one: one.name in currencies)[:1], known)

    def _sums_in_two_lines(self, currency, known):
        def money(name):
            amount = sum(one[name] for one in known)
            return formatLang(self.env, amount, currency_obj=currency, rounding_unit="units") if amount else ""

        values = {"billed": money("billed") or "0", "recognised": money("revenue") or "0"}
        shown = self.env._("Recognised %(recognised)s · Billed %(billed)s", **values)
        stands = {
            "contract_asset": self.env._("Contract asset %s"),
            "contract_liability": self.env._("Contract liability %s"),
            "refund_liability": self.env._("Refund liability %s"),
        }
        said = [words % money(name) for name, words in stands.items() if money(name)]
        return " · ".join(said) or self.env._("Settled"), shown


class RevenueBrief(models.AbstractModel):
    """The short text on the *Position* button of records with contracts."""

    _name = "revenue.brief"
    _description = "Position of Its Contracts"

    revenue_balance = fields.Char(
        string="Revenue Position", compute="_compute_revenue_position", compute_sudo=True, groups=READERS
    )
    revenue_amounts = fields.Char(
        string="Billed and Recognised", compute="_compute_revenue_position", compute_sudo=True, groups=READERS
    )

    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_revenue_position(self):
        for record in self:
            record.revenue_balance, record.revenue_amounts = record._revenue_contracts()._in_two_lines()

    def _revenue_contracts(self):
        """Return the contracts of the record; a few more than are worked out, at most."""
        raise NotImplementedError


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "revenue.brief"]

    def _revenue_contracts(self):
        return self.revenue_contract_id

    def action_open_revenue_position(self):
        """Open the position of the order's contract."""
        contracts = self.revenue_contract_id
        return contracts._flagged(revenue_title=", ".join(self.mapped("name"))).action_open_position()


class ProjectProject(models.Model):
    _name = "project.project"
    _inherit = ["project.project", "revenue.brief"]

    def _revenue_contracts(self):
        contracts = self.env["revenue.contract"]
        if not self._origin:
            return contracts
        domain = [("obligation_ids.project_id", "=", self._origin.id), ("state", "!=", "cancelled")]
        return contracts.search(domain, limit=MANY + 1)

    def action_open_revenue_position(self):
        """Open the position of the contracts that the project delivers."""
        self.ensure_one()
        contracts = self.env["revenue.contract"].search([("obligation_ids.project_id", "=", self.id)])
        return contracts._flagged(revenue_title=self.name).action_open_position()


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "revenue.brief"]

    def _revenue_contracts(self):
        contracts = self.env["revenue.contract"]
        if not self._origin:
            return contracts
        domain = [
            ("partner_id", "child_of", self._origin.commercial_partner_id.id),
            ("company_id", "in", self.env.companies.ids),
            ("state", "!=", "cancelled"),
        ]
        return contracts.search(domain, limit=MANY + 1)

    def action_open_revenue_position(self):
        """Open the position of all contracts of the customer."""
        self.ensure_one()
        contracts = self.env["revenue.contract"].search(
            [("partner_id", "child_of", self.commercial_partner_id.id), ("state", "!=", "cancelled")]
        )
        return contracts._flagged(revenue_title=self.display_name).action_open_position()
