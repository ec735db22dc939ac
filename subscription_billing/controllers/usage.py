import json
import logging

from odoo.addons.record_protection.reading import Unreadable, values
from odoo.exceptions import AccessError, UserError
from odoo.http import Controller, Response, request, route

from ..ingest.lines import Broken, Lines, blocks, csv_rows, ndjson

_logger = logging.getLogger(__name__)
URL = "/subscription_billing/usage"
#: How the events of a body are read, by its content type.
TYPES = {
    "application/x-ndjson": ndjson,
    "application/ndjson": ndjson,
    "application/jsonl": ndjson,
    "text/csv": csv_rows,
}
#: The highest number of a line to begin with: the database counts lines to 2^31.
MOST_LINES = 2_000_000_000
#: So much of a body that is left is read before the answer, so that the sender gets to see it.
MOST_LEFT = 64 * 1024 * 1024


class UsageStream(Controller):
    """Usage as a stream of any length, from metering systems that log in with an API key of Odoo."""

    @route(URL, type="http", auth="bearer", methods=["POST"], csrf=False, save_session=False, max_content_length=None)
    def record_usage(self, stream="", start="0", company="", **_params):
        """Record the events of the body: see ``docs/api.md``.

        :param str stream: what the sender calls this stream; of a name of its own, the lines stored can be asked for
        :param str start: so many lines of the stream were sent before
        :param str company: id of the company whose usage it is; the user's own when left out
        """
        try:
            usage = self._usage(company)
            before, stream = self._number("start", start), self._name(stream)
            parse = TYPES.get(request.httprequest.mimetype)
            if not parse:
                error = request.env._("Content-Type: one of %s is expected.", ", ".join(TYPES))
                return self._answer({"error": error}, 415)
            packed = self._is_packed()
        except AccessError as error:
            return self._answer({"error": str(error)}, 403)
        except UserError as error:
            return self._answer({"error": str(error)}, 422)
        # Odoo has no public name for the body as a stream: it would read it into memory.
        body = request.httprequest._HTTPRequest__wrapped.stream
        # The transaction of the request would stay open, and keep the database from tidying up.
        request.env.cr.rollback()
        answer = usage._record_stream(Lines(body.read, parse, packed, before), stream)
        if not answer["complete"]:
            self._read_rest(body)
        return self._answer(answer)

    @route(URL, type="http", auth="bearer", methods=["GET"], save_session=False, readonly=True)
    def usage_lines(self, stream="", company="", **_params):
        """Say how many lines of a stream are stored.

        :param str stream: what its sender called it
        :param str company: id of the company whose usage it is; the user's own when left out
        """
        try:
            batches = self._usage(company).env["subscription.usage.batch"].sudo()
            name = self._name(stream)
        except AccessError as error:
            return self._answer({"error": str(error)}, 403)
        except UserError as error:
            return self._answer({"error": str(error)}, 422)
        domain = [("company_id", "=", batches.env.company.id), ("stream", "=", name), ("source", "=", "stream")]
        [[lines]] = batches._read_group(domain, aggregates=["lines:max"])
        return self._answer({"lines": lines or 0})

    def _usage(self, company):
        """Return the model for the company that was asked for.

        :raises AccessError: for who may not record usage, or not of this company
        :raises UserError: for what is no company
        """
        usage = request.env["subscription.usage"]
        usage._check_may_record()
        if company:
            asked = self._number("company", company)
            if asked not in usage.env.user.company_ids.ids:
                raise AccessError(usage.env._("Company %s is none of yours.", asked))
            usage = usage.with_context(allowed_company_ids=[asked])
        return usage

    def _number(self, name, value):
        try:
            return values.whole(int(value) if value.isdecimal() and len(value) < 16 else value, MOST_LINES, 0)
        except Unreadable as error:
            raise UserError(request.env._("%s: a whole number is expected.", name)) from error

    def _name(self, stream):
        try:
            return values.key(stream) if stream else ""
        except Unreadable as error:
            raise UserError(request.env._("stream: a text of at most 250 characters is expected.")) from error

    def _is_packed(self):
        encoding = request.httprequest.headers.get("Content-Encoding", "identity").lower()
        if encoding not in ("identity", "gzip"):
            raise UserError(request.env._("Content-Encoding: gzip or none is expected."))
        return encoding == "gzip"

    def _read_rest(self, body):
        """Read what is left of a body that was not read to its end."""
        left = MOST_LEFT
        try:
            for block in blocks(body.read):
                left -= len(block)
                if left <= 0:
                    return
        except Broken:
            _logger.info("Nobody is left to read the answer to a stream of usage.")

    def _answer(self, values, status=200):
        return Response(json.dumps(values), status=status, content_type="application/json; charset=utf-8")
