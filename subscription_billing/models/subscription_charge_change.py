from dataclasses import replace

from odoo import api, models
from odoo.addons.billing_base.engine.units import from_units
from odoo.addons.record_protection.reading import values
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import AccessError, UserError
from odoo.tools import float_compare

from ..engine.standing import open_parts
from .subscription_charge_terms import ANY_ZONE

#: Who may change what was agreed, by a day of the past, too.
CHANGE_GROUPS = ("sales_team.group_sale_manager", "account.group_account_invoice")


class SubscriptionCharge(models.Model):
    """What was agreed, and how it changes: on the order line, effective on the day, or from an earlier one."""

    _inherit = "subscription.charge"

    # === FOLLOWING THE ORDER LINE === #

    def _record(self, kind, day, note="", **values):
        """Record what is agreed from a day on.

        :param str kind: of the version
        :param day: date
        :param values: what it says
        """
        self.ensure_one()
        Version = self.env["subscription.charge.version"].sudo()
        return Version.create([{"charge_id": self.id, "kind": kind, "day": day, "note": note, **values}])

    def _follow_line(self):
        """Record what the order lines of these charges say otherwise than what was agreed, from today on."""
        for charge in self:
            line, today = charge.line_id, charge._today()
            if charge._differs("price_unit", line.price_unit) or charge._differs("discount", line.discount):
                charge._record("price", today, price_unit=line.price_unit, discount=line.discount)
            if charge._differs("quantity", line.product_uom_qty):
                charge._record("quantity", today, quantity=line.product_uom_qty)
            if charge.last_day != line.subscription_end:
                charge._record("end", today, last_day=line.subscription_end)
        self._wake_if_due()

    def _differs(self, name, value):
        return float_compare(self[name], value, precision_digits=9) != 0

    def _wake_if_due(self):
        """Have what is due of these charges billed right after this transaction."""
        if any(charge.next_due and charge.next_due <= charge.company_id._billing_today() for charge in self.sudo()):
            self.env["billing.run"].sudo()._wake()

    # === FROM A DAY ON === #

    def change(
        self,
        day: str,
        price_unit: float | None = None,
        quantity: float | None = None,
        discount: float | None = None,
        note: str = "",
    ) -> dict:
        """Change what was agreed of this charge from a day on, today or earlier.

        What is billed already of periods since then is corrected by the difference, with the next invoice. The order
        line says what holds today.

        :param str day: ISO date, the first day on which it holds, not before the start of the charge
        :param float price_unit: the price of one unit and period, as it was when left out
        :param float quantity: how much is charged in each period, as it was when left out
        :param float discount: in percent, as it was when left out
        :param str note: why
        :return: ``{"next_due"}``: the ISO date on which something is to be billed or given back next; False for never
        :raises AccessError: for who neither manages sales nor invoices
        :raises UserError: when the day is to come or before the start, a number is none, or nothing is to change
        """
        self.ensure_one()
        self._check_may_change()
        self.check_access("read")
        day = self._read_change_day(day)
        numbers = {"price_unit": price_unit, "quantity": quantity, "discount": discount}
        numbers = {name: self._read_number(name, value) for name, value in numbers.items() if value is not None}
        if not numbers:
            raise UserError(self.env._("Nothing to change: give a price, a quantity or a discount."))
        self.sudo()._change_from(day, numbers, read_argument(self.env, "note", values.text, note or ""))
        return {"next_due": str(self.sudo().next_due or "") or False}

    @api.model
    def _check_may_change(self):
        """Let users pass who may change what was agreed.

        :raises AccessError: for anybody else
        """
        if not (self.env.su or any(self.env.user.has_group(group) for group in CHANGE_GROUPS)):
            raise AccessError(
                self.env._("What was agreed is changed by sales managers and by who invoices. Ask one of them.")
            )

    def _read_change_day(self, day):
        day = read_argument(self.env, "day", values.day, day)
        if not self.first_day <= day <= self._today():
            raise UserError(
                self.env._(
                    "day: %(day)s does not lie between the start, %(first)s, and today, %(today)s.",
                    day=day,
                    first=self.first_day,
                    today=self._today(),
                )
            )
        return day

    @api.model
    def _read_number(self, name, value):
        number = read_argument(self.env, name, values.number, value)
        return float(number)

    def _change_from(self, day, numbers, note):
        """Record another price or quantity from a day on, and have the order line say what holds today.

        :param day: date
        :param dict numbers: by name: ``price_unit``, ``discount``, ``quantity``
        """
        if self.state != "running":
            raise UserError(self.env._("%s is cancelled: nothing of it changes.", self.order_id.name))
        price = {name: numbers[name] for name in ("price_unit", "discount") if name in numbers}
        if price:
            self._record("price", day, note, **{**self._price_on(day), **price})
        if "quantity" in numbers:
            self._record("quantity", day, note, quantity=numbers["quantity"])
        self._tell_line()
        self._wake_if_due()

    def _amount_after(self, day, numbers, last_day=False):
        """Return what is to be billed of this charge by today once it is changed, below zero what is given back.

        By the same functions as an invoice; nothing is written.

        :param day: date
        :param dict numbers: as of ``_change_from``
        :param last_day: date: the last day that is charged then, where it is another one
        """
        charge = self.sudo()
        terms, known = charge._terms()
        if last_day:
            terms = replace(terms, end=last_day.toordinal() + 1)
        changes = [version._change(len(known.changes)) for version in charge._as_versions(day, numbers)]
        known = replace(known, changes=(*known.changes, *changes))
        today = charge.company_id._billing_today().toordinal()
        stands = charge._stands().get(charge, {})
        opened = open_parts(terms, known, stands, today, ANY_ZONE, charge._scale())
        return from_units(sum(one.units for one in opened), charge.currency_id.rounding)

    def _as_versions(self, day, numbers):
        """Return versions in memory that say other numbers from a day on."""
        new, price = self.env["subscription.charge.version"].new, numbers.keys() & {"price_unit", "discount"}
        found = []
        if price:
            said = {**self._price_on(day), **{name: numbers[name] for name in price}}
            found.append(new({"kind": "price", "day": day, **said}))
        if "quantity" in numbers:
            found.append(new({"kind": "quantity", "day": day, "quantity": numbers["quantity"]}))
        return found

    def _price_on(self, day):
        """Return price and discount as they hold on a day, without uplift."""
        versions = self.version_ids.filtered(lambda row: row.kind in ("agreed", "price") and row.day <= day)
        version = versions.sorted(lambda row: (row.day, row.id))[-1:]
        return {"price_unit": version.price_unit, "discount": version.discount}

    def _tell_line(self):
        """Have the order line say what was agreed last."""
        line = self.line_id
        said = {"price_unit": self.price_unit, "discount": self.discount, "product_uom_qty": self.quantity}
        changed = {name: value for name, value in said.items() if float_compare(line[name], value, precision_digits=9)}
        if changed:
            line.write(changed)
