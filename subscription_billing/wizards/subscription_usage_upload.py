import base64
import io

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

from ..controllers.usage import URL
from ..ingest.lines import Broken, Lines, csv_rows, ndjson
from ..ingest.reading import TICK, read_events
from ..models.subscription_request import DryRun
from ..models.subscription_usage_stream import CHUNK

#: A longer file goes to the stream's address.
MOST_LINES, MOST_BYTES = 100_000, 256 * 1024**2
#: The most lines that are named with what is wrong.
MOST_NAMED = 100
STATES = [("new", "New"), ("checked", "Checked"), ("done", "Recorded")]


class SubscriptionUsageUpload(models.TransientModel):
    """Record the usage of a file; first it is read without recording anything."""

    _name = "subscription.usage.upload"
    _description = "Record Usage of a File"

    content = fields.Binary(
        "File",
        required=True,
        help="CSV whose first line names the columns (meter, subject, key, at, quantity, dimension, replaces), or a "
        "JSON text in each line; either may be packed (.gz).",
    )
    file_name = fields.Char(help="Its name says what it is: .csv, .ndjson or .jsonl, with .gz where it is packed.")
    state = fields.Selection(STATES, default="new", readonly=True, help="What was done with the file.")
    recorded = fields.Integer("New", readonly=True, help="So many records are new.")
    repeated = fields.Integer("There Before", readonly=True, help="So many records were there before: they count once.")
    refused = fields.Integer(readonly=True, help="So many lines are refused.")
    set_aside = fields.Integer("Kept Aside", readonly=True, help="So many records name a meter that is unknown.")
    problems = fields.Html(readonly=True, help="What is wrong, line by line.")

    def action_check(self):
        """Say what recording the file would do; nothing is recorded.

        :return: the dialog again
        :raises AccessError: for who may not record usage
        :raises UserError: when the file cannot be read
        """
        try:
            with self.env.cr.savepoint():
                said = self._record()
                raise DryRun
        except DryRun:
            self.env.invalidate_all()
        return self._show("checked", said)

    def action_record(self):
        """Record the file.

        :return: the dialog again
        :raises AccessError: for who may not record usage
        :raises UserError: when the file cannot be read
        """
        return self._show("done", self._record())

    def _record(self):
        """Record the file in this transaction; return what to show."""
        self.ensure_one()
        usage = self.env["subscription.usage"]
        usage._check_may_record()
        name, said, problems = self.file_name or "", {"recorded": 0, "repeated": 0, "refused": 0, "set_aside": 0}, {}
        lines = self._lines(name.lower())
        try:
            for chunk in self._chunks(lines, usage._limits()):
                taken = usage._take(chunk, "file", name[:250], lines.number)
                said["recorded"] += taken.outcome.recorded
                said["repeated"] += len(taken.outcome.repeated)
                said["refused"] += len(taken.refused)
                said["set_aside"] += len(taken.aside)
                problems.update(sorted({**taken.refused, **taken.aside}.items())[: MOST_NAMED - len(problems)])
        except Broken as error:
            raise UserError(self.env._("The file cannot be read to its end.")) from error
        return {**said, "problems": self._say_problems(problems)}

    def _chunks(self, lines, limits):
        """Yield the events of a file in chunks.

        :raises UserError: once it is longer than what is recorded here, unpacked
        """
        chunk = []
        for event in read_events(lines.ticking(), limits):
            self._check_length(lines)
            if event[1] is not TICK:
                chunk.append(event)
            if len(chunk) >= CHUNK:
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def _check_length(self, lines):
        if lines.size > MOST_BYTES:
            raise UserError(
                self.env._(
                    "Unpacked, a file that is recorded here has at most %(most)s MB. Send a longer one to %(address)s.",
                    most=MOST_BYTES // 1024**2,
                    address=self.get_base_url() + URL,
                )
            )
        if lines.number > MOST_LINES:
            raise UserError(
                self.env._(
                    "A file that is recorded here has at most %(most)s lines. Send a longer one to %(address)s.",
                    most=MOST_LINES,
                    address=self.get_base_url() + URL,
                )
            )

    def _lines(self, name):
        packed = name.endswith(".gz")
        parse = csv_rows if name.removesuffix(".gz").endswith(".csv") else ndjson
        return Lines(io.BytesIO(base64.b64decode(self.content)).read, parse, packed)

    def _say_problems(self, problems):
        row = Markup("<tr><td>%s</td><td>%s</td></tr>")
        rows = Markup().join(row % problem for problem in problems.items())
        heads = Markup("<tr><th>%s</th><th>%s</th></tr>") % (self.env._("Line"), self.env._("Problem"))
        return Markup("<table class='table table-sm'>%s%s</table>") % (heads, rows) if rows else False

    def _show(self, state, said):
        self.sudo().write({**said, "state": state})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "name": self.env._("Record Usage of a File"),
        }
