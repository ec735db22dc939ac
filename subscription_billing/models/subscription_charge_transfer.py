from datetime import timedelta

from odoo import models
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from .subscription_charge_change import CHANGE_GROUPS
from .subscription_charge_successor import READ_ID


class SubscriptionCharge(models.Model):
    """A subscription that goes on for another customer: with an order of his own."""

    _inherit = "subscription.charge"

    def transfer(self, partner_id: int, day: str, note: str = "", confirm: bool = True) -> dict:
        """Let another customer go on with this charge from a day on.

        He gets an order of his own with the same product, plan, price and quantity. Once that is confirmed, the charge
        ends the day before, and one of his goes on in the same periods. What was billed of later days is given back.

        :param int partner_id: of the customer (``res.partner``)
        :param str day: as of :meth:`change`
        :param str note: why
        :param bool confirm: whether his order is confirmed at once; else it is a quotation that he may accept
        :return: ``{"order_id", "order", "id"}``: the id and the name of his order, and the id of his charge, False
            before the order is confirmed
        :raises AccessError: for who may not make orders, or neither manages sales nor invoices
        :raises UserError: when there is no such customer, or the day does not lie in the time of this charge
        """
        self._check_change()
        day, note = self._read_change_day(day), self._read_note(note)
        number = read_argument(self.env, "partner_id", READ_ID, partner_id)
        partner = self.env["res.partner"].search([("id", "=", number)])
        if not partner:
            raise UserError(self.env._("partner_id: there is no customer %s.", partner_id))
        charge = self.sudo()
        charge._check_runs()
        charge._check_is_last()
        charge._check_transfer_day(day)
        order = self.env["sale.order"].create([charge._values_of_transfer(partner, day)])
        order.order_line.sudo().subscription_previous_id = charge
        said = {"customer": partner.display_name, "name": charge.display_name, "day": day, "order": order.name}
        body = self.env._("%(customer)s is to go on with %(name)s from %(day)s, by %(order)s.", **said)
        charge.order_id.message_post(body=f"{body} {note}".strip())
        if confirm:
            order.action_confirm()
        return {"order_id": order.id, "order": order.name, "id": order.order_line.sudo().subscription_charge_ids.id}

    def _values_of_transfer(self, partner, day):
        """Return the values of the order of a customer who goes on with this charge.

        :param partner: the customer (``res.partner``)
        :param day: date, the first one that he is charged
        """
        line, order = self.line_id, self.order_id
        copied = {
            "product_id": line.product_id.id,
            "product_uom_id": line.product_uom_id.id,
            "name": line.name,
            **self._agreed_on("price", day),
            "product_uom_qty": self._agreed_on("quantity", day)["quantity"],
            "subscription_plan_id": self.plan_id.id,
            "subscription_start": day,
            "subscription_end": self.last_day,
        }
        return {
            "partner_id": partner.id,
            "company_id": order.company_id.id,
            "pricelist_id": order.pricelist_id.id,
            "user_id": order.user_id.id,
            "team_id": order.team_id.id,
            "origin": order.name,
            "order_line": [Command.create(copied)],
        }

    def _ended_before(self, day, order):
        """Return whether this charge ended before a day (date), by anything but the same order of a new customer."""
        if not self.last_day or day <= self.last_day:
            return False
        ends = self.version_ids.sorted("id").filtered(lambda row: row.kind == "end")
        return day > self.last_day + timedelta(days=1) or ends[-1:].note != order.name

    def _ask_who_goes_on(self, order):
        """Ask the salesperson what becomes of these charges, whose new customer's order was cancelled.

        :param order: that one (``sale.order``)
        """
        for charge in self.filtered(lambda row: row.last_day and row.state == "running"):

            def tell(env, charge=charge):
                return env._(
                    "%(order)s was cancelled, whose customer was to go on with %(name)s: nobody is charged from "
                    "%(day)s. “Go On” in the subscription charges the customer before him again.",
                    order=order.name,
                    name=charge.with_env(env).display_name,
                    day=format_date(env, charge.last_day + timedelta(days=1)),
                )

            charge._ask_salesperson(tell, charge.company_id._billing_today())


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _action_cancel(self):
        # OVERRIDE: the customer before is not forgotten.
        running = self.sudo().order_line._subscription_running()
        taken = running.filtered(lambda charge: charge.previous_id and charge.previous_id.order_id != charge.order_id)
        result = super()._action_cancel()
        for charge in taken:
            charge.previous_id._ask_who_goes_on(charge.order_id)
        return result


#: What of a line that takes a subscription over is said by who transferred it.
SAID_BY_TRANSFER = {"product_id", "product_uom_id", "subscription_plan_id", "subscription_start", "subscription_waits"}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def write(self, vals):
        if not self.env.su and vals.keys() & SAID_BY_TRANSFER:
            self._check_transfer_kept(vals)
        return super().write(vals)

    def _check_transfer_kept(self, vals):
        """Refuse that a line takes over another day or plan than who transferred it said, to anybody who may not.

        :raises UserError: naming the line and whom to ask
        """
        if any(self.env.user.has_group(group) for group in CHANGE_GROUPS):
            return
        for line in self.filtered("subscription_previous_id"):
            if line._changed_fields(vals, SAID_BY_TRANSFER):
                raise UserError(
                    self.env._(
                        "%s takes a subscription over: its product, plan and start are changed by sales managers and "
                        "by who invoices. Ask one of them.",
                        line.display_name,
                    )
                )

    def _subscription_take_over(self):
        """Go on, with this confirmed line, with what it was made to take over.

        :return: the new charge, none where it takes over nothing
        """
        previous = self.sudo().subscription_previous_id
        if not previous:
            return previous
        previous._check_runs()
        previous._check_is_last()
        first = self.subscription_start or previous._today()
        previous._check_transfer_day(first)
        if first < previous.first_day or previous._ended_before(first, self.order_id):
            said = {"name": previous.display_name, "first": previous.first_day, "last": previous.last_day, "day": first}
            raise UserError(
                self.env._(
                    "%(name)s is charged from %(first)s to %(last)s: nobody takes it over on %(day)s. Go on with it "
                    "first.",
                    **{**said, "last": said["last"] or "…"},
                )
            )
        agreed = {
            "price_unit": self.price_unit,
            "discount": self.discount,
            "quantity": self.product_uom_qty,
            "last_day": self.subscription_end,
        }
        kinds = ("price", "quantity")
        values = previous._values_carried(self, self.subscription_plan_id, first, agreed, kinds)
        previous._record("end", previous._today(), self.order_id.name, last_day=first - timedelta(days=1))
        charge = previous.create([values])
        (previous | charge)._tell_changed()
        return charge
