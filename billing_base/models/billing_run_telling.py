from markupsafe import Markup

from odoo import models

from .billing_run_invoice import KEPT
from .obstacles import explain

ACTIVITY, ACTIVITY_PAID = "billing_base.mail_activity_kept_back", "billing_base.mail_activity_paid"
#: What keeps something back that nobody needs to mend: its day comes, and who put a hold knows of it.
ONLY_WAITS = ("waits_for_day", "held")


class BillingRunInvoice(models.Model):
    _inherit = "billing.run.invoice"

    def _asks_of(self, order):
        """Return whether a person is asked, on an order, to mend what keeps this row back."""
        self.ensure_one()
        if self.state in ("unposted", "unsent"):
            return self.move_id.state in ("draft", "posted")
        if self.why["name"] in ONLY_WAITS or self.why.get("more"):
            return False
        names = {due["source"] for due in self._own_contents() if due["order"] == order.id}
        sources = (source for source in self.env["billing.source"]._sources() if source._name in names)
        return not any(source._asks_to_mend(self.why) for source in sources)


class SaleOrder(models.Model):
    """What runs keep back is told by one activity on the order, which goes once nothing is kept back any more."""

    _inherit = "sale.order"

    def _billing_tell_kept_back(self):
        """Ask people to mend what runs keep back of these orders; stop asking where nothing is.

        Each order by itself: nothing that goes wrong with it holds billing up.
        """
        safely, orders = self.env["billing.run"]._safely, self.sudo().exists()
        kept = orders._billing_kept_rows() if orders else {}
        for order, row in kept.items():
            if row:
                safely(order._billing_ask_to_mend, row)
        for order in orders._billing_asked() - self.browse().union(*kept):
            safely(order._billing_activities().unlink)

    def _billing_kept_rows(self):
        """Return what runs keep back of these orders that somebody is asked to mend: ``{order: row}``.

        Of each part of an order its last row counts. One that is about to be billed is no answer yet, and None here.
        """
        rows, found = self.env["billing.run.invoice"], {}
        kept = rows.search([("order_ids", "in", self.ids), ("state", "in", KEPT)])
        orders = kept.order_ids & self
        later = [("order_ids", "in", orders.ids), ("id", ">=", min(kept.ids, default=0))]
        last = {part: row for row in rows.search(later).sorted("id") for part in row._order_parts()} if orders else {}
        for (order, _part), row in last.items():
            order = self.browse(order)
            if row.state == "to_bill" and order in orders:
                found.setdefault(order, None)
            elif row.state in KEPT and order in orders and row._asks_of(order):
                found[order] = row
        return found

    def _billing_activities(self):
        """Return the activities (``mail.activity``) on these orders that ask to mend what runs keep back."""
        kind = self.env.ref(ACTIVITY).id
        domain = [("res_model", "=", self._name), ("res_id", "in", self.ids), ("activity_type_id", "=", kind)]
        return self.env["mail.activity"].sudo().search(domain)

    def _billing_asked(self):
        """Return those of these orders on which a person is asked to mend what runs keep back."""
        return self.browse(self._billing_activities().mapped("res_id")) if self else self

    def _billing_ask_to_mend(self, row):
        """Ask a person, once, to mend what a row (``billing.run.invoice``) keeps back of this order."""
        self.ensure_one()
        asked = self._billing_activities()
        person = asked[:1].user_id or self._billing_person_asked(row)
        reason, remedy = explain(row.why, row.with_context(lang=person.lang or self.env.lang).env)
        # Names in it may have been typed by anybody: they are escaped.
        values = {"summary": reason, "note": Markup("<p>%s</p>") % remedy}
        if not asked:
            self.activity_schedule(ACTIVITY, user_id=person.id, **values)
        elif asked[0].summary != reason:
            asked[0].write(values)

    def _billing_person_asked(self, row):
        """Return whom (``res.users``) to ask about a row: who sells, else who began the run.

        :param row: ``billing.run.invoice``
        """
        self.ensure_one()
        people = (self.user_id, row.run_id.user_id, self.create_uid)
        able = [user for user in people if user.active and user._is_internal()]
        return able[0] if able else self.env.ref("base.user_admin")
