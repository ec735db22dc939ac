import io
import json
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tools import mute_logger

from ..ingest.lines import Lines, ndjson
from ..models import subscription_usage_stream as streams
from .usage_common import IngestCommon


class TestUsageChunks(IngestCommon):
    """A stream is stored in chunks that end by number, size or time, and always has an answer."""

    def _stream(self, count, **more):
        body = b"".join(json.dumps(self._event(str(number), 1, **more)).encode() + b"\n" for number in range(count))
        return Lines(io.BytesIO(body).read, ndjson)

    def _store_here(self, fails_from=None):
        """Have chunks stored in this transaction; from one on, others are always in the way."""
        sizes = []

        def store(storing, chunk, lines):
            if fails_from is not None and len(sizes) >= fails_from:
                raise SerializationFailure("others")
            taken = storing._usage._take(chunk, "stream", storing._stream, lines)
            sizes.append(len(chunk))
            return taken

        self.startPatcher(patch.object(streams.StreamStore, "_store_once", store))
        self.startPatcher(patch.object(streams.time, "sleep"))
        return sizes

    @mute_logger("odoo.addons.subscription_billing.models.subscription_usage_stream")
    def test_others_in_the_way_end_a_stream_with_an_answer(self):
        sizes = self._store_here(fails_from=1)
        self.patch(streams, "CHUNK", 10)
        answer = self.usage._record_stream(self._stream(25))
        self.assertEqual((answer["lines"], answer["recorded"], answer["complete"]), (10, 10, False))
        self.assertIn("10", answer["error"])
        self.assertEqual(sizes, [10])

    def test_a_chunk_ends_by_size(self):
        sizes = self._store_here()
        self.patch(streams, "CHUNK_BYTES", 16 * 1024)
        answer = self.usage._record_stream(self._stream(500))
        self.assertEqual((answer["lines"], answer["recorded"], answer["complete"]), (500, 500, True))
        self.assertGreater(len(sizes), 2)

    def test_a_slow_sender_is_stored_now_and_then(self):
        sizes = self._store_here()
        self.patch(streams, "CHUNK_SECONDS", 0)
        self.assertEqual(self.usage._record_stream(self._stream(5))["lines"], 5)
        self.assertEqual(sizes, [1] * 5)
