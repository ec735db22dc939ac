import base64

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .table_reader import MAX_BYTES, TableError, read_table, write_table

#: So many refused cells are shown; how many more there are is said.
MOST_ERRORS = 200


class RevenueImportError(models.TransientModel):
    """Why a cell of an uploaded file was refused."""

    _name = "revenue.import.error"
    _description = "Refused Cell of an Imported File"
    _order = "row, id"

    row = fields.Integer(help="As the spreadsheet counts: the names of the columns stand in row 1.")
    column = fields.Char()
    message = fields.Char(required=True)


class RevenueImportWizard(models.AbstractModel):
    """Import a table: check it, show what is wrong cell by cell, import it when nothing is.

    Whoever inherits says which columns there are (:meth:`_columns`), what stands in the rows of the template
    (:meth:`_template_rows`), and takes the rows (:meth:`_take_rows`).
    """

    _name = "revenue.import.wizard"
    _description = "Import of a Table"

    file = fields.Binary(help="An XLSX workbook, or a CSV file in UTF-8 with decimal points.")
    filename = fields.Char()
    state = fields.Selection([("upload", "Upload"), ("refused", "Refused"), ("ready", "Ready"), ("done", "Done")])
    result = fields.Char(readonly=True)
    only_checked = fields.Boolean(readonly=True, help="Nobody asked to import the file yet.")
    error_ids = fields.Many2many("revenue.import.error", string="Errors", readonly=True)
    error_count = fields.Integer(readonly=True)
    template = fields.Binary(compute="_compute_template")

    def _compute_template(self):
        for wizard in self:
            content = write_table(wizard._description[:31], wizard._columns(), wizard._template_rows())
            wizard.template = base64.b64encode(content)

    # === ACTIONS === #

    def action_check(self):
        """Read the file and say what importing it would do, and what stands in the way; write nothing."""
        self._run(dry_run=True)
        return self._reopen()

    def action_import(self):
        """Import the file, or show what is wrong and import nothing."""
        self._run(dry_run=False)
        return self._reopen()

    def action_template(self):
        """Download a workbook with the columns, a remark on each, and an example."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/template/{self._name.split('.')[1]}.xlsx?download=true",
            "target": "download",
        }

    # === BUSINESS METHODS === #

    def _columns(self):
        """Return the columns: pairs of the name and a remark."""
        raise NotImplementedError

    def _template_rows(self):
        """Return example rows for the template: lists of values in the order of the columns."""
        return []

    def _take_rows(self, rows, dry_run):
        """Import rows, or nothing.

        :param list rows: dictionaries of plain values by column
        :return: what was (or would be) done in words, and the errors: ``[{"row": index, "column", "message"}]``
        """
        raise NotImplementedError

    def _run(self, dry_run):
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        try:
            numbered = read_table(self._file_content(), self.env)
            if not numbered:
                raise TableError(self.env._("There are no rows under the names of the columns."))
            result, errors = self._take_rows([row for _number, row in numbered], dry_run)
            errors = [{**error, "row": numbered[error["row"]][0]} for error in errors]
        except TableError as error:
            result, errors = "", [{"row": error.row, "column": error.column, "message": error.message}]
        state = "refused" if errors else "ready" if dry_run else "done"
        shown = [Command.create(error) for error in self._first_errors(errors)]
        self.write(
            {
                "state": state,
                "only_checked": dry_run,
                "result": result,
                "error_count": len(errors),
                "error_ids": [Command.clear(), *shown],
            }
        )

    def _file_content(self):
        """Return the bytes of the file.

        :raises TableError: when it is too large to be looked at, or no file at all
        """
        if len(self.file) > MAX_BYTES * 4 // 3 + 4:
            raise TableError(self.env._("The file is larger than %s MiB. Split it.", MAX_BYTES // 1024**2))
        try:
            return base64.b64decode(self.file)
        except ValueError as error:
            raise TableError(self.env._("The file was not uploaded whole. Upload it again.")) from error

    def _first_errors(self, errors):
        """Return the errors to show: the first of them, and how many more there are."""
        told = self._each_once(errors)
        if len(told) <= MOST_ERRORS:
            return told
        shown, more = errors[:MOST_ERRORS], len(errors) - MOST_ERRORS
        if more > 0:
            last = errors[MOST_ERRORS]["row"]
            words = self.env._(
                "And %s more. Correct these first: what is wrong once is often wrong in every row.", f"{more:,}"
            )
            shown = [*shown, {"row": last, "column": "", "message": words}]
        return shown

    def _each_once(self, errors):
        """Return errors with what is wrong in many rows said once, at the first of them, and how often."""
        rows = {}
        for error in errors:
            rows.setdefault((error["column"], error["message"]), []).append(error["row"])
        return [
            {
                "row": found[0],
                "column": column,
                "message": message
                if len(found) == 1
                else self.env._(
                    "%(message)s The same in %(count)s rows, through row %(last)s.",
                    message=message,
                    count=f"{len(found):,}",
                    last=found[-1],
                ),
            }
            for (column, message), found in rows.items()
        ]

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self._description,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


def column_of(path):
    """Return the column that a place in a list of rows names.

    >>> column_of("items[3].value"), column_of("items[3]")
    ('value', '')
    """
    return path.partition(".")[2]
