from ast import literal_eval
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import from_units
from odoo.addons.record_protection.reading import values
from odoo.exceptions import UserError
from odoo.tools import float_compare, format_date
from odoo.tools.misc import get_lang

from ..engine.written import read_number

#: The largest quantity that anybody enters in the portal, where the plan says no other.
LARGEST = 1_000_000


class SubscriptionCharge(models.Model):
    """Subscriptions as their customer sees and, where the plan allows, changes them in the portal.

    The controller finds a charge by :meth:`_of_customer` first; all here is asked with all rights.
    """

    _inherit = "subscription.charge"

    @api.model
    def _of_customer(self, partner):
        """Return the domain of the subscriptions of a customer (``res.partner``): of his firm's confirmed orders."""
        own = ("partner_id", "child_of", partner.commercial_partner_id.ids)
        return [own, ("order_id.state", "=", "sale"), ("state", "=", "running")]

    def _portal_summary(self):
        """Return what the list of the portal says of this charge."""
        self.ensure_one()
        return {
            "id": self.id,
            "name": (self.name or "").splitlines()[0] if self.name else self.display_name,
            "order": self.order_id,
            "stage": self.stage,
            "stage_label": dict(self._fields["stage"]._description_selection(self.env))[self.stage],
            "price": self._portal_price(),
            "since": self.begins_on or self.first_day,
            "until": self.last_day,
            "next": (self._portal_coming(1) or [None])[0],
            "currency": self.currency_id,
        }

    def _portal_price(self):
        """Return quantity, price and period in words."""
        price = self._tell_money(self.price_unit, self.env)
        if self.discount:
            said = {"price": price, "discount": self._tell_number(self.discount, self.env)}
            price = self.env._("%(price)s less %(discount)s %%", **said)
        said = {
            "quantity": self._tell_number(self.quantity, self.env),
            "price": price,
            "period": self._tell_length(self.interval_count, self.interval_unit),
        }
        return self.env._("%(quantity)s × %(price)s every %(period)s", **said)

    def _portal_coming(self, count):
        """Return the next invoices of this charge, those of one day together: ``{"day", "amount"}``, without taxes."""
        today, found = self.company_id._billing_today(), {}
        for one in self._coming(self._stands().get(self, {}), count + 6):
            day = max(today, date.fromordinal(one.since))
            found[day] = found.get(day, 0) + one.units
        unit = self.currency_id.rounding
        return [{"day": day, "amount": from_units(units, unit)} for day, units in sorted(found.items())][:count]

    def _portal_invoices(self, partner):
        """Return the posted invoices and credit notes of this charge that a customer may see, the latest first."""
        moves = self.invoice_line_ids.move_id.filtered(
            lambda move: move.state == "posted" and move.commercial_partner_id == partner.commercial_partner_id
        )
        return moves.sorted(lambda move: (move.invoice_date or date.min, move.id), reverse=True)

    # === CHANGING === #

    def _portal_may_change(self):
        """Return whether the customer may change the quantity now."""
        return self.plan_id.portal_quantity and self.stage in ("upcoming", "free", "running", "ending")

    def _portal_may_cancel(self):
        """Return whether the customer may cancel now."""
        return self.plan_id.portal_cancel and self.stage in ("upcoming", "free", "running", "paused")

    def _portal_read_quantity(self, text):
        """Return the quantity (float) that a customer entered, with the decimal point and thousands of his language.

        :raises UserError: in his words, where it is none that he may choose
        """
        plan = self.plan_id
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        most = plan.portal_most or LARGEST
        least, largest = (self._tell_number(number, self.env) for number in (plan.portal_least, most))
        lang = get_lang(self.env)
        sizes = tuple(size for size in literal_eval(lang.grouping) if size > 0)
        quantity = read_number(str(text), lang.decimal_point, lang.thousands_sep or "", sizes)
        if quantity is None:
            said = {"least": least, "most": largest, "text": values.quoted(text)}
            said |= {"plain": self._tell_number(1234.5, self.env, grouping=False)}
            said |= {"grouped": self._tell_number(1234.5, self.env)}
            raise UserError(
                self.env._(
                    "Enter a quantity from %(least)s to %(most)s, written like %(plain)s or %(grouped)s: "
                    "%(text)s is not read as a number.",
                    **said,
                )
            )
        quantity = round(float(quantity), digits)
        if not plan.portal_least <= quantity <= most:
            raise UserError(self.env._("Enter a quantity from %(least)s to %(most)s.", least=least, most=largest))
        return quantity

    def _portal_write_quantity(self, quantity):
        """Return a quantity as the customer would enter it: as ``_portal_read_quantity`` reads it."""
        return self._tell_number(quantity, self.env, grouping=False)

    def _portal_preview(self, quantity):
        """Return what the next invoices are, and what they become with another quantity from today on."""
        supposed = self._supposed_numbers(self._today(), {"quantity": quantity}, replaces_later=True)
        rows = self._outlook(supposed)[:2]
        return [{"day": day, "before": before, "after": after} for day, before, after in rows]

    def _portal_later(self):
        """Return the quantities that are agreed for later days, in words: what another one entered today replaces."""
        today = self._today()
        rows = self.version_ids.filtered(lambda row: row.kind == "quantity" and row.day > today)
        return "; ".join(f"{format_date(self.env, row.day)}: {row._tell()}" for row in rows.sorted("day"))

    def _portal_change_quantity(self, quantity, partner):
        """Change the quantity from today on, in the name of a customer; the same one again changes nothing.

        What was agreed for later days holds no more: the page says what it replaces.

        :param float quantity: as of ``_portal_read_quantity``
        :param partner: who asks for it (``res.partner``)
        :raises UserError: where the plan does not allow it
        """
        self.ensure_one()
        if not self._portal_may_change():
            raise UserError(self.env._("The quantity of this subscription is not changed here. Ask us."))
        before = self.quantity
        if not float_compare(before, quantity, precision_digits=9):
            return
        note = self.env._("By %s in the portal", partner.name)
        self.change(str(self._today()), quantity=quantity, note=note, replaces_later=True)
        told = {"name": self.display_name, "before": self._tell_number(before, self.env)}
        told["after"] = self._tell_number(quantity, self.env)
        self._portal_tell(self.env._("%(name)s: %(before)s → %(after)s, changed in the portal.", **told), partner)

    def _portal_last_day(self):
        """Return the last day (date) that is charged when the customer cancels today: at least the running period."""
        earliest = self._earliest_end()
        if self._day(fields.Datetime.now()) < self.first_day and earliest <= self.first_day:
            return self.first_day - timedelta(days=1)
        return earliest if self.term_number else self._end_of_period(earliest)

    def _portal_end(self, partner):
        """Cancel in the name of a customer, to the earliest day that he may; a second time changes nothing.

        :raises UserError: where the plan does not allow it
        """
        self.ensure_one()
        if self.last_day:
            return
        if not self._portal_may_cancel():
            raise UserError(self.env._("This subscription is not cancelled here. Ask us."))
        last = self._portal_last_day()
        self.cancel(str(last), self.env._("By %s in the portal", partner.name))
        told = {"name": self.display_name, "day": format_date(self.env, last)}
        self._portal_tell(self.env._("%(name)s: cancelled in the portal, to the end of %(day)s.", **told), partner)

    def _portal_tell(self, body, partner):
        """Say on the order what its customer did, in his name."""
        self.order_id.message_post(
            body=body, author_id=partner.id, message_type="comment", subtype_xmlid="mail.mt_note"
        )
