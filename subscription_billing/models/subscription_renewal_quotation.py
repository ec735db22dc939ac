from dataclasses import replace
from fractions import Fraction

from psycopg2.errors import UniqueViolation

from odoo import models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Command, Domain
from odoo.tools import float_compare, format_date

from ..engine.events import Renewal
from ..engine.prices import prices
from .subscription_charge_terms import exact


class SubscriptionCharge(models.Model):
    """A renewal that the customer accepts: a quotation, each line of which renews a charge for its next term.

    The line bills nothing itself and starts no charge: once confirmed, the term is recorded with the price and the
    quantity of the line, and the charge goes on on its own order. Until then it is charged to the end of its term only.
    Accepted late, it is renewed from the first day of that term, and caught up.
    """

    _inherit = "subscription.charge"

    # === THE QUOTATION === #

    def action_quote_renewal(self):
        """Make the quotation that renews this charge now, or open the one that there is.

        :return: a window action
        :raises AccessError: for who neither manages sales nor invoices
        :raises UserError: when it is not renewed by quotation, or not to be renewed now
        """
        self._check_change()
        charge = self.sudo()
        if charge.renewal != "quotation":
            raise UserError(self.env._("%s is not renewed by a quotation.", charge.display_name))
        order = charge._open_renewal_lines().order_id[:1]
        if not order:
            charge._check_may_renew(charge.term_number + 1)
            charge._note_quotation_by_hand()
            order = charge._make_renewal_quotation()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": order.id,
            "views": [(False, "form")],
        }

    def _note_quotation_by_hand(self):
        """Note that the term of this charge has its quotation, unless it is noted: the clock makes none beside it.

        :raises ConcurrencyError: where another transaction makes one now: Odoo tries again, and finds it
        """
        if "quotation" in self._last_term().step_ids.mapped("kind"):
            return
        try:
            with self.env.cr.savepoint():
                self._note_step("quotation")
        except UniqueViolation as error:
            raise ConcurrencyError(str(error)) from error

    def _quote_renewal(self):
        """Make the quotation that renews these charges of one order, and send it where the plan says so.

        Those that somebody quoted before are left to him.
        """
        self._note_step("quotation")
        quoted = self._open_renewal_lines().subscription_term_id
        rest = self.filtered(lambda charge: charge._last_term() not in quoted)
        if rest:
            rest._quote_renewal_of_all()

    def _quote_renewal_of_all(self):
        """Make the quotation that renews all of these charges of one order, and send it where the plan says so."""
        order = self._make_renewal_quotation()
        sent = any(charge.plan_id.quotation_send for charge in self)
        if sent:
            template = order._find_mail_template()
            order.action_quotation_sent()
            order._send_order_notification_mail(template)
        said = {"quotation": order.name}

        def tell(env):
            days = {"day": format_date(env, self[:1].term_last_day), "customer": order.partner_id.display_name}
            if sent:
                return env._("%(quotation)s was sent to %(customer)s: renewal after %(day)s", **said, **days)
            return env._("Send %(quotation)s to %(customer)s: renewal after %(day)s", **said, **days)

        self._ask_salesperson(tell, self[:1].term_last_day)

    def _tell_quotation_failed(self, error):
        """Tell the salesperson once that the quotation could not be made; it is tried again.

        :param error: why
        """

        def note(charges):
            charges._note_step("failure")
            reason = str(error)
            charges._ask_salesperson(
                lambda env: env._("The renewal quotation of %(order)s failed: %(reason)s", reason=reason, **named),
                charges.company_id._billing_today(),
            )

        named = {"order": self.order_id.name}
        untold = self.filtered(lambda charge: "failure" not in charge._last_term().step_ids.mapped("kind"))
        if untold:
            untold._safely(note)

    def _make_renewal_quotation(self):
        """Return the quotation (``sale.order``) that renews these charges of one order for their next terms."""
        order = self.order_id.with_company(self.company_id).with_context(lang=self.order_id.partner_id.lang)
        order = order._without_defaults()
        lines = [
            charge._renewal_line_values(order.env) for charge in self.sorted(lambda one: (one.line_id.sequence, one.id))
        ]
        first = self.sorted("id")[:1]
        made = order.create(
            [
                {
                    "partner_id": order.partner_id.id,
                    "partner_invoice_id": order.partner_invoice_id.id,
                    "partner_shipping_id": order.partner_shipping_id.id,
                    "company_id": order.company_id.id,
                    "pricelist_id": order.pricelist_id.id,
                    "payment_term_id": order.payment_term_id.id,
                    "fiscal_position_id": order.fiscal_position_id.id,
                    "user_id": order.user_id.id,
                    "team_id": order.team_id.id,
                    "client_order_ref": order.client_order_ref,
                    "origin": order.name,
                    # It is accepted by a signature; what is due is invoiced as ever.
                    "require_signature": True,
                    "require_payment": False,
                    # As long as there is something to renew it for.
                    "validity_date": first._term_days(first.term_number + 1)[1],
                    "order_line": [Command.create(values) for values in lines],
                }
            ]
        )
        history = order._billing_for_history()
        order._billing_log(history.env._("Renewal quotation made: %s", made.name))
        return made.with_env(self.env)

    def _renewal_line_values(self, env):
        """Return the values of the order line that renews this charge for its next term.

        :param env: in the language of the customer
        """
        line, (first, last) = self.line_id.with_env(env), self._term_days(self.term_number + 1)
        days = env._("Renewal: %(first)s to %(last)s", first=format_date(env, first), last=format_date(env, last))
        return {
            "product_id": line.product_id.id,
            "product_uom_id": line.product_uom_id.id,
            "name": f"{line.name}\n{days}",
            "tax_ids": [Command.set(line.tax_ids.ids)],
            "analytic_distribution": line.analytic_distribution,
            "subscription_plan_id": self.plan_id.id,
            "subscription_start": first,
            "subscription_end": last,
            "subscription_term_id": self._last_term().id,
            **self._renewal_offer(),
        }

    def _renewal_offer(self):
        """Return price, discount and quantity for which this charge is renewed by its plan, by name on the order line.

        The price is that which is billed then: raised from the price as it was set. Where a discount off a raised price
        does not come to it exactly, it is said without discount.
        """
        number = self.term_number + 1
        first = self._term_days(number)[0]
        terms, known = self._terms()
        day = first.toordinal()
        further = Renewal(day, day, number, number, exact(self.uplift_percent))
        net = prices(terms, replace(known, renewals=(*known.renewals, further)), day + 1).at(day).price
        agreed, quantity = self._agreed_on("price", first), self._agreed_on("quantity", first)["quantity"]
        kept = 1 - exact(agreed["discount"]) / 100
        digits = self.env["decimal.precision"].precision_get("Product Price")
        gross = round(float(net / kept), digits) if kept else agreed["price_unit"]
        if exact(gross) * kept == Fraction(net):
            return {"price_unit": gross, "discount": agreed["discount"], "product_uom_qty": quantity}
        return {"price_unit": float(net), "discount": 0.0, "product_uom_qty": quantity}

    # === ACCEPTED === #

    def _renew_by_line(self, line):
        """Renew this charge as a confirmed quotation line says.

        :param line: ``sale.order.line``
        :raises UserError: when it was renewed in another way, ended before, or the quotation is in another currency or
            for another customer
        """
        self._check_renewed_alike(line.order_id)
        number, before = line.subscription_term_id.number + 1, line.subscription_term_id
        self._check_runs()
        self._check_is_last()
        term = self.term_ids.filtered(lambda term: term.number == number)
        if term and term.line_id != line:
            raise UserError(self.env._("%s was renewed already: cancel this quotation.", self.display_name))
        if self.last_day and self.last_day < before.last_day:
            said = {"name": self.display_name, "day": self.last_day}
            raise UserError(self.env._("%(name)s ended on %(day)s: nothing of it is renewed.", **said))
        if term:
            # Its order was cancelled, and is confirmed again.
            if self.last_day == before.last_day:
                self._go_on_until(False, line.order_id.name)
            return
        offer, accepted = self._renewal_offer(), {name: line[name] for name in ("price_unit", "discount")}
        priced = any(float_compare(accepted[name], offer[name], precision_digits=9) for name in accepted)
        numbers = accepted if priced else {}
        if float_compare(line.product_uom_qty, offer["product_uom_qty"], precision_digits=9):
            numbers = {**numbers, "quantity": line.product_uom_qty}
        note = line.order_id._told_acceptance()
        renewed = self._renew_as(number, "quotation", 0.0 if priced else self.uplift_percent, note, line_id=line.id)
        if numbers:
            self._change_from(renewed.first_day, numbers, note)
        history = self.order_id._billing_for_history()
        self.order_id._billing_log(history.env._("Renewed by %s", note))
        self._wake_if_due()

    def _check_renewed_alike(self, quotation):
        """Refuse a quotation in another currency, or for another customer: it is billed by the order of this charge.

        :raises UserError: naming both and the remedy
        """
        said = {"quotation": quotation.name, "name": self.display_name}
        if quotation.currency_id != self.currency_id:
            raise UserError(
                self.env._(
                    "%(quotation)s is in %(other)s, and %(name)s, which it renews, in %(currency)s. Choose a price "
                    "list in %(currency)s on the quotation, or cancel it and sell another subscription.",
                    other=quotation.currency_id.name,
                    currency=self.currency_id.name,
                    **said,
                )
            )
        customer, other = self.partner_id.commercial_partner_id, quotation.partner_id.commercial_partner_id
        if customer != other:
            raise UserError(
                self.env._(
                    "%(quotation)s is for %(other)s, and %(name)s, which it renews, for %(customer)s. Put %(customer)s "
                    "on the quotation; “Transfer to another customer” in the subscription has %(other)s go on with it.",
                    other=other.display_name,
                    customer=customer.display_name,
                    **said,
                )
            )

    # === NOT ACCEPTED, OR NO LONGER === #

    def _lapse(self):
        """End this charge with its term: nobody accepted to renew it."""
        self.ensure_one()
        quoted, last = self._open_renewal_lines().order_id, self.term_last_day
        history = self.order_id._billing_for_history()
        self._flagged("subscription_lapsing")._end_after(last, history.env._("Not renewed"))
        told = history.env._("%(name)s ended on %(day)s: its renewal was not accepted.", **self._said_of_end(history))
        self.order_id._billing_log(told)
        names = ", ".join(quoted.mapped("name"))

        def tell(env):
            said = self._said_of_end(self.with_env(env))
            if names:
                return env._("%(name)s ended on %(day)s: %(quotation)s was not accepted", quotation=names, **said)
            return env._("%(name)s ended on %(day)s: there is no renewal quotation", **said)

        self._ask_salesperson(tell, self.company_id._billing_today())

    def _may_undo_end(self, day):
        # OVERRIDE: a term that nobody accepted to renew is over.
        over = self.renewal == "quotation" and self.term_last_day and day > self.term_last_day
        return not over and super()._may_undo_end(day)

    def _said_of_end(self, records):
        name = self.with_env(records.env).display_name
        return {"name": name, "day": format_date(records.env, self.term_last_day)}

    def _open_renewal_lines(self):
        """Return the lines of open quotations that would renew these charges for the terms that come next."""
        # Only those there are: False among them would find every line that renews nothing.
        terms = self.env["subscription.term"].union(*(charge._last_term() for charge in self))
        domain = Domain("subscription_term_id", "in", terms.ids)
        return self.env["sale.order.line"].sudo().search(domain & Domain("state", "in", ("draft", "sent")))

    def _take_back_quotations(self, lines=None):
        """Take back what would renew these charges: they end, or were renewed in another way.

        :param lines: of open quotations (``sale.order.line``), those of these charges when left out
        """
        lines = self._open_renewal_lines() if lines is None else lines
        for order, own in lines.grouped("order_id").items():
            history = order._billing_for_history()
            order._billing_log(history.env._("What it would renew ends, or was renewed in another way."))
            others = order.order_line.filtered(lambda line: not line.display_type) - own
            if others:
                own.unlink()
            else:
                order._action_cancel()

    def _record(self, kind, day, note="", **values):
        # OVERRIDE: what ends is renewed by no quotation.
        version = super()._record(kind, day, note, **values)
        end = values.get("last_day") if kind == "end" and self.renewal == "quotation" else False
        over = end and self.term_last_day and end <= self.term_last_day
        if over and not self._is_flagged("subscription_lapsing"):
            self._take_back_quotations()
        return version

    def _renew_as(self, number, how, uplift_percent, note, **values):
        # OVERRIDE: what is renewed by hand is renewed by no quotation.
        lines = self._open_renewal_lines() if how == "hand" else None
        term = super()._renew_as(number, how, uplift_percent, note, **values)
        if lines:
            self._take_back_quotations(lines)
        return term
