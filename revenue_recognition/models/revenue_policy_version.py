from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_compare, format_date


class RevenuePolicyVersion(models.Model):
    """The terms of a policy for contracts made from a date on."""

    _name = "revenue.policy.version"
    _description = "Version of a Revenue Policy"
    _check_company_auto = True
    _order = "policy_id, date_from desc"

    policy_id = fields.Many2one("revenue.policy", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="policy_id.company_id", store=True)
    date_from = fields.Date(
        string="From", required=True, default="1970-01-01", help="Contracts made on this day or later follow it."
    )
    method = fields.Selection(
        [("point_in_time", "At a Point in Time"), ("over_time", "Over Time"), ("split", "Split into Several")],
        required=True,
        default="point_in_time",
        help="At a point in time, or as progress is made.",
    )
    measure = fields.Selection(
        [
            ("time", "Time Elapsed"),
            ("milestones", "Project Milestones"),
            ("cost", "Cost Incurred"),
            ("hours", "Hours Worked"),
            ("delivered", "Quantity Delivered"),
            ("invoiced", "As Invoiced"),
            ("usage", "Usage"),
            ("observed", "Observed Progress"),
        ],
        help="How progress is measured.",
    )
    trigger = fields.Selection(
        [
            ("confirmation", "Order Confirmation"),
            ("delivered", "Delivery"),
            ("milestone", "Project Milestones"),
            ("acceptance", "Acceptance"),
            ("invoice", "Invoice"),
            ("date", "Date on the Order Line"),
        ],
        default="delivered",
        help="What satisfies a point in time, and what starts what is earned by time. Service dates on the order line "
        "come first.",
    )
    proration = fields.Selection(
        [("daily", "By Days"), ("monthly", "By Months")],
        default="daily",
        help="By days: every day earns the same. By months: every month does, and a part of a month by its days.",
    )
    duration_months = fields.Integer(
        string="Months", help="How long time runs from its start; 0 where the order line says so by its dates."
    )
    grouping = fields.Selection(
        [("line", "Each Order Line"), ("order", "All Lines of an Order Together")],
        string="One Obligation Is",
        required=True,
        default="line",
        help="Lines that are not distinct from each other make one obligation (ASC 606-10-25-22).",
    )
    distinct = fields.Selection(
        [("auto", "Decided by the Measure"), ("yes", "Yes"), ("no", "No")],
        string="What Remains Is Distinct",
        required=True,
        default="auto",
        help="When a contract is modified: is the rest distinct from what was transferred (ASC 606-10-25-13)?",
    )
    ssp_source = fields.Selection(
        [
            ("book", "Standalone Selling Prices"),
            ("list_price", "Sales Price of the Product"),
            ("price", "Price Agreed"),
        ],
        string="Standalone Selling Price",
        required=True,
        default="book",
        help="What the price of a contract is shared by (ASC 606-10-32-31). From the book, an order line whose product "
        "has no price there waits on the worklist of exceptions.",
    )
    modification = fields.Selection(
        [("propose", "Proposed to the Accountant"), ("auto", "Applied when Certain")],
        string="Order Changes Are",
        required=True,
        default="propose",
        help="Whether a changed order line waits for an accountant even where the standard leaves no choice.",
    )
    component_ids = fields.One2many("revenue.policy.component", "version_id", string="Obligations", copy=True)
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'general')] + ([('company_id', '=', company_id)] if company_id else [])",
        help="The closes of its contracts are booked here. Empty: in the journal of the company.",
    )
    contract_liability_account_id = fields.Many2one(
        "account.account",
        string="Contract Liability",
        check_company=True,
        help="Invoices of its contracts are booked here. Empty: the account of the company.",
    )
    contract_asset_account_id = fields.Many2one(
        "account.account",
        string="Contract Asset",
        check_company=True,
        help="Revenue beyond what is billed is shown here. Empty: the account of the company.",
    )
    revenue_account_id = fields.Many2one(
        "account.account",
        string="Revenue",
        check_company=True,
        help="What is recognised is booked here. Empty: the income account of the product.",
    )
    refund_liability_account_id = fields.Many2one(
        "account.account",
        string="Refund Liability",
        check_company=True,
        help="What customers are expected to get back. Empty: the account of the company.",
    )
    loss_provision_account_id = fields.Many2one(
        "account.account",
        string="Loss Provision",
        check_company=True,
        help="Losses that contracts are expected to make. Empty: the account of the company.",
    )
    loss_account_id = fields.Many2one(
        "account.account",
        string="Loss on Contracts",
        check_company=True,
        help="The expense of the loss provision. Empty: the account of the company.",
    )
    contract_cost_account_id = fields.Many2one(
        "account.account",
        string="Contract Cost",
        check_company=True,
        help="Cost of obtaining and fulfilling contracts that is capitalised. Empty: the account of the company.",
    )
    amortisation_account_id = fields.Many2one(
        "account.account",
        string="Amortisation of Contract Cost",
        check_company=True,
        help="The expense of capitalised contract cost, as revenue is earned. Empty: the account of the company.",
    )
    interest_expense_account_id = fields.Many2one(
        "account.account",
        string="Interest Expense",
        check_company=True,
        help="Interest on what customers pay long before they are served. Empty: the account of the company.",
    )
    interest_income_account_id = fields.Many2one(
        "account.account",
        string="Interest Income",
        check_company=True,
        help="Interest on what customers pay long after they are served. Empty: the account of the company.",
    )

    _once_a_date = models.Constraint("UNIQUE(policy_id, date_from)", "A policy has one version from a date.")
    date_to = fields.Date(string="To", compute="_compute_date_to", help="The day before the next version.")
    is_current = fields.Boolean(compute="_compute_date_to")
    is_used = fields.Boolean(
        string="In Use", compute="_compute_is_used", help="Contracts follow it: it can not be changed any more."
    )
    summary = fields.Char(string="Terms", compute="_compute_summary")

    # === COMPUTE METHODS === #

    @api.depends("policy_id.version_ids.date_from")
    def _compute_date_to(self):
        today = self.env.company._revenue_today()
        for version in self:
            own = version.date_from
            others = [other for other in version.policy_id.version_ids.mapped("date_from") if other and own]
            following = min((other for other in others if other > own), default=None)
            version.date_to = following and fields.Date.subtract(following, days=1)
            version.is_current = bool(own and own <= today and (not following or today < following))

    def _compute_is_used(self):
        used = self._used()
        for version in self:
            version.is_used = version in used

    @api.depends("method", "measure", "trigger", "proration", "duration_months", "grouping", "component_ids")
    def _compute_summary(self):
        for version in self:
            version.summary = ", ".join(version._summary_parts())

    @api.depends("policy_id", "date_from")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(policy)s from %(date)s", policy=version.policy_id.name, date=format_date(self.env, version.date_from)
            )

    # === CONSTRAINTS === #

    @api.constrains("method", "measure", "trigger", "duration_months", "proration")
    def _check_terms(self):
        for version in self:
            refusal = version._terms_refusal()
            if refusal:
                raise ValidationError(
                    self.env._("%(version)s: %(reason)s", version=version.display_name, reason=refusal)
                )

    @api.constrains("method", "component_ids")
    def _check_components(self):
        for version in self:
            refusal = version._components_refusal()
            if refusal:
                raise ValidationError(
                    self.env._("%(version)s: %(reason)s", version=version.display_name, reason=refusal)
                )

    @api.constrains("journal_id", "policy_id")
    def _check_journal(self):
        # Not check_company: a policy of every company may name a journal, for the company that has it.
        for version in self.filtered(lambda version: version.company_id and version.journal_id):
            journal = version.journal_id.sudo()
            if not journal.filtered_domain(journal._check_company_domain(version.company_id)):
                raise ValidationError(
                    self.env._(
                        "%(version)s: the journal %(journal)s belongs to another company.",
                        version=version.display_name,
                        journal=journal.display_name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        together = self._flagged("revenue_components_together")
        return self.browse(super(RevenuePolicyVersion, together).create(vals_list).ids)

    def write(self, vals):
        self._check_unused()
        return super(RevenuePolicyVersion, self._flagged("revenue_components_together")).write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_unused()

    # === BUSINESS METHODS === #

    def _used(self):
        """Return those that an obligation of any contract follows, or was split by."""
        obligations = self.env["revenue.obligation"].sudo()
        used = self.browse()
        for field in ("policy_version_id", "split_version_id"):
            groups = obligations._read_group([(field, "in", self.ids)], [field])
            used |= self.browse(version.id for (version,) in groups)
        return used

    def _check_unused(self):
        """Contracts keep the terms they were made under.

        :raises UserError: for versions in use, saying what to do instead
        """
        for version in self._used()[:1]:
            raise UserError(
                self.env._(
                    "Contracts follow %s, so that it can not be changed or deleted any more. "
                    "Press New Version on the policy: it holds for contracts made from a day on.",
                    version.display_name,
                )
            )

    def _terms_refusal(self):
        """Return why the terms cannot be applied, or nothing."""
        if self.method == "point_in_time" and not self.trigger:
            return self.env._("say what makes the point in time (Trigger).")
        if self.method == "over_time" and not self.measure:
            return self.env._("say how progress is measured (Measure).")
        if self.method == "over_time" and self.measure == "time":
            if not self.trigger:
                return self.env._("say what starts the time (Trigger).")
            if not self.proration:
                return self.env._("say whether time counts by days or by months (Proration).")
        if not 0 <= self.duration_months <= 1200:
            return self.env._("the months should be between 0 and 1200.")
        return None

    def _components_refusal(self):
        """Return why the product cannot be split in this way, or nothing."""
        components = self.component_ids
        if self.method != "split":
            return components and self.env._("only a split policy has several obligations: delete them.")
        if not components:
            return self.env._("a split policy needs the obligations that it splits into.")
        splits = self.env["revenue.policy.component"].sudo().search([("policy_id", "=", self.policy_id.id)], limit=1)
        nested = components.policy_id.filtered(lambda policy: "split" in policy.version_ids.mapped("method"))
        if splits or nested:
            policy = (nested or self.policy_id)[:1]
            return self.env._("%s is split itself, and can not be one of several obligations.", policy.name)
        if all(component.product_id and not component.share for component in components):
            return None
        if any(component.product_id or component.share <= 0 for component in components):
            return self.env._("give every obligation a product, or every one a share above 0.")
        if float_compare(sum(components.mapped("share")), 100.0, precision_digits=4):
            return self.env._("the shares make %s %%, not 100 %%.", round(sum(components.mapped("share")), 4))
        return None

    def _summary_parts(self):
        """Return the terms in words, the main one first."""
        said = {
            name: dict(self._fields[name]._description_selection(self.env)).get(self[name], "")
            for name in ("method", "measure", "trigger", "proration")
        }
        yield said["method"]
        if self.method == "split":
            yield self.env._("%s obligations", len(self.component_ids))
        elif self.method == "point_in_time":
            yield said["trigger"]
        else:
            yield said["measure"]
            if self.measure == "time":
                yield self.env._("from: %s", said["trigger"])
                yield self.env._("%s months", self.duration_months) if self.duration_months else self.env._("dates")
                yield said["proration"]
