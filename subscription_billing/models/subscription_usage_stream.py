import logging
import time
from concurrent.futures import ThreadPoolExecutor

from odoo import api, models
from odoo.tools import config

from ..ingest.lines import Broken
from ..ingest.reading import TICK, read_events
from .own_transaction import AGAIN, own_transaction, tried_again

_logger = logging.getLogger(__name__)
#: So many lines are one batch; fewer where they are long, or come slowly: bytes, and seconds.
CHUNK, CHUNK_BYTES, CHUNK_SECONDS = 25_000, 16 * 1024 * 1024, 10
#: The most that is answered of what was not recorded.
MOST_PROBLEMS = 1_000
#: Which part of the time that Odoo gives a request a stream takes, so that it can still answer.
SHARE = 0.5


class SubscriptionUsage(models.Model):
    """A stream of usage of any length: a chunk is read while the one before it is stored, each in one transaction."""

    _inherit = "subscription.usage"

    @api.model
    def _record_stream(self, lines, stream=None):
        """Record the events of a stream, chunk by chunk, each committed once it is stored.

        What was committed stays, whatever happens then. Nothing is written in the transaction of the caller.

        :param lines: ``ingest.lines.Lines``
        :param stream: what the sender calls it
        :return: what is answered: see ``docs/api.md``
        """
        answer = {"lines": lines.number, "recorded": 0, "repeated": 0, "refused": 0, "aside": 0}
        answer |= {"complete": False, "error": "", "problems": []}
        try:
            complete = self._store_stream(lines, StreamStore(self, stream, answer))
        except Broken as error:
            answer["error"] = self.env._("The stream broke off: %s", str(error) or type(error).__name__)
        except AGAIN as error:
            # Raised further, Odoo would begin anew with a body that is read already.
            _logger.warning("A stream of usage ends early: %s", error)
            answer["error"] = self.env._(
                "Other batches were in the way. Send the lines after line %s again.", answer["lines"]
            )
        else:
            answer["complete"] = complete
        if answer["complete"]:
            answer["lines"] = lines.number
        return answer

    @api.model
    def _store_stream(self, lines, storing):
        """Store the chunks of a stream; return whether all of it is stored, or time was up before.

        :raises Broken: once what came before is stored
        """
        deadline, waiting = Deadline(), None
        with ThreadPoolExecutor(1, "usage") as pool:
            try:
                for chunk, number in _chunks(lines, self._limits(), deadline):
                    if waiting:
                        waiting.result()
                    waiting = pool.submit(storing.store, chunk, number)
                    if deadline.is_over():
                        return False
                return True
            finally:
                if waiting:
                    waiting.result()


def _chunks(lines, limits, deadline):
    """Yield the events of a stream in chunks, each with the number of its last line; in time also without any."""
    chunk, size, end = [], lines.size, deadline.of_chunk()
    for event in read_events(lines.ticking(), limits):
        if event[1] is not TICK:
            chunk.append(event)
        if len(chunk) >= CHUNK or lines.size - size >= CHUNK_BYTES or time.monotonic() >= end:
            yield chunk, lines.number
            chunk, size, end = [], lines.size, deadline.of_chunk()
    if chunk:
        yield chunk, lines.number


class Deadline:
    """When a stream has to end, so that Odoo does not end it."""

    def __init__(self):
        real = config["limit_time_real"]
        self._real, self._busy = time.monotonic() + real * SHARE if real else float("inf"), time.process_time()

    def is_over(self):
        """Return whether it has come; without limits, never."""
        busy = config["limit_time_cpu"] if config["workers"] else 0
        return time.monotonic() > self._real or bool(busy and time.process_time() - self._busy > busy * SHARE)

    def of_chunk(self):
        """Return when a chunk that begins now has to end, on the monotonic clock."""
        return min(time.monotonic() + CHUNK_SECONDS, self._real)


class StreamStore:
    """Stores the chunks of one stream, each in a transaction of its own.

    :param usage: the model, of who sends it
    :param stream: what he calls the stream
    :param dict answer: what is answered
    """

    def __init__(self, usage, stream, answer):
        self._usage = usage
        self._answer = answer
        self._stream = stream

    def store(self, chunk, lines):
        """Store a chunk; tried again where others were in its way. One without events is passed.

        :param chunk: events as they were read
        :param int lines: so many lines of the stream are stored then
        """
        if chunk:
            self._say(tried_again(self._store_once, chunk, lines))
        self._answer["lines"] = lines

    def _store_once(self, chunk, lines):
        with own_transaction(self._usage) as usage:
            return usage._take(chunk, "stream", self._stream, lines)

    def _say(self, taken):
        answer = self._answer
        answer["recorded"] += taken.outcome.recorded
        answer["repeated"] += len(taken.outcome.repeated)
        answer["refused"] += len(taken.refused)
        answer["aside"] += len(taken.aside)
        problems = sorted({**taken.refused, **taken.aside}.items())
        free = MOST_PROBLEMS - len(answer["problems"])
        answer["problems"] += [{"line": line, "reason": reason} for line, reason in problems[:free]]
