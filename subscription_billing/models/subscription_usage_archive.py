from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ..ingest import archive
from .own_transaction import own_transaction, tried_again


class SubscriptionUsageArchive(models.Model):
    """Records of a month that were taken out of the table; what they sum up to by day, and their keys, stay."""

    _name = "subscription.usage.archive"
    _description = "Archive of Usage"
    _inherit = ["record.append.only"]
    _order = "month desc, id desc"
    _rec_name = "month"

    company_id = fields.Many2one("res.company", required=True, index=True)
    meter_id = fields.Many2one("subscription.meter", required=True, index=True, ondelete="restrict", help="Of what.")
    month = fields.Date(required=True, help="The first day of the month of usage, in universal time.")
    rows = fields.Integer("Records", required=True, help="So many records are in the file.")
    total = fields.Char(required=True, help="The sum of their quantities, exactly.")
    digest = fields.Char("SHA-256", required=True, help="Of the file: it is what was archived as long as this holds.")
    attachment_id = fields.Many2one(
        "ir.attachment", "File", required=True, ondelete="restrict", help="CSV, packed; one line for each record."
    )
    create_date = fields.Datetime("Archived On", readonly=True, help="When it was archived.")

    @api.model
    def _cron_archive(self):
        """Archive what is older than its meter keeps it, month by month (called each night)."""
        waiting = self._waiting()
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for meter, company, month in waiting:
            while tried_again(self._archive_alone, meter, company, month):
                if not self.env["ir.cron"]._commit_progress():
                    return
            if not self.env["ir.cron"]._commit_progress(1):
                return

    @api.model
    def _waiting(self):
        """Return what is to be archived: a list of (meter, company, first day of a month)."""
        found = []
        meters = self.env["subscription.meter"].sudo().with_context(active_test=False).search([("keep_months", ">", 0)])
        for meter in meters.filtered(lambda row: row._may_be_archived()):
            for company in meter.point_ids.company_id:
                before = company._billing_today() - relativedelta(months=meter.keep_months)
                found += [
                    (meter, company, month)
                    for month in archive.old_months(self.env.cr, before)
                    if archive.has_rows(self.env.cr, meter.id, company.id, month)
                ]
        return found

    @api.model
    def _archive_alone(self, meter, company, month):
        """Archive records of a month in a transaction of its own; return whether there were any."""
        with own_transaction(self) as archives:
            env = archives.env
            return bool(archives._archive(meter.with_env(env), company.with_env(env), month))

    @api.model
    def _archive(self, meter, company, month):
        """Archive records of a month in this transaction.

        :param month: its first day (a date)
        :return: the archive; none when no record is left
        """
        self.env.flush_all()
        picked = archive.pick(self.env.cr, meter.id, company.id, month)
        if not picked:
            return self.browse()
        name = f"usage-{meter.code}-{month:%Y-%m}.csv.gz"
        values = {"name": name, "raw": picked.content, "mimetype": "application/gzip", "company_id": company.id}
        file = self.env["ir.attachment"].sudo().create([{**values, "res_model": self._name}])
        facts = {"rows": picked.rows, "total": str(picked.total), "digest": picked.digest, "attachment_id": file.id}
        kept = self.sudo().create([{"company_id": company.id, "meter_id": meter.id, "month": month, **facts}])
        file.res_id = kept.id
        self.env.flush_all()
        archive.take_out(self.env.cr, kept.id)
        return kept


class SubscriptionMeter(models.Model):
    _inherit = "subscription.meter"

    def _may_be_archived(self):
        """Return whether sums by day are all that is needed of old records of this meter."""
        self.ensure_one()
        books = self.env["subscription.price.book"].sudo().with_context(active_test=False)
        books = books.search([("meter_id", "=", self.id)])
        return self.aggregation != "time_weighted" and not any(book._looks_at_records() for book in books)
