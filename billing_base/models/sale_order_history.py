from markupsafe import Markup

from odoo import models


class SaleOrder(models.Model):
    """What billing writes into the history of an order."""

    _inherit = "sale.order"

    def _billing_log(self, title, rows=()):
        """Log in the chatter: a title (text) and its rows (texts)."""
        body = Markup("<p>%s</p>") % title
        if rows:
            body += Markup("<ul>%s</ul>") % Markup("").join(Markup("<li>%s</li>") % row for row in rows)
        for order in self:
            order.sudo()._message_log(body=body)

    def _billing_for_history(self):
        """Return this order as its history is written: in the language of those who work on it, whoever acts.

        The clock, a colleague or a customer who signs has another.
        """
        self.ensure_one()
        readers = self.sudo()._billing_readers()
        return self.with_context(lang=next((reader.lang for reader in readers if reader.lang), self.env.lang))

    def _billing_readers(self):
        """Return whose language this order's history is written in: of these records the first that has one."""
        self.ensure_one()
        return [self.user_id, self.company_id.partner_id]
