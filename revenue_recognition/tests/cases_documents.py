"""Tells a published example with Odoo's own documents, day by day."""

from decimal import Decimal

from odoo.fields import Command

from ..engine.money import split
from .papers import Papers

#: The policy that recognises revenue as a method of the examples does.
POLICIES = {
    "point_in_time": {"method": "point_in_time", "trigger": "delivered"},
    "straight_line": {"method": "over_time", "measure": "time", "trigger": "confirmation"},
    "cost_to_cost": {"method": "over_time", "measure": "cost"},
    "units": {"method": "over_time", "measure": "delivered"},
    "milestones": {"method": "over_time", "measure": "milestones"},
    "usage": {"method": "over_time", "measure": "usage"},
    "manual": {"method": "over_time", "measure": "observed"},
}
#: What products need for their projects.
TRACKING = {
    "cost_to_cost": {"service_tracking": "project_only"},
    "milestones": {"service_tracking": "project_only", "invoice_policy": "delivery", "service_type": "milestones"},
}
#: Facts of which Odoo has no record, by event: the kind of evidence, and where the value is.
EVIDENCE = {
    "progress": ("progress", "progress"),
    "usage": ("usage", "amount"),
    "estimate_cost": ("estimate_cost", "total"),
    "estimate_unit_price": ("estimate_unit_price", "amount"),
    "estimate_returns": ("estimate_returns", "rate"),
}


