from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare

from ..engine.measures import open_ended
from .evidence_kinds import KINDS

#: Measures of what takes no share of the fixed consideration: it earns what it brings.
OPEN_ENDED = open_ended()
#: What the parts of a product share out between them.
PART_PRICES = ("price", "ssp_kind", "ssp", "ssp_low", "ssp_high")


class RevenueObligation(models.Model):
    """A promise to transfer something distinct to the customer (ASC 606-10-25-14)."""

    _name = "revenue.obligation"
    _description = "Performance Obligation"
    _check_company_auto = True
    _order = "contract_id, sequence, id"

    contract_id = fields.Many2one("revenue.contract", required=True, index=True, ondelete="cascade", check_company=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    key = fields.Char(required=True, copy=False, help="Names the obligation in evidence and over the API.")
    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one("product.product", index=True, check_company=True)
    sale_line_ids = fields.Many2many(
        "sale.order.line",
        "revenue_obligation_sale_line_rel",
        "obligation_id",
        "sale_line_id",
        string="Order Lines",
        help="The order lines that promise it.",
    )
    policy_version_id = fields.Many2one(
        "revenue.policy.version",
        index=True,
        ondelete="restrict",
        check_company=True,
        help="The version of the policy it follows; later ones change nothing here.",
    )
    split_version_id = fields.Many2one(
        "revenue.policy.version",
        string="Split By",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The policy that splits its product into several obligations.",
    )
    measure = fields.Selection(
        [
            ("point_in_time", "Point in Time"),
            ("straight_line", "Time Elapsed"),
            ("cost_to_cost", "Cost Incurred"),
            ("hours", "Hours Worked"),
            ("units", "Units Delivered"),
            ("milestones", "Project Milestones"),
            ("usage", "Usage"),
            ("as_invoiced", "As Invoiced"),
            ("manual", "Observed Progress"),
        ],
        required=True,
        help="How its progress is measured (ASC 606-10-25-31).",
    )
    trigger = fields.Selection(
        [
            ("confirmation", "Order Confirmation"),
            ("delivered", "Delivery"),
            ("milestone", "Project Milestones"),
            ("acceptance", "Acceptance"),
            ("invoice", "Invoice"),
            ("date", "Date"),
        ],
        help="What passes control to the customer, or starts its time.",
    )
    date_start = fields.Date(string="Starts", help="Of what is earned by time, or on a date; empty until it starts.")
    date_end = fields.Date(string="Ends", help="The last day of what is earned by time.")
    duration_months = fields.Integer(string="Months", help="How long it takes where no end is given.")
    monthly = fields.Boolean(string="By Months", help="A part of a month counts its days over those of that month.")
    price = fields.Monetary(help="The price stated in the contract, net of taxes.")
    ssp = fields.Monetary(
        string="Standalone Selling Price",
        help="What it would sell for alone; the price is shared by it (ASC 606-10-32-31).",
    )
    ssp_low = fields.Monetary(string="Lowest", help="The lower end of the range it sells for alone.")
    ssp_high = fields.Monetary(string="Highest", help="The upper end of the range it sells for alone.")
    ssp_kind = fields.Selection(
        [("amount", "Amount"), ("range", "Range"), ("residual", "Residual")],
        string="Kind of Price",
        help="Empty where no standalone selling price is known.",
    )
    quantity = fields.Float(
        digits="Product Unit", help="What is promised in all: hours or units are measured against it."
    )
    unit_price = fields.Float(digits="Product Price", help="What a unit earns where there is no quantity.")
    distinct = fields.Selection(
        [("auto", "By Measure"), ("yes", "Yes"), ("no", "No")],
        required=True,
        default="auto",
        help="Whether what remains is distinct from what was transferred; it decides how changes are treated "
        "(ASC 606-10-25-13).",
    )
    project_id = fields.Many2one(
        "project.project", index=True, help="Its milestones, hours and cost count for this obligation."
    )
    analytic_distribution = fields.Json(help="Its revenue is posted with this distribution.")
    revenue_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        help="Where its revenue is booked; empty, as the policy or the product says.",
    )
    modification_id = fields.Many2one(
        "revenue.modification",
        string="Added By",
        index=True,
        ondelete="restrict",
        help="The change of the contract that added it.",
    )

    evidence_ids = fields.One2many("revenue.evidence", "obligation_id", readonly=True)

    _key_once = models.Constraint("UNIQUE(contract_id, key)", "A key names one obligation of a contract.")

    # === CONSTRAINT METHODS === #

    @api.constrains("date_start", "date_end")
    def _check_dates(self):
        for obligation in self:
            if obligation.date_start and obligation.date_end and obligation.date_end < obligation.date_start:
                raise ValidationError(self.env._("%s ends before it starts. Correct its dates.", obligation.name))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        obligations = super().create(vals_list)
        if not self.env.su:
            obligations.contract_id._check_unbooked()
        return obligations

    def write(self, vals):
        if not self.env.su and set(vals) - {"name", "sequence"}:
            self.contract_id._check_unbooked()
        result = super().write(vals)
        if not self.env.su and "contract_id" in vals:
            self.contract_id._check_unbooked()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_unbooked(self):
        if not self.env.su:
            self.contract_id._check_unbooked()

    def _takes_in(self, line, version):
        """Return whether an order line is a part of this obligation: all lines of its order under its policy are."""
        self.ensure_one()
        own = self.split_version_id or self.policy_version_id
        return (
            own.grouping == version.grouping == "order"
            and own.policy_id == version.policy_id
            and line.order_id in self.sale_line_ids.order_id
        )

    # === PRICES === #

    def _with_fixed_price(self):
        """Return those of order lines that have a share of the fixed consideration."""
        return self.filtered(lambda obligation: obligation.measure not in OPEN_ENDED and obligation.sale_line_ids)

    def _with_own_terms(self):
        """Return those that change by facts of their own, see ``sale.order.line._revenue_has_own_terms``."""
        return self.filtered(lambda one: any(line._revenue_has_own_terms() for line in one.sale_line_ids))

    def _find_missing_prices(self):
        """Look up the standalone selling prices that obligations of order lines lack."""
        for obligation in self.filtered(lambda obligation: not obligation.ssp_kind and obligation.sale_line_ids):
            if obligation.split_version_id:
                obligation._find_missing_part()
                continue
            day = obligation.modification_id.date or obligation.contract_id.date
            selling = obligation.sale_line_ids._selling_price(obligation.policy_version_id, day)
            if selling["ssp_kind"]:
                obligation.write(selling)

    # === PARTS OF A PRODUCT === #

    def _find_missing_part(self):
        """Look up the standalone selling price of a part of a product; with it the price is split anew."""
        self.ensure_one()
        promises = self.sale_line_ids._group_promises(self.split_version_id, self.contract_id.date)
        found = {promise["key"]: {name: promise.get(name) for name in PART_PRICES} for promise in promises}
        if found.get(self.key, {}).get("ssp_kind"):
            for part in self.contract_id.obligation_ids.filtered(lambda obligation: obligation.key in found):
                part.write(found[part.key])

    # === AGREED TERMS === #

    def _agreed_terms(self):
        """Return the terms that the order stood for: of inception, and as its changes were applied since.

        :return: dictionary with price, ssp, quantity, start and end
        """
        self.ensure_one()
        terms = {"price": self.price, "ssp": self.ssp, "quantity": self.quantity}
        terms |= {"start": self.date_start, "end": self.date_end}
        changes = self.env["revenue.modification.line"].search(
            [
                ("obligation_id", "=", self.id),
                ("action", "=", "change"),
                ("modification_id.state", "=", "applied"),
                ("modification_id.of_order", "=", True),
            ]
        )
        for change in changes.sorted(lambda line: (line.modification_id.date, line.modification_id.id)):
            terms.update({name: value for name, value in (change.terms or {}).items() if name in terms})
        return {**terms, **{name: fields.Date.to_date(terms[name]) or False for name in ("start", "end")}}

    def _changed_terms(self, lines):
        """Return the terms that order lines give an obligation anew, as a modification line keeps them."""
        agreed = self._agreed_terms()
        now = self._terms_of(lines)
        changed = {}
        if self.currency_id.compare_amounts(now["price"], agreed["price"]):
            changed["price"] = now["price"]
        if self._counts_quantity() and self._is_another_quantity(now["quantity"], agreed["quantity"]):
            changed["quantity"] = now["quantity"]
        selling = self._selling_price_of(now["quantity"], agreed)
        if self.currency_id.compare_amounts(selling, agreed["ssp"]):
            changed["ssp"] = selling
        days = self._days_of(lines, agreed)
        return {**changed, **{name: day.isoformat() for name, day in days.items() if day and day != agreed[name]}}

    def _days_of(self, lines, agreed):
        """Return the days that order lines give an obligation now: start and end, where they count for it.

        Where the lines only say when it starts, it goes on for as long as it was agreed to.
        """
        timed = self.measure == "straight_line"
        if not timed and self.trigger not in ("date", "confirmation"):
            return {}
        start = min(lines.filtered("revenue_start").mapped("revenue_start"), default=False)
        end = max(lines.filtered("revenue_end").mapped("revenue_end"), default=False)
        if start and start != agreed["start"] and not end and self.duration_months:
            end = fields.Date.add(start, months=self.duration_months, days=-1)
        return {"start": start, "end": end} if timed else {"start": start}

    def _move_to_lines(self):
        """Have obligations begin when their order lines say by now, while nothing is booked and no change said it."""
        for one in self:
            lines = one.sale_line_ids.filtered(lambda line: line.order_id.state == "sale" and line.product_uom_qty)
            days = one._days_of(lines, one._agreed_terms())
            said = one.env["revenue.modification.line"].search_count(
                [("obligation_id", "=", one.id), ("action", "=", "change"), ("modification_id.state", "=", "applied")]
            )
            if days.get("start") and days["start"] != one.date_start and not said:
                one.write({f"date_{name}": day for name, day in days.items() if day})

    def _counts_quantity(self):
        """Return whether its progress is counted in the quantity of its order lines."""
        return self.measure in ("units", "hours") or KINDS["units"].suits(self.measure, self.trigger)

    def _is_another_quantity(self, quantity, agreed):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return bool(quantity) and float_compare(quantity, agreed, precision_digits=digits) != 0

    def _selling_price_of(self, quantity, agreed):
        """Return the standalone selling price of a quantity: as agreed, in proportion.

        Of what is not measured in units, its price says it, from the one at inception on: changes may lack a quantity.
        """
        terms = agreed if self.measure == "units" else {"ssp": self.ssp, "quantity": self.quantity}
        if not (agreed["ssp"] and terms["ssp"] and terms["quantity"]) or quantity == terms["quantity"]:
            return agreed["ssp"] if self.measure == "units" or not terms["ssp"] else terms["ssp"]
        return self.currency_id.round(terms["ssp"] / terms["quantity"] * quantity)

    def _terms_of(self, lines):
        """Return price and quantity by order lines; of a split product its part of the price."""
        siblings = lines.revenue_obligation_ids.filtered(lambda obligation: obligation.contract_id == self.contract_id)
        price = sum(line._revenue_price() for line in lines)
        if len(siblings) > 1 and all(sibling.sale_line_ids == self.sale_line_ids for sibling in siblings):
            prices = lines._split_price(price, [{"ssp": sibling.ssp} for sibling in siblings])
            price = dict(zip(siblings.ids, prices, strict=True))[self.id]
        return {
            "price": price,
            # Uninstalling billing moves what is billed to a line of another product: its quantity is not counted.
            "quantity": (lines.filtered(lambda line: line.product_id == self.product_id) or lines)._promised_quantity(
                self.measure
            ),
        }


def fixed_price(promises):
    """Return what obligations add to the fixed consideration of their contract.

    :param promises: obligations, or their values
    """
    return sum(promise["price"] for promise in promises if promise["measure"] not in OPEN_ENDED)
