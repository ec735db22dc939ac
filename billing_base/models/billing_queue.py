import logging
from collections import Counter

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, models, modules

_logger = logging.getLogger(__name__)

#: What is raised where another transaction is in the way.
IN_THE_WAY = (OperationalError, UniqueViolation)
#: How many batches of a drain may give way to other transactions.
CONFLICTS = 20
#: How often something gives way before it is no longer taken for the doing of another transaction.
PATIENCE = 3


class Conflicts:
    """What gave way to other transactions in one drain, so that what always does keeps nothing else from being done.

    :ivar passed: ids of rows that are left to the next drain
    """

    def __init__(self):
        self.passed, self._alone = set(), False
        self._count, self._in_a_row = 0, 0
        self._rows, self._twice = Counter(), Counter()

    def too_many(self):
        """Return whether the drain is to end, and to be gone on with later."""
        return self._count >= CONFLICTS

    def size(self, size):
        """Return how many rows the next batch has, of so many that fit: one, where several gave way in a row."""
        self._alone = size > 0 and self._in_a_row >= PATIENCE - 1
        return 1 if self._alone else size

    def note(self, batch, error):
        """Note that a batch came to nothing.

        :param error: what it raised, one of ``IN_THE_WAY``
        """
        self._count += 1
        self._in_a_row += 1
        self._rows.update(batch.ids)
        if isinstance(error, UniqueViolation):
            self._twice.update(batch.ids)
        elif self._alone:
            late = {row for row in batch.ids if self._rows[row] >= PATIENCE}
            if late:
                _logger.warning("%s gives way again and again, and is left to the next time: %s", batch, error)
            self.passed |= late

    def done(self):
        """Note that a batch was done."""
        self._in_a_row = 0

    def told(self, batch):
        """Return a batch, told to take a key that is there twice for a failure where it was in the way before.

        Each time the batch began anew it saw what others had committed: by now it is nobody else's doing.
        """
        lasting = any(self._twice[row] >= PATIENCE - 1 for row in batch.ids)
        return batch._flagged("billing_key_lasts") if lasting else batch


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
    def _in_the_way(self):
        """Return the classes of errors by which a batch gives way to another transaction."""
        return (OperationalError,) if self._is_flagged("billing_key_lasts") else IN_THE_WAY

    @api.model
    def _safely(self, act, *args):
        """Do something, or leave nothing of it and log why: what comes after goes on.

        :param act: takes ``args``
        :return: None, or the error that it raised
        """
        try:
            with self.env.cr.savepoint():
                act(*args)
        except Exception as error:
            self._log_failure(act, args, error)
            return error
        return None

    @api.model
    def _log_failure(self, act, args, error):
        """Log why something was not done."""
        if isinstance(error, IN_THE_WAY):
            _logger.info("%s of %s gives way to another transaction: %s", act.__name__, args, error)
        else:
            _logger.warning("%s of %s failed: %s", act.__name__, args, error, exc_info=error)

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
        """Do something with records at once, but those that fail, which is logged.

        :param act: takes records
        :param parts: list of recordsets of one model, each of which is done or not
        :param bool gives_way: whether what another transaction is in the way of is left out, too, rather than raised
        """

        def act_at_once(some):
            act(some[0].union(*some[1:]))

        def log(part, error):
            self._log_failure(act, (part,), error)

        if parts:
            self._in_halves(act_at_once, parts, log, raised=() if gives_way else IN_THE_WAY)

    @api.model
    def _in_halves(self, act, parts, failed, raised=IN_THE_WAY):
        """Do something with parts at once; where that fails, with each half of them, down to those that fail alone.

        One of 500 that fails so costs twenty calls.

        :param act: takes parts
        :param parts: list or recordset, not empty
        :param failed: takes a part that fails alone, of which nothing is left, and the error
        :param raised: classes of errors that end it all
        :return: list of what ``act`` and ``failed`` returned, in the order of the parts
        """
        try:
            with self.env.cr.savepoint():
                return [act(parts)]
        except raised:
            raise
        except Exception as error:
            failure = error
        if len(parts) == 1:
            return [failed(parts[0], failure)]
        _logger.info("%s parts fail at once, and are tried by halves: %s", len(parts), failure)
        middle = len(parts) // 2
        halves = (self._in_halves(act, half, failed, raised) for half in (parts[:middle], parts[middle:]))
        return [answer for half in halves for answer in half]
