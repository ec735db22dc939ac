from datetime import timedelta

from odoo import models
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import UserError
from odoo.fields import Command

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


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

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
        if previous.last_day and first > previous.last_day:
            said = {"name": previous.display_name, "last": previous.last_day}
            raise UserError(self.env._("%(name)s ended on %(last)s: nothing of it goes on.", **said))
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
