from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..closing.account_roles import ROLES
from .account_proposal import AccountProposal, outside_books

NEEDED = ("contract_liability", "contract_asset")


class RevenueAccountsWizard(models.TransientModel):
    """Set up the books of revenue of a company. Nothing is created or set before it is confirmed."""

    _name = "revenue.accounts.wizard"
    _description = "Accounts of Revenue"

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    line_ids = fields.One2many("revenue.accounts.wizard.line", "wizard_id", string="Accounts")
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'general'), ('company_id', '=', company_id)]",
        help="The journal of recognised revenue. Empty: it is created.",
    )
    journal_name = fields.Char(string="New Journal", help="Of the journal that is created, where none is chosen.")
    journal_code = fields.Char(
        string="Short Code", size=5, help="Of the journal that is created, where none is chosen."
    )
    policy_id = fields.Many2one(
        "revenue.policy",
        string="Default Policy",
        domain="[('company_id', 'in', [False, company_id])]",
        help="Of products that have none, and whose category has none. Empty: these stay out of revenue contracts.",
    )
    granularity = fields.Selection(
        lambda self: self.env["res.company"]._fields["revenue_granularity"]._description_selection(self.env),
        string="Ledger Detail",
        required=True,
        help="How many journal items a close makes. The subledger always has every obligation.",
    )
    combine_days = fields.Integer(
        string="Combine Orders Within (Days)",
        help="Orders that a customer places within so many days make one contract (ASC 606-10-25-9); 0 combines none.",
    )

    # === DEFAULTS === #

    @api.model
    def default_get(self, fields):
        """Propose accounts of the company's chart, and names and codes for those that are missing.

        :raises UserError: when the company has no accounts at all
        """
        values = super().default_get(fields)
        company = self.env["res.company"].browse(values.get("company_id")) or self.env.company
        values.update(
            policy_id=company.revenue_policy_id.id,
            granularity=company.revenue_granularity,
            combine_days=company.revenue_combine_days,
            line_ids=[Command.create(row) for row in self._propose_lines(company)],
            **self._propose_journal(company),
        )
        return values

    @api.model
    def _propose_lines(self, company):
        proposal = AccountProposal(self.env, company)
        if not proposal.accounts:
            raise UserError(
                self.env._(
                    "%s has no chart of accounts yet. Choose one first: Invoicing ▸ Configuration ▸ Settings ▸ "
                    "Fiscal Localization.",
                    company.display_name,
                )
            )
        found = {key: company[role.company_field] or proposal.existing(role) for key, role in self._roles()}
        for key, role in self._roles():
            name = company._fields[role.company_field].get_description(self.env)["string"]
            code = False if found[key] else proposal.new_code(role, found)
            yield {
                "role": key,
                "account_id": found[key].id,
                "code": code,
                "name": name if code else False,
            }

    @api.model
    def _propose_journal(self, company):
        journals = self.env["account.journal"].search(
            [*self.env["account.journal"]._check_company_domain(company), ("type", "=", "general")]
        )
        named = journals.filtered(lambda journal: "revenue" in journal.with_context(lang="en_US").name.lower())
        journal = company.revenue_journal_id or journals.filtered(lambda journal: journal.code == "REV") or named
        if journal:
            return {"journal_id": journal[0].id}
        return {"journal_name": self.env._("Revenue"), "journal_code": "REV"}

    @api.model
    def _roles(self):
        """Return the roles that a company has an account for."""
        companies = self.env["res.company"]
        return [(key, role) for key, role in ROLES.items() if role.company_field in companies]

    # === ACTIONS === #

    def action_confirm(self):
        """Create what is missing, and set the accounts of the company.

        :return: an action that closes the dialog
        :raises AccessError: for anybody but revenue controllers of the company
        :raises UserError: naming the account that does not fit, or is needed and missing; then nothing is done
        """
        self.ensure_one()
        company = self.company_id
        if not self.env.user.has_group("revenue_recognition.group_revenue_controller") or company not in (
            self.env.companies
        ):
            raise AccessError(self.env._("Only revenue controllers set up the accounts of %s.", company.display_name))
        values = {ROLES[line.role].company_field: line._confirmed_account().id for line in self.line_ids}
        values.update(
            revenue_journal_id=self._confirmed_journal().id,
            revenue_policy_id=self.policy_id.id,
            revenue_granularity=self.granularity,
            revenue_combine_days=self.combine_days,
        )
        # Companies and charts belong to administrators; controllers set up what revenue needs of them, and that alone.
        company.sudo().write(values)
        return {"type": "ir.actions.act_window_close"}

    def _confirmed_journal(self):
        if self.journal_id:
            return self.journal_id
        if not self.journal_code or not self.journal_name:
            raise UserError(self.env._("Choose the journal of revenue, or give a new one a name and a short code."))
        return (
            self.env["account.journal"]
            .sudo()
            ._without_defaults()
            .create(
                {
                    "name": self.journal_name,
                    "code": self.journal_code,
                    "type": "general",
                    "company_id": self.company_id.id,
                    "show_on_dashboard": False,
                }
            )
        )


