"""What a modification does to an obligation, in words."""

from odoo import api, fields, models
from odoo.tools import format_date, formatLang

AMOUNTS = ("price", "ssp", "total_cost")


class RevenueModificationLine(models.Model):
    """New terms beside those of before."""

    _inherit = "revenue.modification.line"

    @api.depends("terms", "action", "obligation_id", "modification_id.date", "modification_id.state")
    @api.depends_context("lang")
    def _compute_summary(self):
        for line in self:
            words = {"add": line._say_added, "change": line._say_changed, "remove": line._say_removed}
            line.summary = words[line.action]() if line.action else False

    def _say_added(self):
        obligation = self.obligation_id
        terms = {
            "price": obligation.price,
            "ssp": obligation.ssp,
            "quantity": obligation.quantity,
            "start": obligation.date_start,
        }
        terms["end"] = obligation.date_end
        return " · ".join(f"{label} {self._show(name, terms[name])}" for name, label in self._term_labels(terms))

    def _say_changed(self):
        before, now = self._terms_before(), self.terms or {}
        said = []
        for name, label in self._term_labels(now):
            new, old = self._show(name, now[name]), self._show(name, before.get(name))
            values = {"term": label, "new": new}
            said.append(
                self.env._("%(term)s %(old)s → %(new)s", old=old, **values)
                if old
                else self.env._("%(term)s %(new)s", **values)
            )
        return " · ".join(said)

    def _say_removed(self):
        return self.env._("What is left of it is promised no more")

    def _term_labels(self, terms):
        """Return the terms that are given, with their names, in their order."""
        labels = {
            "price": self.env._("Price"),
            "ssp": self.env._("Selling Price"),
            "quantity": self.env._("Quantity"),
            "start": self.env._("Starts"),
            "end": self.env._("Ends"),
            "total_cost": self.env._("Cost at Completion"),
        }
        return [(name, label) for name, label in labels.items() if terms.get(name) not in (None, False)]

    def _show(self, name, value):
        """Return a term as people write it; nothing for none."""
        if value in (None, False) or (name in ("ssp", "total_cost") and not value):
            return ""
        if name in AMOUNTS:
            return formatLang(self.env, float(value), currency_obj=self.currency_id)
        if name in ("start", "end"):
            return format_date(self.env, fields.Date.to_date(value))
        return formatLang(self.env, float(value), digits=2).rstrip("0").rstrip(".,")

    def _terms_before(self):
        """Return the terms of the obligation before this change: of inception, and as earlier changes left them."""
        one, own = self.obligation_id, self.modification_id
        terms = {"price": one.price, "ssp": one.ssp, "quantity": one.quantity}
        terms |= {"start": one.date_start, "end": one.date_end}
        earlier = self.search(
            [
                ("obligation_id", "=", one.id),
                ("action", "=", "change"),
                ("modification_id.state", "=", "applied"),
                ("modification_id", "!=", own.id),
            ]
        )
        place = (own.date, own._origin.id or 0)
        for line in earlier.sorted(lambda line: (line.modification_id.date, line.modification_id.id)):
            if (line.modification_id.date, line.modification_id.id) < place:
                terms.update({name: value for name, value in (line.terms or {}).items() if value is not None})
        return terms
