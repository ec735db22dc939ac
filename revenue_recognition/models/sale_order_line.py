from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ..engine.money import split

#: What of a line is a term of the contract.
AGREED_FIELDS = {
    *("product_uom_qty", "product_uom_id", "price_unit", "discount", "tax_ids", "product_id"),
    *("revenue_start", "revenue_end"),
}
#: Fields of a line that decide where its revenue is booked.
BOOKING_FIELDS = {"analytic_distribution", "project_id", "task_id", "product_id"}
MEASURES = {
    "time": "straight_line",
    "milestones": "milestones",
    "cost": "cost_to_cost",
    "hours": "hours",
    "delivered": "units",
    "invoiced": "as_invoiced",
    "usage": "usage",
    "observed": "manual",
}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    revenue_contract_id = fields.Many2one(
        "revenue.contract", index="btree_not_null", copy=False, readonly=True, check_company=True
    )
    revenue_obligation_ids = fields.Many2many(
        "revenue.obligation",
        "revenue_obligation_sale_line_rel",
        "sale_line_id",
        "obligation_id",
        string="Obligations",
        copy=False,
        readonly=True,
    )
    revenue_start = fields.Date(
        string="Service From", copy=False, help="The first day of what is earned by time, or its date."
    )
    revenue_end = fields.Date(string="Service To", copy=False, help="The last day of what is earned by time.")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        for line in lines.sudo():
            if line.is_downpayment and line.order_id.revenue_contract_id:
                line.revenue_contract_id = line.order_id.revenue_contract_id
        lines._follow_revenue_changes()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if "revenue_start" in vals:
            self._move_unbooked_obligations()
        if AGREED_FIELDS & set(vals):
            self._follow_revenue_changes()
        if BOOKING_FIELDS & set(vals):
            self._follow_revenue_places()
        return result

    def _follow_revenue_places(self):
        """Have the obligations of lines follow them in where revenue is booked."""
        for company, contracts in self.sudo().revenue_contract_id.grouped("company_id").items():
            self.env["revenue.obligation"]._follow_lines(company, contracts)

    def _move_unbooked_obligations(self):
        """Have obligations of active contracts of which nothing is booked begin when lines say so."""
        obligations = self.sudo().revenue_obligation_ids
        for contract, own in obligations.grouped("contract_id").items():
            if contract.state == "active" and not contract._is_booked():
                (own & contract._live_obligations() - own._with_own_terms())._move_to_lines()

    def _follow_revenue_changes(self):
        """Have the contracts of confirmed orders follow their lines."""
        if self._is_flagged("revenue_lines_together"):
            return
        orders = self.sudo().order_id.filtered(lambda order: order.state == "sale" and order.revenue_contract_id)
        orders.revenue_contract_id._follow_orders()

    # === INVOICING === #

    def _prepare_invoice_line(self, **optional_values):
        """Bill contract liability, not income; the close recognises revenue."""
        values = super()._prepare_invoice_line(**optional_values)
        account = self.sudo().revenue_contract_id.liability_account_id
        if account and not self.display_type:
            values["account_id"] = account.id
        return values

    # === WHAT A LINE PROMISES === #

    def _revenue_promises(self, date):
        """Return the obligations that lines of one order make on a date, by the policies of their products.

        :return: values of ``revenue.obligation``; several lines may make one, one line several. Empty when no policy
            applies.
        """
        groups = defaultdict(self.browse)
        for line in self:
            version = line._revenue_version(date)
            if version:
                key = (version, "order") if version.grouping == "order" else (version, line)
                groups[key] |= line
        return [values for (version, _by), lines in groups.items() for values in lines._group_promises(version, date)]

    def _revenue_price(self):
        """Return what this line promises is agreed to cost, without taxes, in the order's currency.

        Overridden for lines whose amount is not that of all they promise, such as that of one period.
        """
        self.ensure_one()
        return self.price_subtotal

    def _revenue_has_own_terms(self):
        """Return whether what is agreed of this line changes by facts of its own, which a source of contracts reads.

        Its contract proposes nothing then where the order, or a credit note, says something else.
        """
        self.ensure_one()
        return False

    def _revenue_version(self, date):
        """Return the version of the policy that a line follows, or none.

        Of a combo, its items are what is promised (ASC 606-10-25-19); its own line has no price and is never delivered.
        """
        versions = self.env["revenue.policy.version"]
        if self.product_type == "combo":
            return versions
        if self.display_type or self.is_downpayment or not self.product_id or self.price_subtotal < 0:
            return versions
        if not self.product_uom_qty:
            return versions
        policy = self.env["revenue.policy"]._policy_for(self.product_id, self.company_id)
        return policy._version_on(date) if policy else versions

    def _group_promises(self, version, date):
        """Return the obligations of lines that follow one version together."""
        key = f"L{min(self.ids)}"
        price = sum(line._revenue_price() for line in self)
        selling = self._selling_price(version, date)
        if version.method != "split":
            return [self._promise(version, date, key, "", price, selling)]
        components = version.component_ids
        sellings = [self._component_price(component, selling, date) for component in components]
        prices = self._split_price(price, sellings)
        promises = []
        for number, component in enumerate(components):
            policy = component.policy_id
            own = policy._version_on(date) or policy.version_ids.sorted("date_from")[:1]
            promise = self._promise(own, date, f"{key}.{number + 1}", component.name, prices[number], sellings[number])
            promises.append({**promise, "split_version_id": version.id})
        return promises

    def _promise(self, version, date, key, name, price, selling):
        """Return the values of one obligation.

        :param name: of a part of a product; else the lines have names
        :param price: amount in the order's currency
        :param selling: values of its standalone selling price, see :meth:`_selling_price`
        """
        measure = "point_in_time" if version.method == "point_in_time" else MEASURES[version.measure]
        start, end = self._promised_days(version, measure, date)
        quantity = self._promised_quantity(measure)
        names = list(dict.fromkeys(line.name.splitlines()[0] for line in self if line.name))
        return {
            "key": key,
            "name": name or ", ".join(names) or self.product_id[:1].display_name,
            "sequence": self[0].sequence,
            "product_id": self[0].product_id.id,
            "sale_line_ids": [fields.Command.set(self.ids)],
            "policy_version_id": version.id,
            "measure": measure,
            "trigger": version.trigger if measure in ("point_in_time", "straight_line") else False,
            "date_start": start,
            "date_end": end,
            "duration_months": version.duration_months,
            "monthly": version.proration == "monthly",
            "price": price,
            "quantity": quantity,
            "unit_price": price / quantity if measure == "units" and quantity else 0.0,
            "distinct": version.distinct,
            **self._promised_places(version),
            **selling,
        }

    def _promised_days(self, version, measure, date):
        """Return the first and the last day of what lines promise; False where nothing says so."""
        start = min(self.filtered("revenue_start").mapped("revenue_start"), default=False)
        if not start and version.trigger == "confirmation":
            start = date
        end = max(self.filtered("revenue_end").mapped("revenue_end"), default=False)
        if measure == "straight_line" and start and not end and version.duration_months:
            end = start + relativedelta(months=version.duration_months, days=-1)
        return start, end

    def _promised_places(self, version):
        """Return where revenue of lines is booked and delivered, and that it was taken from the lines."""
        distribution, project = self._revenue_distribution(), self._revenue_project()
        account = self._revenue_income_account(version)
        return {
            "project_id": project.id,
            "analytic_distribution": distribution,
            "revenue_account_id": account.id,
            "followed_project_id": project.id,
            "followed_distribution": distribution,
            "followed_account_id": account.id,
        }

    def _revenue_reductions(self):
        """Return the lines that lower the price of the contract as a whole: discounts."""
        return self.filtered(lambda line: not line.display_type and not line.is_downpayment and line.price_subtotal < 0)

    def _promised_quantity(self, measure):
        """Return what is promised in the unit the measure counts in: hours, or units of the order."""
        if measure != "hours":
            return sum(line._revenue_quantity() for line in self)
        hour = self.env.ref("uom.product_uom_hour")
        return sum(
            line.product_uom_id._compute_quantity(line._revenue_quantity(), hour, round=False)
            for line in self
            if line.product_uom_id._has_common_reference(hour)
        )

    def _revenue_project(self):
        """Return the project in which the lines are delivered, or none."""
        return self.project_id[:1] or self.task_id.project_id[:1] or self.order_id.project_id[:1]

    def _revenue_distribution(self):
        """Return the analytic distribution of the lines, weighed by their amounts."""
        if len(self) == 1 or len({str(line.analytic_distribution) for line in self}) == 1:
            return self[0].analytic_distribution
        total = sum(self.mapped("price_subtotal"))
        shares = defaultdict(float)
        for line in self:
            for account, percentage in (line.analytic_distribution or {}).items():
                shares[account] += percentage * line.price_subtotal / total if total else 0.0
        return {account: round(share, 2) for account, share in shares.items()}

    def _revenue_income_account(self, version):
        """Return the account of revenue: the policy's own, else where Odoo would book the product's income."""
        own = self.company_id._revenue_account("revenue", version)
        if own:
            return own
        template = self[0].product_id.product_tmpl_id.with_company(self.company_id)
        return template.get_product_accounts(fiscal_pos=self.order_id.fiscal_position_id)["income"]

    # === STANDALONE SELLING PRICES === #

    def _selling_price(self, version, date):
        """Return the standalone selling price of lines together, as values of an obligation.

        :return: ``ssp_kind`` and its amounts in the order's currency; no kind where one of the lines has no price
        """
        return _together([line._line_selling_price(version.ssp_source, date) for line in self])

    def _line_selling_price(self, source, date):
        """Return what one line sells for by itself, its whole quantity."""
        if source == "price":
            return _amount(self._revenue_price())
        if source == "list_price":
            product = self.product_id.with_company(self.company_id)
            price = product.uom_id._compute_price(product.lst_price, self.product_uom_id)
            price = product.currency_id._convert(price, self.currency_id, self.company_id, date, round=False)
            return _amount(self.currency_id.round(price * self._revenue_quantity()))
        return self._book_price(self.product_id, date)

    def _book_price(self, product, date):
        """Return what the book says a product sells for, in the quantity of the line."""
        row = self.env["revenue.ssp"]._find(product, self.currency_id, self.company_id, date)
        if not row:
            return {"ssp_kind": False}
        quantity = self._revenue_quantity()
        if self.product_uom_id._has_common_reference(product.uom_id):
            quantity = self.product_uom_id._compute_quantity(quantity, product.uom_id, round=False)
        amounts = [row.amount, row.low, row.high] if row.kind == "amount" else [row.low, row.low, row.high]
        if row.kind == "amount":
            return _amount(self.currency_id.round(amounts[0] * quantity))
        low, high = (self.currency_id.round(amount * quantity) for amount in amounts[1:])
        return {"ssp_kind": row.kind, "ssp": low, "ssp_low": low, "ssp_high": high}

    def _component_price(self, component, selling, date):
        """Return what a part of a product sells for by itself: from the book, or its share of the whole."""
        if component.product_id:
            return _together([line._book_price(component.product_id, date) for line in self])
        if not selling["ssp_kind"]:
            selling = _amount(sum(line._revenue_price() for line in self))
        amounts = ("ssp", "ssp_low", "ssp_high")
        rounded = self.currency_id[:1].round
        return {
            "ssp_kind": "range" if selling["ssp_kind"] == "range" else "amount",
            **{name: rounded(selling[name] * component.share / 100) for name in amounts},
        }

    def _split_price(self, price, sellings):
        """Split the price of lines between the parts of their product, by standalone selling price."""
        currency = self.currency_id[:1]
        scale = 10**currency.decimal_places
        weights = [round((one.get("ssp") or 0.0) * scale) for one in sellings]
        return [part / scale for part in split(round(price * scale), weights)]


def _amount(amount):
    return {"ssp_kind": "amount", "ssp": amount, "ssp_low": 0.0, "ssp_high": 0.0}


def _together(prices):
    """Return the standalone selling price of things that are sold together; none where one of them has none.

    >>> _together([_amount(100), {"ssp_kind": "range", "ssp": 900, "ssp_low": 900, "ssp_high": 1100}])
    {'ssp_kind': 'range', 'ssp': 1000, 'ssp_low': 1000, 'ssp_high': 1200}
    """
    kinds = {price["ssp_kind"] for price in prices}
    if False in kinds:
        return {"ssp_kind": False}
    if kinds == {"amount"}:
        return _amount(sum(price["ssp"] for price in prices))
    kind = "residual" if "residual" in kinds else "range"
    unknown = any(price["ssp_kind"] == "residual" and not price["ssp_high"] for price in prices)
    # A fixed price is a range from itself to itself.
    low, high = (
        0.0 if unknown else sum(price["ssp" if price["ssp_kind"] == "amount" else bound] for price in prices)
        for bound in ("ssp_low", "ssp_high")
    )
    return {"ssp_kind": kind, "ssp": low, "ssp_low": low, "ssp_high": high}
