from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..engine import Refusal, simulate
from .translating import translator

REVENUE_GROUPS = ("revenue_recognition.group_revenue_accountant", "revenue_recognition.group_revenue_auditor")


class RevenueContract(models.Model):
    """The accounting contract of a customer (ASC 606-10-25-1)."""

    _name = "revenue.contract"
    _description = "Revenue Contract"
    _check_company_auto = True
    _order = "date desc, id desc"

    name = fields.Char(required=True)
    partner_id = fields.Many2one("res.partner", string="Customer", required=True, index=True, check_company=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one("res.currency", required=True, default=lambda self: self.env.company.currency_id)
    date = fields.Date(
        string="Inception", required=True, index=True, help="The day on which both parties were bound by the contract."
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("cancelled", "Cancelled")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        help="Only active contracts are closed; a draft lacks something yet.",
    )
    order_ids = fields.One2many("sale.order", "revenue_contract_id", string="Orders", readonly=True)
    obligation_ids = fields.One2many("revenue.obligation", "contract_id", string="Obligations")
    fixed = fields.Monetary(string="Fixed Consideration", help="What is promised at inception, net of taxes.")
    liability_account_id = fields.Many2one(
        "account.account",
        string="Contract Liability",
        check_company=True,
        help="Invoices of the contract are booked here; empty, as the policy or the company says.",
    )
    asset_account_id = fields.Many2one(
        "account.account",
        string="Contract Asset",
        check_company=True,
        help="Revenue beyond what is billed is shown here; empty, as the policy or the company says.",
    )
    refund_account_id = fields.Many2one(
        "account.account",
        string="Refund Liability",
        check_company=True,
        help="What customers are expected to get back; empty, as the policy or the company says.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain="[('type', '=', 'general')]",
        help="Its closes are booked here; empty, as the policy or the company says.",
    )
    financing_rate = fields.Float(
        string="Financing Rate (%)",
        digits=(16, 6),
        help="The yearly rate of a significant financing component (ASC 606-10-32-15); 0 for none.",
    )
    financing_date = fields.Date(string="Interest From", help="The day interest counts from; inception when empty.")
    modification_ids = fields.One2many("revenue.modification", "contract_id", string="Modifications")
    price_change_ids = fields.One2many("revenue.price.change", "contract_id", string="Variable Consideration")
    discount_ids = fields.One2many("revenue.contract.discount", "contract_id", string="Discounts of Some Obligations")
    cost_ids = fields.One2many("revenue.contract.cost", "contract_id", string="Contract Cost")
    evidence_ids = fields.One2many("revenue.evidence", "contract_id", readonly=True)
    exception_ids = fields.One2many("revenue.exception", "contract_id", string="Exceptions", readonly=True)
    entry_ids = fields.One2many("revenue.entry", "contract_id", string="Subledger", readonly=True)

    _once_fields = frozenset({"company_id"})

    # === WHAT-IF === #

    @api.model
    @api.readonly
    def simulate(self, scenario: dict) -> dict:
        """Work out a contract, its events and its dates; write nothing.

        The format is described in ``docs/api.md``, its rules in ``docs/accounting.md``: ``currency``, ``contract``
        (date, fixed and variable consideration, obligations with their measures), ``events``, and the dates wanted,
        as ``expect`` (``[{"at": …, "bands": […]}]``) or as a list ``at``. Decimals are those of the currency in
        this database, active or not.

        :param dict scenario: plain values; amounts in the contract currency, dates as ISO texts
        :return: ``{"positions": […], "journal": […]}``: cumulative amounts at the end of each date asked for, with
            the steps that explain them, and the entries through the last date. Floats, texts, lists and
            dictionaries only.
        :raises AccessError: for users who are neither revenue accountants nor auditors
        :raises UserError: when the scenario is malformed, naming the place, as in
            ``events[3].obligation: no obligation "C"``
        """
        self._check_may_simulate()
        say = translator(self.env)
        try:
            return simulate(scenario, self._currency_decimals(), say)
        except Refusal as refusal:
            raise UserError(refusal.in_words(say)) from refusal

    @api.model
    def _check_may_simulate(self):
        """Refuse users who are of no revenue group.

        :raises AccessError: for anybody else
        """
        if not (self.env.su or any(self.env.user.has_group(group) for group in REVENUE_GROUPS)):
            raise AccessError(self.env._("Only revenue accountants, controllers and auditors may simulate contracts."))

    @api.model
    def _currency_decimals(self):
        """Return the decimals of every currency by its ISO code, also of inactive ones."""
        currencies = self.env["res.currency"].sudo().with_context(active_test=False)
        rows = currencies.search_fetch([], ["name", "decimal_places"])
        return {row.name: row.decimal_places for row in rows}
