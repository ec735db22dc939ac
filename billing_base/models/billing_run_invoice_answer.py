from odoo import api, models

from ..engine.units import from_units


class BillingRunInvoice(models.Model):
    """Rows of a run as other systems read them."""

    _inherit = "billing.run.invoice"

    def _answer(self):
        """Return this row in plain values, in the caller's language; none is False, which every protocol carries."""
        self.ensure_one()
        unit, move = self.currency_id.rounding, self.move_id
        answer = {
            "customer": {"id": self.partner_id.id, "name": self.partner_id.display_name},
            "orders": [{"id": order.id, "name": order.name} for order in self.order_ids._origin.sorted("id")],
            "currency": self.currency_id.name,
            "untaxed": self.amount_untaxed,
            "total": self.amount_total,
            "state": self.state,
            "reason": self.reason or "",
            "remedy": self.remedy or "",
            "own_invoice_for": self.split_text or "",
            "date": str(self.invoice_date or ""),
            "then": self.becomes or "draft",
            "lines": [self._answer_line(due, unit) for due in self.contents or ()],
        }
        if self.run_id:
            answer["invoice"] = {"id": move.id, "name": move.display_name} if move else False
        return answer

    @api.model
    def _answer_line(self, due, unit):
        amount = from_units(due["amount"], unit)
        line = {name: due[name] for name in ("order", "line", "key", "text")}
        return dict(line, amount=amount, due_since=False if due["comes_off"] else due["since"])

    def _answer_totals(self):
        return {
            currency.name: {"untaxed": untaxed, "total": total} for currency, (untaxed, total) in self._totals().items()
        }
