import base64
import gzip
import io
import json
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from ..ingest.lines import Lines, csv_rows, ndjson
from ..models import subscription_usage_stream as streams
from ..wizards import subscription_usage_upload as uploads
from .usage_common import IngestCommon


class TestUsageChunks(IngestCommon):
    """A stream is stored in chunks that end by number, size or time, and always has an answer."""

    def _stream(self, count, **more):
        body = b"".join(json.dumps(self._event(str(number), 1, **more)).encode() + b"\n" for number in range(count))
        return Lines(io.BytesIO(body).read, ndjson)

    def _upload(self, body, name="usage.csv"):
        content = base64.b64encode(body)
        return self.env["subscription.usage.upload"].create({"content": content, "file_name": name})

    def test_csv_that_is_resumed_twice_loses_no_record(self):
        sizes = self._store_here()
        head, keys = b"meter,subject,key,at,quantity\n", [str(number) for number in range(2, 101)]
        rows = [f"traffic,acme,{key},2025-03-10,1\n".encode() for key in keys]
        self.patch(streams, "CHUNK", 10)
        over = self.startPatcher(patch.object(streams.Deadline, "is_over"))
        before = 0
        for turn in range(3):
            # Two chunks each are taken, then time is up; the sender goes on after the line that was answered.
            over.side_effect = [False, turn < 2, *[False] * 20]
            body = head + b"".join([head, *rows][before:]) if before else head + b"".join(rows)
            lines = Lines(io.BytesIO(body).read, csv_rows, before=before)
            answer = self.usage._record_stream(lines, "s")
            before = answer["lines"]
        self.assertEqual((answer["complete"], answer["lines"], sum(sizes)), (True, 100, 99))
        self.assertEqual(sorted(self.usage.search([]).mapped("key"), key=int), keys)

    def test_blank_lines_end_in_time(self):
        self._store_here()
        self.startPatcher(patch.object(streams.Deadline, "of_chunk", return_value=0.0))
        self.startPatcher(patch.object(streams.Deadline, "is_over", return_value=True))
        blanks = iter([b"\n" * 1000] * 5)
        answer = self.usage._record_stream(Lines(lambda _most: next(blanks, b""), ndjson))
        self.assertEqual((answer["complete"], answer["lines"], answer["recorded"]), (False, 1000, 0))
        self.assertEqual(list(blanks), [b"\n" * 1000] * 4)

    def test_a_file_is_not_read_beyond_what_is_recorded_of_it(self):
        many = self._upload(gzip.compress(b"\n" * 3_000_000), "usage.csv.gz")
        with self.assertRaisesRegex(UserError, "100000 lines"):
            many.action_check()
        self.patch(uploads, "MOST_BYTES", 2 * 1024**2)
        long = self._upload(gzip.compress(b"x" * 3_000_000), "usage.ndjson.gz")
        with self.assertRaisesRegex(UserError, "2 MB"):
            long.action_check()

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
