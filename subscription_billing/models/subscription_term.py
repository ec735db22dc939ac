from odoo import fields, models

from ..engine.events import Renewal
from .subscription_charge_terms import exact

HOW = [
    ("agreed", "Agreed at confirmation"),
    ("rule", "Renewed by rule"),
    ("quotation", "Renewed by quotation"),
    ("hand", "Renewed by hand"),
    ("import", "Renewed elsewhere"),
]


class SubscriptionTerm(models.Model):
    """One term of a charge, agreed or renewed: a fact, never changed, and there once only."""

    _name = "subscription.term"
    _description = "Term of a Subscription"
    _inherit = ["record.append.only"]
    _order = "charge_id desc, number desc"
    _rec_name = "number"

    charge_id = fields.Many2one("subscription.charge", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="charge_id.company_id", store=True, index=True, precompute=True)
    number = fields.Integer(required=True, help="1 is the term agreed at first, 2 its first renewal.")
    first_day = fields.Date("From", required=True, help="Its first day.")
    last_day = fields.Date("Until", required=True, help="Its last day.")
    uplift_percent = fields.Float(
        "Uplift (%)", digits=(16, 4), help="By how much the price rose on its first day, of the price as it was set."
    )
    how = fields.Selection(HOW, required=True, help="How it came about.")
    note = fields.Char("Why", help="Why it was renewed so.")
    user_id = fields.Many2one("res.users", "By", required=True, default=lambda self: self.env.user)
    create_date = fields.Datetime("Recorded On", readonly=True, help="When it was recorded.")

    _number_unique = models.UniqueIndex("(charge_id, number)", "A subscription is renewed once for each term.")
    _number_positive = models.Constraint("CHECK(number > 0)", "Terms are counted from 1.")

    def _renewal(self):
        """Return this term, a further one, as the engine has it (``engine.events.Renewal``)."""
        day = self.first_day.toordinal()
        return Renewal(day, day, self.number, self.number, exact(self.uplift_percent))

    def _status(self):
        """Return what ``get_status`` of a charge says of this term."""
        self.ensure_one()
        return {
            "number": self.number,
            "from": str(self.first_day),
            "to": str(self.last_day),
            "uplift_percent": self.uplift_percent,
            "how": self.how,
            "recorded": self.create_date.isoformat(sep=" ", timespec="seconds"),
            "by": self.user_id.name,
            "note": self.note or "",
        }
