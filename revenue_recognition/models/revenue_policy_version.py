from odoo import fields, models


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
        help="What satisfies a point in time, and what starts the time of what is earned by time.",
    )
    proration = fields.Selection([("daily", "By Days"), ("monthly", "By Months")], default="daily")
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
    )
    modification = fields.Selection(
        [("propose", "Proposed to the Accountant"), ("auto", "Applied when Certain")],
        string="Order Changes Are",
        required=True,
        default="propose",
    )
    component_ids = fields.One2many("revenue.policy.component", "version_id", string="Obligations")
    journal_id = fields.Many2one("account.journal", check_company=True, domain="[('type', '=', 'general')]")
    contract_liability_account_id = fields.Many2one("account.account", string="Contract Liability", check_company=True)
    contract_asset_account_id = fields.Many2one("account.account", string="Contract Asset", check_company=True)
    revenue_account_id = fields.Many2one("account.account", string="Revenue", check_company=True)
    refund_liability_account_id = fields.Many2one("account.account", string="Refund Liability", check_company=True)
    loss_provision_account_id = fields.Many2one("account.account", string="Loss Provision", check_company=True)
    loss_account_id = fields.Many2one("account.account", string="Loss on Contracts", check_company=True)
    contract_cost_account_id = fields.Many2one("account.account", string="Contract Cost", check_company=True)
    amortisation_account_id = fields.Many2one(
        "account.account", string="Amortisation of Contract Cost", check_company=True
    )
    interest_expense_account_id = fields.Many2one("account.account", string="Interest Expense", check_company=True)
    interest_income_account_id = fields.Many2one("account.account", string="Interest Income", check_company=True)

    _once_a_date = models.Constraint("UNIQUE(policy_id, date_from)", "A policy has one version from a date.")


class RevenuePolicyComponent(models.Model):
    """One of the obligations a product splits into."""

    _name = "revenue.policy.component"
    _description = "Obligation of a Split Policy"
    _check_company_auto = True
    _order = "version_id, sequence, id"

    version_id = fields.Many2one("revenue.policy.version", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="version_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    policy_id = fields.Many2one("revenue.policy", required=True, ondelete="restrict", check_company=True)
    product_id = fields.Many2one(
        "product.product", check_company=True, help="Its standalone selling price counts, from the book."
    )
    share = fields.Float(
        string="Share (%)", digits=(16, 4), help="Of the line's standalone selling price, where no product is named."
    )
