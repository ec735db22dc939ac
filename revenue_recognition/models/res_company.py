from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..closing.account_roles import ROLES

#: Orders that are further apart were not negotiated together (ASC 606-10-25-9: "at or near the same time").
MOST_COMBINE_DAYS = 366


class ResCompany(models.Model):
    _inherit = "res.company"

    revenue_contract_liability_account_id = fields.Many2one(
        "account.account", string="Contract Liability", check_company=True, help="What is billed and not earned yet."
    )
    revenue_contract_asset_account_id = fields.Many2one(
        "account.account", string="Contract Asset", check_company=True, help="What is earned and not billed yet."
    )
    revenue_refund_liability_account_id = fields.Many2one(
        "account.account",
        string="Refund Liability",
        check_company=True,
        help="What is billed for what was delivered and is expected to be given back.",
    )
    revenue_loss_provision_account_id = fields.Many2one(
        "account.account",
        string="Loss Provision",
        check_company=True,
        help="The loss still to come of contracts whose cost exceeds their price.",
    )
    revenue_loss_account_id = fields.Many2one(
        "account.account", string="Loss on Contracts", check_company=True, help="The expense of loss provisions."
    )
    revenue_contract_cost_account_id = fields.Many2one(
        "account.account",
        string="Contract Cost",
        check_company=True,
        help="Cost to obtain or fulfil contracts that is an asset until it is amortised.",
    )
    revenue_amortisation_account_id = fields.Many2one(
        "account.account",
        string="Amortisation of Contract Cost",
        check_company=True,
        help="Where capitalised cost was booked first, and its amortisation goes.",
    )
    revenue_interest_expense_account_id = fields.Many2one(
        "account.account",
        string="Interest Expense",
        check_company=True,
        help="Interest on customers' advances with a significant financing component.",
    )
    revenue_interest_income_account_id = fields.Many2one(
        "account.account",
        string="Interest Income",
        check_company=True,
        help="Interest where customers pay later than they are served.",
    )
    revenue_journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain="[('type', '=', 'general')]",
        help="The journal of recognised revenue.",
    )
    revenue_policy_id = fields.Many2one(
        "revenue.policy",
        string="Default Revenue Policy",
        ondelete="restrict",
        check_company=True,
        help="Of products whose own policy and category say nothing; empty keeps these out of revenue contracts.",
    )
    revenue_granularity = fields.Selection(
        [("contract", "Per Contract"), ("customer", "Per Customer"), ("summary", "Summary")],
        string="Ledger Detail",
        default="summary",
        required=True,
        help="How many journal items a close makes. The subledger always has every obligation.",
    )
    revenue_combine_days = fields.Integer(
        string="Combine Orders Within",
        help="Orders that a customer places within so many days make one contract (ASC 606-10-25-9); 0 combines none.",
    )
    revenue_reopen_by_another = fields.Boolean(
        string="Another Person Reopens",
        default=True,
        help="A month is opened again by another revenue controller than the one who locked it.",
    )
    revenue_lock_date = fields.Date(
        string="Revenue Locked Through",
        readonly=True,
        copy=False,
        help="The last day of the last revenue close that was locked. Nothing is posted to contracts up to that day.",
    )

    # === CONSTRAINTS ===#

    @api.constrains(
        "revenue_policy_id",
        "revenue_contract_liability_account_id",
        "revenue_contract_asset_account_id",
        "revenue_journal_id",
    )
    def _check_revenue_policy_id(self):
        for company in self.filtered("revenue_policy_id"):
            company._check_revenue_books()

    @api.constrains("revenue_combine_days")
    def _check_revenue_combine_days(self):
        for company in self:
            if not 0 <= company.revenue_combine_days <= MOST_COMBINE_DAYS:
                raise ValidationError(
                    self.env._("Combine Orders Within: the days should be between 0 and %s.", MOST_COMBINE_DAYS)
                )

    def _check_revenue_books(self):
        """Refuse what needs the accounts of revenue when those without which nothing can be posted are missing.

        :raises ValidationError: naming what is missing, and where it is set up
        """
        self.ensure_one()
        needed = ("revenue_contract_liability_account_id", "revenue_contract_asset_account_id", "revenue_journal_id")
        missing = [self._fields[name].get_description(self.env)["string"] for name in needed if not self[name]]
        if missing:
            raise ValidationError(
                self.env._(
                    "No revenue policy can be used in %(company)s yet. There is no: %(missing)s. "
                    "Set up what is missing in Revenue ▸ Configuration ▸ Accounts.",
                    company=self.display_name,
                    missing=", ".join(missing),
                )
            )

    # === BUSINESS METHODS ===#

    def _revenue_today(self):
        """Return which day it is where the company is, whoever asks, a scheduled action too."""
        return fields.Date.context_today(self.with_context(tz=self._revenue_zone()))

    def _revenue_day_of(self, moment):
        """Return which day a moment was where the company is.

        :param datetime moment: in UTC; nothing for none
        """
        if not moment:
            return None
        return fields.Datetime.context_timestamp(self.with_context(tz=self._revenue_zone()), moment).date()

    def _revenue_zone(self):
        """Return the time zone of the company: of its address, else of its working hours, else UTC."""
        return self.sudo().partner_id.tz or self.sudo().resource_calendar_id.tz or "UTC"

    def _revenue_account(self, role, version=None):
        """Return the account that plays a part: the policy's own, else the company's.

        :param str role: a key of :data:`~..closing.account_roles.ROLES`
        :param version: the version of a policy, or nothing
        :return: one account, or none
        """
        self.ensure_one()
        own = version[ROLES[role].version_field] if version else self.env["account.account"]
        # A policy of every company may name an account that this one has not.
        own = own.filtered_domain(own._check_company_domain(self))
        if own or ROLES[role].company_field not in self._fields:
            return own
        return self[ROLES[role].company_field]

    def _revenue_journal(self, version=None):
        """Return the journal of recognised revenue: the policy's own, else the company's; or none."""
        self.ensure_one()
        own = version.journal_id if version else self.env["account.journal"]
        return own.filtered_domain(own._check_company_domain(self)) or self.revenue_journal_id

    # === LOCKED PERIODS === #

    def _get_violated_lock_dates(self, accounting_date, has_tax, journal):
        # OVERRIDE: who looks for an open day for invoices finds one on which revenue is open, too.
        locks = super()._get_violated_lock_dates(accounting_date, has_tax, journal)
        locked = self.sudo().revenue_lock_date
        if not (locked and accounting_date and accounting_date <= locked and journal and journal.type == "sale"):
            return locks
        contracts = self.env["revenue.contract"].sudo().search_count([("company_id", "=", self.id)], limit=1)
        return sorted([*locks, (locked, "revenue_lock_date")]) if contracts else locks
