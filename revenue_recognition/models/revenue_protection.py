from odoo import models

from .append_only import protect


class RevenueEntry(models.Model):
    """The database itself keeps what is posted."""

    _inherit = "revenue.entry"

    def init(self):
        protect(self.env.cr, self._table, "revenue_refuse_settled_entries")
        return super().init()


class RevenuePosting(models.Model):
    """The database itself keeps what is posted: the accounts and the date of entries are here."""

    _inherit = "revenue.posting"

    def init(self):
        protect(self.env.cr, self._table, "revenue_refuse_settled_entries")
        return super().init()


class RevenueClose(models.Model):
    """The database itself keeps what is posted."""

    _inherit = "revenue.close"

    def init(self):
        protect(self.env.cr, self._table, "revenue_refuse_close")
        return super().init()
