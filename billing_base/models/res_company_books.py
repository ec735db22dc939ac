from datetime import timedelta

from odoo import fields, models

from .obstacles import NotBillable


class ResCompany(models.Model):
    """The days on which the books of a company are open, and the journal of its invoices."""

    _inherit = "res.company"

    def _billing_open_day(self, journal, wanted, closed="no_open_day"):
        """Return ``wanted`` (a date), or the first day after it on which the books of this company are open.

        :param journal: of the invoice (``account.journal``)
        :param str closed: by what it is told that none is: one of ``EXPLAINED``
        :raises NotBillable: when no day up to today is open
        """
        self.ensure_one()
        day, today = wanted, self._billing_today()
        while locks := self._get_violated_lock_dates(day, True, journal):
            day = max(lock[0] for lock in locks) + timedelta(days=1)
            if day > today:
                raise NotBillable(closed, company=self.name, day=fields.Date.to_string(locks[-1][0]))
        return day

    def _billing_sales_journal(self):
        """Return the first journal of this company for sales (``account.journal``); none where it has none."""
        self.ensure_one()
        Journal = self.env["account.journal"]
        return Journal.search([*Journal._check_company_domain(self), ("type", "=", "sale")], limit=1)