class Documents(Papers):
    """The order of an example, and what happens to it.

    Each method for an event runs on its day.

    :param test: the test, for its fixtures
    :param scenario: the example, see ``engine.tests.published``
    :param values: of products by obligation, where an example asks for more than its method says
    """

    def __init__(self, test, scenario, values=None):
        super().__init__(test)
        self.terms = scenario["contract"]
        self.events = scenario["events"]
        self.values = values or {}
        self.currency = self._currency(scenario)
        self.lines = {}
        self.milestones = {}
        self.deductible = 0.0
        self.order = self.contract = None

    def _currency(self, scenario):
        """Return the currency of the contract, with the rates of the example."""
        currency = self.env.ref(f"base.{scenario['currency']}")
        currency.active = True
        if scenario.get("rates"):
            currency.rate_ids.unlink()
        for rate in scenario.get("rates", ()):
            self.rate(currency, rate["date"], rate["rate"])
        return currency

    # === THE ORDER === #

    def sign(self):
        """Make and confirm the order; record what was estimated then."""
        terms = self.terms
        prices = self._prices(terms["obligations"])
        rows = [(one, self._row(one, prices[one["key"]])) for one in terms["obligations"]]
        reduction = float(terms.get("fixed", 0)) - sum(prices.values()) - self._discounts()
        extra = [self._reduction(reduction)] if terms.get("fixed") is not None and round(reduction, 2) else []
        values = {"pricelist_id": self._pricelist().id} if self.currency != self.test.company.currency_id else {}
        self.order = self.test._make_order(*[row for _one, row in rows], *extra, **values)
        self.lines = {one["key"]: line for (one, _row), line in zip(rows, self.order.order_line, strict=False)}
        self.order.action_confirm()
        self.contract = self.order.revenue_contract_id
        self._estimates()
        self.contract.action_review()
        self.test.assertEqual(self.contract.state, "active", self.contract.hindrance)

    def keys_of_obligations(self):
        """Return the key that each obligation of the example has in the database."""
        return {key: line.revenue_obligation_ids.key for key, line in self.lines.items()}

    def obligation(self, key):
        return self.lines[key].revenue_obligation_ids

    def _prices(self, obligations):
        """Return the prices on the order lines: stated, else what sells alone, else what is left."""
        known = {one["key"]: one.get("price", one.get("ssp")) for one in obligations}
        fixed = self.terms.get("fixed")
        for one in obligations:
            if one.get("ssp_method") == "residual":
                known[one["key"]] = fixed - sum(price or 0 for price in known.values()) - Decimal(self._discounts())
            elif known[one["key"]] is None:
                known[one["key"]] = one.get("unit_price", 0) * self._quantity(one)
        if fixed is not None and sum(known.values()) < fixed:
            parts = split(round(fixed * 100), [round(price * 100) for price in known.values()])
            return {key: part / 100 for key, part in zip(known, parts, strict=True)}
        return {key: float(price) for key, price in known.items()}

    def _discounts(self):
        """Return what discounts take off that belong to some obligations only."""
        return -float(sum(discount["amount"] for discount in self.terms.get("discount", ())))

    def _quantity(self, one):
        """Return the quantity ordered; where there is none in the example, all that is ever delivered."""
        if "unit_price" not in one:
            return 1
        delivered = (event["units"] for event in self.events if event["type"] == "deliver")
        return one.get("quantity") or sum(delivered)

    def _row(self, one, price):
        """Return the values of an order line."""
        quantity = float(self._quantity(one))
        recognition = one["recognition"]
        dates = {}
        if recognition["method"] == "straight_line":
            dates = {"revenue_start": recognition["start"], "revenue_end": recognition["end"]}
        product = self._product(one, quantity)
        return {
            "product_id": product.id,
            "product_uom_id": product.uom_id.id,
            "product_uom_qty": quantity,
            "price_unit": price / quantity,
            **dates,
        }

    def _product(self, one, quantity):
        """Create the product of an obligation, with its policy and its standalone selling price."""
        method = one["recognition"]["method"]
        booked = {"ssp", "ssp_range", "ssp_method"} & set(one)
        version = {**POLICIES[method], "ssp_source": "book" if booked else "price"}
        if method == "straight_line":
            version["proration"] = one["recognition"]["prorate"]
        policy = self.test._make_policy(one["name"], **version)
        values = {**TRACKING.get(method, {}), **self.values.get(one["key"], {})}
        product = self.test._make_product(one["name"], policy, **values)
        if "ssp_range" in one:
            kind = "residual" if one.get("ssp_method") == "residual" else "range"
            low, high = (float(amount) / quantity for amount in one["ssp_range"])
            self.test._make_ssp(product, kind=kind, low=low, high=high, currency_id=self.currency.id)
        elif "ssp" in one:
            self.test._make_ssp(product, float(one["ssp"]) / quantity, currency_id=self.currency.id)
        return product

    def _reduction(self, amount):
        return self.test._make_product("Discount"), amount

    def _pricelist(self):
        return self.env["product.pricelist"].create(
            {"name": self.currency.name, "currency_id": self.currency.id, "company_id": self.test.company.id}
        )

    def _estimates(self):
        """Record what was expected at inception: cost, variable amounts, milestones, interest."""
        for one in self.terms["obligations"]:
            if one["recognition"]["method"] == "cost_to_cost":
                self.evidence(self.obligation(one["key"]), "estimate_cost", one["recognition"]["total_cost"])
            if one["recognition"]["method"] == "milestones":
                self.milestones[one["key"]] = self.plan(self.lines[one["key"]], one["recognition"]["milestones"])
        for variable in self.terms.get("variable", ()):
            self._estimate({"variable": variable["key"], **variable})
        for discount in self.terms.get("discount", ()):
            obligations = [self.obligation(key) for key in discount["allocate_to"]]
            self.expect(self.contract, "Discount", -discount["amount"], obligations=obligations)
        financing = self.terms.get("financing")
        if financing:
            self.contract.financing_rate = float(financing["rate"] * 100)
            self.contract.financing_date = financing["from"]

    # === EVENTS === #

    def tell(self, event):
        """Have an event happen, today."""
        kind = event["type"]
        if kind in EVIDENCE:
            name, value = EVIDENCE[kind]
            self.evidence(self.obligation(event["obligation"]), name, event[value])
        else:
            getattr(self, f"_{kind}")(event)
        self.commit()

    def _estimate(self, event):
        obligations = [self.obligation(key) for key in event.get("allocate_to", ())]
        self.expect(self.contract, event["variable"], event["amount"], event.get("constrained", False), obligations)

    def _satisfy(self, event):
        line = self.lines[event["obligation"]]
        if self.obligation(event["obligation"]).measure == "usage":
            self.evidence(self.obligation(event["obligation"]), "start")
        else:
            line.qty_delivered += float(event.get("share", 1)) * line.product_uom_qty

    def _deliver(self, event):
        line = self.lines[event["obligation"]]
        if line.product_id.service_type == "timesheet":
            self.work(line, event["units"])
        else:
            line.qty_delivered += float(event["units"])

    def _milestone(self, event):
        self.milestones[event["obligation"]][event["milestone"]].is_reached = not event.get("undo")

    def _cost(self, event):
        self.spend(self.lines[event["obligation"]], event["amount"], event.get("kind", "normal"))

    def _contract_cost(self, event):
        self.commission(self.contract, event["amount"], [self.obligation(key) for key in event["over"]])

    # === MODIFICATIONS === #

    def _modify(self, event):
        """Change the order; the accountant applies what is proposed."""
        added = event.get("add", ())
        price = sum(one["price"] for one in added)
        commands = [Command.update(*self._changed_line(change, event, price)) for change in event.get("change", ())]
        commands += [Command.create(self._added_row(one)) for one in added]
        self.order.order_line = commands
        for one, line in zip(added, self.order.order_line[len(self.order.order_line) - len(added) :], strict=True):
            self.lines[one["key"]] = line
        for change in event.get("change", ()):
            if "total_cost" in change:
                self.evidence(self.obligation(change["obligation"]), "estimate_cost", change["total_cost"])
        proposal = self.contract.modification_ids.filtered(lambda one: one.state == "proposed")
        self.test.assertEqual(proposal.fixed_delta, float(event["fixed_delta"]))
        proposal = proposal.with_user(self.test.preparer)
        if event["treatment"] != "auto":
            proposal.treatment = event["treatment"]
        proposal.action_apply()

    def _changed_line(self, change, event, added):
        """Return the order line that changes, and its new values."""
        line = self.lines[change["obligation"]]
        price = line.price_unit + float(event["fixed_delta"] - added) / line.product_uom_qty
        return line.id, {"price_unit": price, **({"revenue_end": change["end"]} if "end" in change else {})}

    def _added_row(self, one):
        return {**self._row(one, float(one["price"])), "tax_ids": [Command.clear()]}

    # === MONEY === #

    def _invoice(self, event):
        """Bill with the native button where everything is billed at once, else line by line."""
        everything = not self.order.invoice_ids and float(event["amount"]) == self.order.amount_untaxed
        if everything and "obligation" not in event:
            self.bill(self.order)
        else:
            extra = [self.deduct(self.order, self.deductible)] if self.deductible else []
            self.deductible = 0.0
            self.bill(self.order, self._parts(event), extra=extra)

    def _credit_note(self, event):
        self.bill(self.order, self._parts(event), kind="out_refund")

    def _parts(self, event):
        """Return an amount by order line: on the line of its obligation, or on all lines by their price."""
        lines = self.order.order_line.filtered(lambda line: not line.is_downpayment and not line.display_type)
        if "obligation" in event:
            lines = self.lines[event["obligation"]]
        weights = [round(line.price_subtotal * 100) for line in lines]
        parts = split(round(event["amount"] * 100), weights)
        return {line: part / 100 for line, part in zip(lines, parts, strict=True)}

    def _payment(self, event):
        """Pay the oldest invoices first; what is paid before it is billed is a down payment."""
        left = float(event["amount"])
        invoices = self.order.invoice_ids.filtered("amount_residual").sorted("invoice_date")
        if not invoices:
            invoices = self.advance(self.order, left)
            self.deductible = left
        for invoice in invoices:
            part = min(left, invoice.amount_residual)
            left = round(left - part, 2)
            if part:
                self.pay(invoice, part)
        self.test.assertFalse(left, "All of a payment is for invoices")
