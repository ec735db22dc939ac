from dataclasses import replace

from odoo import api, models
from odoo.addons.billing_base.engine.units import from_units
from odoo.addons.record_protection.reading import values
from odoo.addons.record_protection.refusals import read_argument
from odoo.fields import Domain

from ..engine.bill import bills, rounded
from ..engine.life import due_parts, end_of

#: How many periods are looked at unless said otherwise, and at most.
PERIODS, MOST_PERIODS = 3, 36


class SubscriptionPrice(models.Model):
    """What past usage would have cost by a price, also by one that is not in force: by the function that bills."""

    _inherit = "subscription.price"

    @api.readonly
    def what_if(self, periods: int = PERIODS) -> dict:
        """Return what the last periods would have cost by this price alone, beside what they cost.

        Looked at are the subscriptions that run by its usage price and that the caller may read, each with its last
        periods that are due. Commitments and prepaid funds on other lines of their orders are left out.

        :param int periods: of each subscription, 1 to 36
        :return: ``{"currency", "before", "after", "difference", "customers"}``: amounts in the currency without taxes;
            of each customer ``partner_id``, ``name``, ``quantity``, ``before``, ``after``, ``difference`` and
            ``periods``, each with ``charge_id``, ``from``, ``to``, ``quantity``, ``before`` and ``after``; the largest
            differences first
        :raises AccessError: for customers, and for who may not read it
        :raises UserError: when nothing can be worked out by it
        """
        self.ensure_one()
        self.check_access("read")
        periods = read_argument(self.env, "periods", values.whole, periods, MOST_PERIODS, 1)
        self._check_price()
        found = [self._customer_node(partner, rows) for partner, rows in self._rated_anew(periods).items()]
        found.sort(key=lambda node: (-abs(node["difference"]), node["name"], node["partner_id"]))
        return {"currency": self.currency_id.name, **self._added_up(found), "customers": found}

    def _rated_anew(self, periods):
        """Return the periods that are looked at, by customer: ``{res.partner: [node, …]}``."""
        today, found = self.env.company._billing_today(), {}
        running = Domain("price_book_id", "=", self.book_id.id) & Domain("state", "=", "running")
        running &= Domain("last_day", "=", False) | Domain("last_day", ">=", today)
        for charge in self.env["subscription.charge"].search(running).sudo():
            nodes = charge._rated_by_price(self, periods)
            if nodes:
                found.setdefault(charge.partner_id.commercial_partner_id, []).extend(nodes)
        return found

    def _customer_node(self, partner, rows):
        quantity = sum(row["quantity"] for row in rows)
        node = {"partner_id": partner.id, "name": partner.display_name or "", "quantity": quantity, "periods": rows}
        return node | self._added_up(rows)

    def _added_up(self, rows):
        """Return what rows cost in all, before and after."""
        money = self.currency_id
        before, after = (money.round(sum(row[name] for row in rows)) for name in ("before", "after"))
        return {"before": before, "after": after, "difference": money.round(after - before)}


class SubscriptionCharge(models.Model):
    _inherit = "subscription.charge"

    def _rated_by_price(self, price, count):
        """Return what the last periods that are due cost, and would have cost by a price alone, as ``what_if`` says.

        :param price: ``subscription.price``
        :param int count: how many periods
        """
        self.ensure_one()
        terms, known = self._terms()
        today = self._reached(self.company_id._billing_today()).toordinal()
        parts = due_parts(terms, end_of(terms, known), today)[-count:]
        how = self.price_book_id.meter_id.aggregation
        supposed = replace(terms, aggregation=how, price=price._engine_price(), versions=())
        old = self._rated_parts(terms, known, parts)
        new = self._rated_parts(*self._with_rows(supposed, known), parts)
        unit = self.currency_id.rounding
        return [
            {
                "charge_id": self.id,
                "from": self._iso(before.part.start),
                "to": self._iso(before.part.to - 1),
                "quantity": float(sum(segment.quantity for segment in after.segments)),
                "before": from_units(before.total, unit),
                "after": from_units(after.total, unit),
            }
            for before, after in zip(old, new, strict=True)
        ]

    def _rated_parts(self, terms, known, parts):
        """Return what some periods come to (``engine.bill.Rounded``)."""
        return [rounded(bill) for bill in bills(terms, known, parts, self._zone(), self._scale())]
