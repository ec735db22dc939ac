from datetime import date, timedelta
from functools import partial

from odoo import fields, models
from odoo.addons.record_protection.reading import values
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine.bill import bills
from ..engine.cadence import FOREVER
from .subscription_charge_change import SAID
from .subscription_plan import TERMS

#: Reads an id.
READ_ID = partial(values.whole, most=2**31 - 1, least=1)


class SubscriptionCharge(models.Model):
    """A charge that goes on in another way: with another plan, for another customer, or after an end.

    It ends, and another one begins that names it (``previous_id``). Each bills its own days.
    """

    _inherit = "subscription.charge"

    charged_before_until = fields.Date(
        readonly=True,
        help="The last day of the period that the charge before it bills in full, by its rule of proration: it is not "
        "billed again.",
    )

    def change_plan(
        self, plan_id: int, day: str, price_unit: float | None = None, quantity: float | None = None, note: str = ""
    ) -> dict:
        """Go on with another plan from a day on: of the past, today, or to come.

        Periods of the same length go on as they are; others begin on that day, or as the plan says. What is billed of
        later days by the old plan is given back as the new one is billed. Reductions, pauses and quantities that were
        agreed for later go on, prices as well where none is given; free time and steps of the new plan are for its
        beginnings only.

        :param int plan_id: of the plan (``subscription.plan``)
        :param str day: as of :meth:`change`
        :param float price_unit: of one unit and period of the new plan, as it was when left out
        :param float quantity: as it was when left out
        :param str note: why
        :return: ``{"id", "next_due"}``: the id of the new charge, and the ISO date on which something of it is to be
            billed next; False for never
        :raises AccessError: for who neither manages sales nor invoices
        :raises UserError: when there is no such plan, the day does not lie in the time of this charge, or, for who does
            not manage sales, is before notice and minimum term allow an end
        """
        self._check_change()
        plan, day = self._read_plan(plan_id), self._read_change_day(day)
        # The plan that follows may let go earlier.
        self._check_may_end(day - timedelta(days=1))
        said = {"price_unit": price_unit, "quantity": quantity}
        said = {name: self._read_number(name, value) for name, value in said.items() if value is not None}
        charge = self.sudo()._change_plan(plan, day, said, self._read_note(note))
        return {"id": charge.id, **charge._say_next_due()}

    def restart(self, day: str, note: str = "") -> dict:
        """Go on after an end: a customer comes back, or stays after all.

        From the day after the end or earlier, it goes on to the end that was agreed before that one, or without. From a
        later day, another charge begins with the same plan, price and quantity; the days between are not charged.

        :param str day: ISO date, or ``now``: the first day that is charged again
        :param str note: why
        :return: as of :meth:`change_plan`, of the charge that goes on
        :raises AccessError: for who neither manages sales nor invoices
        :raises UserError: when it has no end, or goes on in another way
        """
        self._check_change()
        day = self._now() if day == "now" else read_argument(self.env, "day", values.day, day)
        charge = self.sudo()._restart(day, self._read_note(note))
        return {"id": charge.id, **charge._say_next_due()}

    def _change_plan(self, plan, day, said, note):
        """Go on with another plan from a day (date) on.

        :param dict said: price and quantity, where they are others
        :return: the new charge
        """
        self._check_runs()
        self._check_is_last()
        agreed = {**self._agreed_on("price", day), **self._agreed_on("quantity", day), **said}
        line = self.line_id
        last = self._end_with_plan(line, plan, day)
        self._record("end", self._today(), note, last_day=day - timedelta(days=1))
        kinds = ("quantity",) if "price_unit" in said else ("quantity", "price")
        charge = self.create([self._values_carried(line, plan, day, dict(agreed, last_day=last, note=note), kinds)])
        (self | charge)._tell_changed()
        return charge

    def _restart(self, day, note):
        """Go on after an end from a day (date) on.

        :return: the charge that goes on: this one, or another
        """
        self._check_runs()
        self._check_is_last()
        if not self.last_day:
            raise UserError(self.env._("%s has no end.", self.display_name))
        if self._may_undo_end(day):
            end = self._end_before(day)
            self._check_end_free(end)
            self._record("end", self._today(), note, last_day=end)
            self._tell_changed()
            return self
        if day <= self.last_day:
            raise UserError(
                self.env._("day: %(name)s is charged until %(last)s.", name=self.display_name, last=self.last_day)
            )
        line, plan = self.line_id, self.plan_id
        agreed = {**self._agreed_on("price", self.last_day), **self._agreed_on("quantity", self.last_day)}
        last = line._subscription_end_of_term(plan, day.toordinal())
        charge = self.create([self._values_going_on(line, plan, day, dict(agreed, last_day=last, note=note))])
        charge._tell_changed()
        return charge

    def _end_before(self, day):
        """Return the end (date) agreed last, before the one that holds, that lets a day be charged; False for no end.

        :return: None where no such end was agreed
        """
        ends = self.version_ids.sorted("id").filtered(lambda row: row.kind in ("agreed", "end"))
        fitting = ends[:-1].filtered(lambda row: not row.last_day or row.last_day >= day)
        return fitting[-1:].last_day if fitting else None

    def _may_undo_end(self, day):
        """Return whether this charge goes on from a day (date) to an end that was agreed before the one that holds."""
        return day <= self.last_day + timedelta(days=1) and self._end_before(day) is not None

    def _end_with_plan(self, line, plan, day):
        """Return the end (date) of this charge when it goes on with a plan from a day on; False for none.

        It is the earlier one of the plan's own and the one that somebody agreed, not the one of the plan before.
        """
        by_rule = self.renewal == "end" and self.last_day == self.term_last_day
        agreed = False if by_rule else self.last_day
        ends = [end for end in (line._subscription_end_of_term(plan, day.toordinal()), agreed) if end]
        return min(ends, default=False)

    def _values_going_on(self, line, plan, first, agreed):
        """Return the values of the charge as which this one goes on.

        :param line: its order line (``sale.order.line``)
        :param plan: its plan (``subscription.plan``)
        :param first: date, its first day
        :param dict agreed: what is agreed from that day on, by name
        """
        # What was agreed by the same plan stays, whatever that says today.
        terms = {name: (self if plan == self.plan_id else plan)[name] for name in TERMS}
        same = (plan.interval_count, plan.interval_unit) == (self.interval_count, self.interval_unit)
        goes_on = plan == self.plan_id or same and plan.alignment == "start"
        charged = self._charged_in_full_until(first)
        begins = charged + timedelta(days=1) if charged else first
        cadence = self._cadence() if goes_on else line._subscription_cadence(plan, begins.toordinal())
        return dict(
            terms,
            line_id=line.id,
            plan_id=plan.id,
            previous_id=self._tail().id,
            tz=self.tz,
            begins_on=first,
            first_day=first,
            billed_until=self._billed_elsewhere_from(first),
            charged_before_until=charged,
            anchor=date.fromordinal(cadence.anchor),
            day_of_month=cadence.day_of_month,
            version_ids=[Command.create({"kind": "agreed", "day": first, **agreed})],
        )

    def _charged_in_full_until(self, first):
        """Return the last day (date) of the period that this charge bills in full, whatever days of it it has.

        So it is by its rule of proration. Who goes on from it begins after that day.

        :param first: date, the first day of the charge as which this one goes on
        :return: False where that day begins a period, or nothing of the period before is billed
        """
        if self.charged_before_until and self.charged_before_until >= first:
            return self.charged_before_until
        if self.proration != "none" or self.kind != "recurring":
            return False
        terms, known = self._terms()
        day, calendar = first.toordinal(), terms.calendar
        number = calendar.holding(day)
        part = calendar.part(number, terms.first, min(terms.end, day)) if calendar.start(number) < day else None
        if not part or not bills(terms, known, [part], self._zone(), self._scale())[0].segments:
            return False
        return date.fromordinal(calendar.start(number + 1) - 1)

    def _values_carried(self, line, plan, first, agreed, kinds):
        """Return the values of the charge as which this one goes on, with what was agreed for its days already.

        Reductions and pauses go on, and so do changes that were to come.

        :param kinds: of the versions that were to come, ``price`` and ``quantity``
        """
        reduction = self._holding("reduction", first).reduction
        values = self._values_going_on(line, plan, first, dict(agreed, reduction=reduction))
        values["version_ids"] += [Command.create(said) for said in self._versions_after(first, (*kinds, "reduction"))]
        return values

    def _versions_after(self, day, kinds):
        """Return what was agreed of this charge for the days after a day (date): values of versions."""
        names = {"price": SAID["price"], "quantity": SAID["quantity"], "reduction": ("reduction",)}
        rows = self.version_ids.sorted("id").filtered(lambda row: row.kind in kinds and row.day > day)
        found = [{"kind": row.kind, "day": row.day, **{name: row[name] for name in names[row.kind]}} for row in rows]
        for start, to in self._paused_stretches():
            if to > day.toordinal():
                last = date.fromordinal(to - 1) if to < FOREVER else False
                first = date.fromordinal(max(start, day.toordinal()))
                found.append({"kind": "pause", "day": first, "last_day": last})
        return found

    def _chain_on_line(self):
        """Return the charges as which these went on and from which they did, on their order lines."""
        own, chain = self.line_id.subscription_charge_ids, self
        while more := ((chain.previous_id | chain.next_ids) & own) - chain:
            chain |= more
        return chain

    def _following(self):
        """Return the charge as which this one goes on and of which days are charged, on whatever order."""
        charge = self.next_ids.filtered(lambda row: row.state == "running")
        while charge and charge.last_day and charge.last_day < charge.first_day:
            charge = charge.next_ids.filtered(lambda row: row.state == "running")
        return charge

    def _tail(self):
        """Return this charge, or the last of those that followed it and charge nothing."""
        charge = self
        while following := charge.next_ids.filtered(lambda row: row.state == "running"):
            charge = following
        return charge

    def _check_end_free(self, end):
        """Refuse an end by which days are charged that another charge of the chain charges.

        :param end: date, the last day; False for none
        :raises UserError: naming that charge
        """
        following, before = self._following(), self._preceding()
        if following and (not end or end >= following.first_day):
            self._check_is_last()
        charges = not end or end >= self.first_day
        if charges and before and (not before.last_day or before.last_day >= self.first_day):
            raise UserError(
                self.env._(
                    "%(name)s is charged by %(other)s already on these days. End that one first.",
                    name=self.display_name,
                    other=before.plan_id.name,
                )
            )

    def _preceding(self):
        """Return the charge from which this one goes on and of which days are charged, on whatever order."""
        charge = self.previous_id
        while charge and charge.last_day and charge.last_day < charge.first_day:
            charge = charge.previous_id
        return charge.filtered(lambda row: row.state == "running")

    def _check_billed_alike(self):
        """Refuse that charges with invoices go on for another customer, who would get back what others paid.

        :raises UserError: naming the order, what was invoiced and the remedy
        """
        if not self._would_credit_another():
            return
        order = self.order_id
        raise UserError(
            self.env._(
                "Subscriptions of %(order)s are invoiced to %(before)s already, and the order is for %(customer)s. "
                "Put %(before)s back and confirm it; “Transfer to another customer” in the subscription has "
                "%(customer)s go on with it.",
                order=order.name,
                before=", ".join(self._billed_customers().mapped("display_name")),
                customer=order.partner_invoice_id.display_name,
            )
        )

    def _would_credit_another(self):
        """Return whether the customer of the order of these charges would get back what others paid."""
        billed = self._billed_customers()
        return bool(billed) and self.order_id.partner_invoice_id.commercial_partner_id not in billed

    def _billed_customers(self):
        """Return to whom something of these charges is invoiced, less what was credited (``res.partner``)."""
        found = {}
        for line in self.invoice_line_ids.filtered(lambda line: line.parent_state != "cancel"):
            customer = line.move_id.partner_id.commercial_partner_id
            part = customer, line.subscription_charge_id, line.subscription_period
            found[part] = found.get(part, 0.0) + line._subscription_amount()
        standing = [part for part, amount in found.items() if not part[1].currency_id.is_zero(amount)]
        return self.env["res.partner"].union(*(customer for customer, _charge, _period in standing))

    def _check_handed_back(self):
        """Refuse that these charges go on whose customer before them is charged again.

        :raises UserError: naming that charge
        """
        for charge in self.filtered(lambda row: row.previous_id.order_id != row.order_id):
            charge._check_end_free(charge.last_day)

    def _check_is_last(self):
        """Refuse where this charge goes on in another way.

        :raises UserError: naming the charge as which it does
        """
        following = self._following()
        if following:
            raise UserError(
                self.env._(
                    "%(name)s goes on from %(day)s in another way: %(other)s. Change that one.",
                    name=self.display_name,
                    day=following.first_day,
                    other=following.plan_id.name,
                )
            )

    def _read_plan(self, plan_id):
        """Return the plan that a caller names.

        :raises UserError: when there is none that the company of this charge may use
        """
        number = read_argument(self.env, "plan_id", READ_ID, plan_id)
        domain = [("id", "=", number), ("company_id", "in", (False, self.company_id.id))]
        plan = self.env["subscription.plan"].search(domain)
        if not plan:
            raise UserError(self.env._("plan_id: there is no subscription plan %s.", plan_id))
        return plan
