"""What both parties of a subscription are bound to, as changes of the obligations that it is."""

from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from odoo.addons.revenue_recognition.engine import events as e
from odoo.addons.revenue_recognition.loading import Source
from odoo.tools import SQL

DAY = timedelta(days=1)
#: How places of the changes begin that follow from subscriptions.
PLACE = "subscription "


class Standing(NamedTuple):
    """What charges come to, as it stands on a day: the first day they are not enforceable any more, units, service."""

    to: int
    units: int
    amount: Fraction


class Subscriptions(Source):
    """Reads charges: each further period or term, and each version, changes the obligations of its order line alone.

    What changes is the difference to what the contract knows already, so that contracts made before are put right too.
    """

    def read_into(self, loaded):
        """See :class:`Source`."""
        lines = self._lines(loaded)
        records = self.loader.env["sale.order.line"].sudo().browse(lines)
        said = self._said_by_order(loaded) if lines else {}
        bundles = {}
        for line in records:
            contract_id, obligations = lines[line.id]
            bundles.setdefault((contract_id, obligations), []).append(line)
        for (contract_id, obligations), own in bundles.items():
            contract = loaded[contract_id]
            promises = [contract.promises[one] for one in contract.promises if one in obligations]
            if contract.state != "cancelled" and all(promise.shares_price() for promise in promises):
                _Bundle(self.loader, contract, promises, own, said).add_changes()

    def _lines(self, loaded):
        """Return the contract and the obligations of each order line that is charged, by its id."""
        query = SQL(
            """
            SELECT r.sale_line_id, MIN(o.contract_id), ARRAY_AGG(o.id ORDER BY o.id)
              FROM revenue_obligation o
              JOIN revenue_obligation_sale_line_rel r ON r.obligation_id = o.id
             WHERE o.contract_id = ANY(%s) AND o.id = ANY(%s)
               AND EXISTS (SELECT 1 FROM subscription_charge c WHERE c.line_id = r.sale_line_id)
             GROUP BY 1 HAVING COUNT(DISTINCT o.contract_id) = 1
             ORDER BY 1
            """,
            list(loaded),
            [promise for contract in loaded.values() for promise in contract.promises],
        )
        return {line: (contract, tuple(found)) for line, contract, found in self.loader.rows(query)}

    def _said_by_order(self, loaded):
        """Return prices that an order gave to obligations anew, before they followed their subscription.

        :return: by the id of the obligation, its days and prices (texts), in their order
        """
        query = SQL(
            """
            SELECT n.obligation_id, m.date, n.terms->>'price'
              FROM revenue_modification_line n
              JOIN revenue_modification m ON m.id = n.modification_id
             WHERE m.contract_id = ANY(%s) AND m.of_order AND n.action = 'change' AND n.terms->>'price' IS NOT NULL
               AND %s
             ORDER BY m.date, m.id
            """,
            list(loaded),
            self.loader.applied(),
        )
        found = {}
        for obligation, day, price in self.loader.rows(query):
            found.setdefault(obligation, []).append((day, Fraction(price)))
        return found


