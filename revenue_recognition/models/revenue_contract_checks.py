from odoo import models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class RevenueContract(models.Model):
    """What all facts of a contract have to obey, beside evidence (see ``evidence_judge``)."""

    _inherit = "revenue.contract"

    def _check_fact(self, fact):
        """Check the day and the obligations of a price change or a contract cost.

        :raises ValidationError: when it has not happened yet, or concerns another contract
        """
        self.ensure_one()
        if fact.date > self.company_id._revenue_today():
            day = format_date(self.env, fact.date)
            raise ValidationError(self.env._("%s is in the future: record what is known by now.", day))
        strangers = fact.obligation_ids.filtered(lambda obligation: obligation.contract_id != self)
        if strangers:
            words = {"obligation": strangers[0].name, "contract": self.name}
            raise ValidationError(self.env._("%(obligation)s is no obligation of %(contract)s.", **words))

    def _check_impairments(self):
        """Check that no more is impaired than was capitalised by then.

        :raises ValidationError: naming the day
        """
        self.ensure_one()
        left = 0.0
        for cost in self.cost_ids.sorted(lambda cost: (cost.date, cost.kind, cost.id)):
            left += cost.amount if cost.kind == "capitalise" else -cost.amount
            if self.currency_id.compare_amounts(left, 0.0) < 0:
                amount = self.currency_id.format(left + cost.amount)
                words = {"contract": self.name, "day": format_date(self.env, cost.date), "amount": amount}
                raise ValidationError(
                    self.env._("Only %(amount)s of contract cost of %(contract)s can be impaired on %(day)s.", **words)
                )