class RevenueAccountsWizardLine(models.TransientModel):
    """The account for one role: one that is there, or one to create."""

    _name = "revenue.accounts.wizard.line"
    _description = "Account of Revenue to Set Up"

    wizard_id = fields.Many2one("revenue.accounts.wizard", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="wizard_id.company_id")
    role = fields.Selection(
        lambda self: [
            (key, self.env["res.company"]._fields[role.company_field].get_description(self.env)["string"])
            for key, role in self.env["revenue.accounts.wizard"]._roles()
        ],
        required=True,
        readonly=True,
    )
    purpose = fields.Char(string="What It Holds", compute="_compute_purpose")
    account_domain = fields.Binary(compute="_compute_purpose")
    account_id = fields.Many2one("account.account", help="Empty: an account with the code and name is created.")
    code = fields.Char(string="New Code", help="Of the account that is created, where none is chosen.")
    name = fields.Char(string="New Name", help="Of the account that is created, where none is chosen.")
    status = fields.Selection(
        [("set", "Set"), ("proposed", "Proposed"), ("create", "Will be created"), ("none", "Left out")],
        compute="_compute_status",
        help="Whether the account is there already, or what becomes of it.",
    )

    @api.depends("role")
    def _compute_purpose(self):
        for line in self:
            role = ROLES.get(line.role)
            field = role and line.env["res.company"]._fields[role.company_field]
            line.purpose = field and field.get_description(line.env)["help"]
            line.account_domain = role and line._fitting_accounts(role)

    @api.depends("account_id", "company_id", "role", "code", "name")
    def _compute_status(self):
        for line in self:
            if line.account_id:
                company = line.company_id or self.env.company
                current = line.role and company[ROLES[line.role].company_field]
                line.status = "set" if line.account_id._origin == current else "proposed"
            else:
                line.status = "create" if line.code or line.name else "none"

    def _fitting_accounts(self, role):
        company = self.company_id or self.env.company
        return [
            *self.env["account.account"]._check_company_domain(company),
            ("internal_group", "=", role.account_type.split("_")[0]),
            ("account_type", "not in", outside_books()),
        ]

    def _confirmed_account(self):
        """Return the account chosen, else a new one, else none.

        :raises UserError: naming the role, when the account does not fit, or nothing is given for one that is needed
        """
        role = ROLES[self.role]
        said = dict(self._fields["role"]._description_selection(self.env))[self.role]
        if self.account_id:
            if not self.account_id.filtered_domain(self._fitting_accounts(role)):
                raise UserError(
                    self.env._(
                        "%(role)s: the account %(account)s is of another kind or company. Choose another one.",
                        role=said,
                        account=self.account_id.display_name,
                    )
                )
            return self.account_id
        if not self.code and not self.name and self.role not in NEEDED:
            return self.account_id
        if not self.code or not self.name:
            raise UserError(self.env._("%s: choose an account, or give a new one a code and a name.", said))
        accounts = self.env["account.account"].with_company(self.company_id).sudo()._without_defaults()
        return accounts.create(
            {
                "code": self.code,
                "name": self.name,
                "account_type": role.account_type,
                "company_ids": [Command.set(self.company_id.ids)],
            }
        )