class _Bundle:
    """Order lines that are promised together, and what they promise."""

    def __init__(self, loader, contract, promises, lines, said):
        self.loader = loader
        self.contract = contract
        self.promises = promises
        self.lines = lines
        self.place = f"{PLACE}{lines[0].id}"
        self.said = {promise.id: said.get(promise.id, ()) for promise in promises}
        self.kept = self._written_down()
        self.until = loader.at or loader.company._revenue_today()
        self.charges = [charge for line in lines for charge in line._revenue_charges()]
        self.bounds = [(charge, charge._bound(self.until)) for charge in self.charges]

    def add_changes(self):
        """Add the changes to the events of the contract."""
        first, stop, removed = self._days_of_contract()
        begins, found, changed = self._standing(None), [], 0
        before = self._terms_at_first()
        days = {max(first, day) for day in self._days()}
        for day in sorted(day for day in days if day <= self.until and (stop is None or day < stop)):
            now = self._standing(day)
            delta = now.units - self._agreed(day) - changed
            change = self._change(day, now, begins)
            terms = [(one.end, one.ssp) for one in change]
            if delta or (terms != before and day not in self.kept):
                found.append(self._event(day, delta, change))
            before, changed = terms, changed + delta
        self._put(found)
        if removed and changed:
            # What is removed has the price that the order gave it.
            self.contract.events.insert(
                0, self._event(stop, -changed, self._change(stop, self._standing(stop), begins))
            )

    def _written_down(self):
        """Return what was written down of changes when this addon was removed, by day, in units."""
        keys, found = {promise.key for promise in self.promises}, {}
        for event in self.contract.events:
            if isinstance(event, e.Modify) and event.alone and event.named <= keys:
                found[event.date] = found.get(event.date, 0) + event.fixed_delta
        return found

    # === DAYS === #

    def _days_of_contract(self):
        """Return from which day on the obligations may change, the day from which none does, and whether they are gone.

        From a termination on, from where a modification takes them out of the contract, or once their order was
        cancelled.
        """
        keys, first, ends = {promise.key for promise in self.promises}, self.contract.date, []
        removed = None
        for event in self.contract.events:
            if isinstance(event, e.Terminate):
                ends.append(event.date)
            elif isinstance(event, e.Modify):
                if any(added.key in keys for added in event.add):
                    first = max(first, event.date)
                if keys & set(event.remove):
                    removed = event.date
                    ends.append(event.date)
        ends += self._cancelled()
        return first, min(ends, default=None), removed is not None and removed == min(ends)

    def _cancelled(self):
        """Return the day from which an order that was cancelled binds nobody any more, as a list."""
        if not self.charges or any(charge.state == "running" for charge in self.charges):
            return []
        return [
            max([self.contract.date, *(charge.cancelled_on for charge in self.charges if charge.cancelled_on)]) + DAY
        ]

    def _days(self):
        """Return the days on which what is agreed changes."""
        days = {date.fromordinal(one.since) for _charge, bounds in self.bounds for one in bounds}
        return days | {day for said in self.said.values() for day, _price in said} | set(self.kept)

    # === AMOUNTS === #

    def _standing(self, day):
        """Return what the charges come to as it stands on a day; None for what was agreed at first.

        What goes on as another charge is agreed once that begins.
        """
        to, units, amount = 0, 0, Fraction(0)
        for charge, bounds in self.bounds:
            goes_on = charge in self._going_on()
            if day is None:
                holds = None if goes_on else bounds[0]
            else:
                known = [one for one in bounds if one.since <= day.toordinal()]
                holds = known[-1] if known else None if goes_on else bounds[0]
            if holds:
                to, units, amount = max(to, holds.to), units + holds.units, amount + holds.amount
        return Standing(to, units, amount)

    def _going_on(self):
        """Return the charges that go on from another one of these lines."""
        first = {}
        for charge in self.charges:
            first.setdefault(charge.line_id, charge)
        return [charge for charge in self.charges if charge != first[charge.line_id]]

    def _agreed(self, day):
        """Return what contract and order say of the obligations on a day, in units."""
        scale, total = 10**self.contract.decimals, 0
        for promise in self.promises:
            prices = [price for since, price in self.said[promise.id] if since <= day]
            total += round(prices[-1] * scale) if prices else promise.price
        return total + sum(delta for since, delta in self.kept.items() if since <= day)

    # === EVENTS === #

    def _event(self, day, delta, change):
        return e.Modify(
            date=day, place=self.place, treatment=e.Treatment.AUTO, fixed_delta=delta, change=change, alone=True
        )

    def _change(self, day, now, begins):
        """Return the new terms of each obligation."""
        last = max(date.fromordinal(now.to) - DAY, day - DAY)
        return tuple(
            e.Change(
                obligation=promise.key,
                end=max(last, promise.span()[0]) if promise.measure == "straight_line" and promise.span() else None,
                ssp=self._selling_price(promise, now, begins),
                place=self.place,
            )
            for promise in self.promises
        )

    def _terms_at_first(self):
        """Return end and selling price of each obligation as the contract has them, as a change says them."""
        spans = [promise.span() if promise.measure == "straight_line" else None for promise in self.promises]
        priced = [promise.ssp if promise.ssp_kind == "amount" and promise.ssp else None for promise in self.promises]
        return [(span[1] if span else None, ssp) for span, ssp in zip(spans, priced, strict=True)]

    def _selling_price(self, promise, now, begins):
        """Return what all of it sells for alone: as at first, in proportion to the service that it is."""
        if promise.ssp_kind != "amount" or not promise.ssp or not begins.amount:
            return None
        return Fraction(promise.ssp) * now.amount / begins.amount

    def _put(self, found):
        """Add events behind the changes that records keep: within a day, these come first."""
        events = self.contract.events
        place = next(
            (place for place, event in enumerate(events) if not isinstance(event, e.Modify | e.Terminate)), len(events)
        )
        events[place:place] = found
