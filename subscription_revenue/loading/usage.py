"""What usage, commitments and prepaid funds have earned by days, billed or not."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from odoo.addons.revenue_recognition.engine import events as e
from odoo.addons.revenue_recognition.engine.books import month_ends
from odoo.addons.revenue_recognition.loading import Source
from odoo.addons.subscription_billing.engine.covering import Payable, draw, grants
from odoo.addons.subscription_billing.engine.earning import Bought, Earning, of_funds, short_of
from odoo.addons.subscription_billing.engine.life import end_of, parts
from odoo.addons.subscription_billing.engine.money import round_half_away
from odoo.addons.subscription_billing.engine.spans import by_day, by_row
from odoo.addons.subscription_billing.models.subscription_charge_terms import exact
from odoo.tools import SQL

DAY = timedelta(days=1)
#: How places of the events begin that follow from usage.
PLACE = "used "
#: What is used (``engine.measures.usage.USED``), by the kind of a charge.
USED = {"usage": "service", "commitment": "commitment", "prepaid": "funds"}


class UsageEarned(Source):
    """Reads charges of usage, commitments and funds: what they came to by the ends of months and of their periods.

    An event is the difference to what the contract knows of its obligation by then, so that what was written down of
    it when the addon was removed counts once.
    """

    def read_into(self, loaded):
        """See :class:`Source`."""
        if not self.wanted(loaded, "usage"):
            return
        metered = {}
        for contract_id, promise_id, line_ids in self.loader.rows(self._query(loaded)):
            lines = self.loader.env["sale.order.line"].sudo().browse(line_ids)
            metered.setdefault(contract_id, []).append((promise_id, lines))
        for contract_id, promised in metered.items():
            contract = loaded[contract_id]
            for promise_id, lines in promised:
                contract.promises[promise_id].used = USED[lines[0].subscription_kind]
            if contract.state != "cancelled":
                self._add(contract, promised)

    def _query(self, loaded):
        """Return SQL for the contract, the obligation and its order lines, of what is told by usage."""
        return SQL(
            """
            SELECT o.contract_id, o.id, ARRAY_AGG(l.id ORDER BY l.id)
              FROM revenue_obligation o
              JOIN revenue_obligation_sale_line_rel r ON r.obligation_id = o.id
              JOIN sale_order_line l ON l.id = r.sale_line_id AND l.subscription_kind = ANY(%s)
             WHERE o.contract_id = ANY(%s) AND o.id = ANY(%s) AND o.measure = 'usage'
               AND EXISTS (SELECT FROM subscription_charge c WHERE c.line_id = l.id)
             GROUP BY 1, 2 ORDER BY 1, 2
            """,
            list(USED),
            list(loaded),
            [promise for contract in loaded.values() for promise in contract.promises],
        )

    def _add(self, contract, promised):
        """Add what obligations have earned by days to the events of their contract.

        :param promised: ids of obligations, each with its order lines
        """
        until = max(contract.date, self.loader.at or self.loader.company._revenue_today())
        lines = self.loader.env["sale.order.line"].union(*(lines for _id, lines in promised))
        used, events = Used(lines.order_id, until), contract.events
        for promise_id, lines in promised:
            key, before = contract.promises[promise_id].key, 0
            said = [one for one in events if isinstance(one, e.Usage) and one.obligation == key]
            days = {max(day, contract.date) for day in used.days} | {one.date for one in said}
            for day in sorted(days):
                earned = used.earned(lines, day) - sum(one.amount for one in said if one.date <= day)
                if earned != before:
                    place = f"{PLACE}{lines[0].id}"
                    events.append(e.Usage(date=day, place=place, obligation=key, amount=earned - before))
                before = earned


class Used:
    """Usage of some orders, and what they promise and bought of it.

    :param orders: of one contract (``sale.order``)
    :param until: the last day that is asked for (date)
    :ivar days: ends of periods and months by then (dates), and that day
    """

    def __init__(self, orders, until):
        self.charges = orders.order_line._revenue_metered_charges()
        self.terms = {charge: self._terms(charge) for charge in self.charges}
        self.days = {until} | {day for charge in self.charges for day in self._days(charge, until)}
        self.earnings = {charge: self._earning(charge, until) for charge in self.charges if charge.kind == "usage"}
        #: What usage comes to before its discount, which commitments and funds look at.
        self.undiscounted = {charge: self._without_discount(earning) for charge, earning in self.earnings.items()}

    def earned(self, lines, day):
        """Return what order lines have earned by the end of a day, without taxes, in units of their currency."""
        own = [charge for charge in self.charges if charge.line_id in lines]
        return sum(
            round_half_away(getattr(self, f"_by_{charge.kind}")(charge, day.toordinal()) * charge._untaxed_share())
            for charge in own
        )

    # === THE KINDS === #

    def _by_usage(self, charge, day):
        return sum(units for _part, units in self.earnings[charge].by(day))

    def _by_commitment(self, charge, day):
        """Return what was promised and is not used, see :func:`~.subscription_billing.engine.earning.short_of`."""
        terms, looked_at = self.terms[charge][0], self._usage_of(charge.order_id)
        found = 0
        for part in self._parts(charge, day):
            reached = sum(
                units
                for usage in looked_at
                for one, units in self.undiscounted[usage].by(day)
                if part.start <= one.start < part.to
            )
            coming = self._coming(looked_at, day, part.start, part.to)
            found += short_of(terms, part, reached, coming, day, charge._scale())
        return found

    def _by_prepaid(self, charge, day):
        """Return what funds earn beside what they paid, see :func:`~.subscription_billing.engine.earning.of_funds`."""
        looked_at, found, own = self._usage_of(charge.order_id), [], []
        for one in self.charges:
            if one.kind == "prepaid" and one.order_id == charge.order_id:
                terms = replace(self.terms[one][0], of=tuple(usage.id for usage in looked_at))
                granted = grants(terms, self._parts(one, day), one._scale())
                found += granted
                if one == charge:
                    price = round_half_away(terms.price * one._scale())
                    own = [Bought(grant, grant.left, price) for grant in granted]
        draw(found, [one for usage in looked_at for one in self._payable(usage, day)])
        return of_funds([(one, self._coming_of_funds(looked_at, one, day)) for one in own], day)

    def _payable(self, usage, day):
        """Yield what funds may pay of a charge by a day (ordinal), see ``payable`` of ``engine.covering``."""
        for (part, units), (_part, whole) in zip(
            self.earnings[usage].by(day), self.undiscounted[usage].by(day), strict=True
        ):
            if units > 0 and whole > 0:
                yield Payable(part.to - 1, usage.id, part.number, whole, Fraction(units, whole))

    def _coming_of_funds(self, looked_at, bought, day):
        """Return what funds are still expected to pay, None where nobody said or they never expire."""
        expires = bought.grant.expiry
        if expires >= date.max.toordinal():
            return None
        begun = [part.start for usage in looked_at for part, _units in self.earnings[usage].by(day)[-1:]]
        return self._coming(looked_at, day, min([day + 1, *begun]), expires, whole=True)

    def _coming(self, looked_at, day, start, to, whole=False):
        """Return what is expected of usage after a day, None where nobody said of all of it."""
        expected = [(usage, exact(usage.line_id.subscription_expected)) for usage in looked_at]
        if not expected or not all(quantity for _usage, quantity in expected):
            return None
        return sum(self.undiscounted[usage].coming(day, quantity, start, to, whole) for usage, quantity in expected)

    def _usage_of(self, order):
        return [charge for charge in self.charges if charge.kind == "usage" and charge.order_id == order]

    @staticmethod
    def _without_discount(earning):
        """Return what a charge comes to without its discount (``engine.earning.Earning``)."""
        terms = earning.charge
        if not any(percent for _day, percent in terms.discounts):
            return earning
        return Earning(replace(terms, discounts=()), earning.known, earning.until, earning.zone, earning.scale)

    # === READING === #

    def _terms(self, charge):
        """Return the terms of a charge and what is known of it; one of a cancelled order has ended with that day."""
        terms, known = charge._terms()
        if charge.state != "running":
            cancelled = charge.cancelled_on or charge.first_day
            terms = replace(terms, end=max(terms.first, min(terms.end, cancelled.toordinal() + 1)))
        return terms, known

    def _parts(self, charge, day):
        """Return the parts of a charge that have begun by a day (ordinal)."""
        terms, known = self.terms[charge]
        found = []
        for part in parts(terms, end_of(terms, known)):
            if part.start > day:
                break
            found.append(part)
        return found

    def _days(self, charge, until):
        """Return the ends of the periods and months of a charge by a day (date), and of its funds."""
        terms, _known = self.terms[charge]
        begun = self._parts(charge, until.toordinal())
        yield from month_ends(date.fromordinal(terms.first), until)
        ends = [part.to for part in begun]
        if charge.kind == "prepaid":
            ends += [grant.expiry for grant in grants(terms, begun, 1)]
        yield from (date.fromordinal(end) - DAY for end in ends if end <= until.toordinal())

    def _earning(self, charge, until):
        """Return what usage of a charge comes to (``engine.earning.Earning``): rows are told apart by the days."""
        (terms, known), zone = self.terms[charge], charge._zone()
        if not (by_row(terms) or by_day(terms)):
            cuts = [day.toordinal() + 1 for day in self.days]
            whole = replace(terms, aggregation=charge.price_book_id.meter_id.aggregation)
            known = replace(known, rows=charge.metering_point_id._rows_for(whole, known, zone, cuts))
        return Earning(terms, known, until.toordinal(), zone, charge._scale())
