import logging

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, models, modules

_logger = logging.getLogger(__name__)

#: What is raised where another transaction is in the way.
IN_THE_WAY = (OperationalError, UniqueViolation)


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

    @api.model
    def _safely(self, act, *args):
        """Do something, or leave nothing of it and log why: what comes after goes on.

        :param act: takes ``args``
        :return: None, or the error that it raised
        """
        try:
            with self.env.cr.savepoint():
                act(*args)
        except IN_THE_WAY as error:
            _logger.info("%s of %s gives way to another transaction: %s", act.__name__, args, error)
            return error
        except Exception as error:
            _logger.warning("%s of %s failed: %s", act.__name__, args, error, exc_info=True)
            return error
        return None

    @api.model
    def _raise_failure(self, errors):
        """Raise the first error that is one, so that Odoo counts and shows the scheduled action as failed.

        :param errors: as ``_safely`` returns them; what gave way to another transaction is none
        """
        for error in errors:
            if error and not isinstance(error, IN_THE_WAY):
                raise error

    @api.model
    def _safely_each(self, act, parts, gives_way=True):
        """Do something with records at once; where that fails, with each part of them alone, but those that fail.

        :param act: takes records
        :param parts: list of recordsets of one model
        :param bool gives_way: whether what another transaction is in the way of is left out, too, rather than raised
        """
        if not parts:
            return
        try:
            with self.env.cr.savepoint():
                act(parts[0].union(*parts[1:]))
        except Exception as error:
            if not gives_way and isinstance(error, IN_THE_WAY):
                raise
            _logger.info("%s fails, and is tried of each alone: %s", act.__name__, error)
            for part in parts:
                failure = self._safely(act, part)
                if not gives_way and isinstance(failure, IN_THE_WAY):
                    raise failure from None
