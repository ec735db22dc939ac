import logging
import time
from contextlib import contextmanager

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure
from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo.exceptions import ConcurrencyError

_logger = logging.getLogger(__name__)
TRIES = 5
#: What passes when it is tried again.
AGAIN = (ConcurrencyError, DeadlockDetected, LockNotAvailable, SerializationFailure)


@contextmanager
def own_transaction(records):
    """Yield records in a transaction of its own, which sees what others store while it waits for them.

    :param records: of which nothing unsaved is needed
    """
    with records.env.registry.cursor() as cr:
        cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
        own = records.with_env(records.env(cr=cr))
        yield own
        own.env.flush_all()


def tried_again(work, *args):
    """Return what ``work(*args)`` returns; tried again where others were in its way.

    :raises: the last of what was in its way
    """
    for tries in range(1, TRIES):
        try:
            return work(*args)
        except AGAIN as error:
            _logger.info("Usage is stored again: %s", error)
            time.sleep(0.1 * 2**tries)
    return work(*args)
