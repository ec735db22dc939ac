from odoo import api, models, modules


class BillingQueue(models.AbstractModel):
    """Work that is done batch by batch, each committed: by the clock, or while somebody waits for it."""

    _name = "billing.queue"
    _description = "Queue of Billing"

    @api.model
    def _commit(self, processed=0, remaining=None):
        """Commit what was done, and return the seconds left to go on (a test keeps its transaction).

        :param int processed: rows that were done, as Odoo counts the progress of a scheduled action
        :param int remaining: rows that are left, None for not counted
        """
        if modules.module.current_test:
            self.env.flush_all()
            return float("inf")
        return self.env["ir.cron"]._commit_progress(processed, remaining=remaining)

    @api.model
    def _rollback(self, error):
        """Leave nothing of a batch that another transaction is in the way of (a test has no other).

        :param Exception error: what was raised
        """
        if modules.module.current_test:
            raise error
        self.env.cr.rollback()
        self.env.invalidate_all()
