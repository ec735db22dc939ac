import io
import zipfile

import openpyxl
import xlsxwriter

from odoo import models
from odoo.exceptions import AccessError, UserError

from .project_budget_api import Refused
from .rights import check_may_set

#: The columns of a budget as a workbook: the names that other systems send.
COLUMNS = ("milestone", "task", "name", "kind", "hours", "cost", "expected_hours", "expected_cost")
WIDTHS = (32, 32, 24, 12, 10, 14, 16, 16)
#: The most that is read of a file, packed and unpacked, and how many errors are told at once.
MOST_BYTES, MOST_UNPACKED, MOST_ROWS, MOST_ERRORS = 2 * 1024**2, 64 * 1024**2, 2_000, 20


class ProjectProject(models.Model):
    """The budget of a project as a workbook, to change elsewhere and bring back."""

    _inherit = "project.project"

    def _budget_workbook(self):
        """Return the lines of the budget, or of what the order lines propose, as an XLSX file (bytes).

        :raises AccessError: for who may not set budgets
        """
        self.ensure_one()
        check_may_set(self)
        lines = self.sudo().budget_id.line_ids
        rows = [line._values() for line in lines] or self._budget_proposal()
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
            sheet = book.add_worksheet("1")
            head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E7E9ED"})
            for number, (name, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
                sheet.set_column(number, number, width)
                sheet.write_string(0, number, name, head)
            for line, row in enumerate(rows, 1):
                for number, value in enumerate(self._budget_cells(row)):
                    if isinstance(value, str):
                        sheet.write_string(line, number, value)
                    elif value is not None:
                        sheet.write_number(line, number, value)
            sheet.freeze_panes(1, 0)
        return stream.getvalue()

    def _budget_cells(self, row):
        """Return the cells of a line: names where they mean one record alone, ids otherwise."""
        milestone = self.env["billing.milestone"].sudo().browse(row["milestone_id"])
        task = self.env["project.task"].sudo().browse(row["task_id"])
        expected = row["has_expected"]
        return [
            self._budget_name(milestone),
            self._budget_name(task),
            None if milestone or task else row.get("name") or self.name,
            row["kind"],
            row["hours"],
            row["cost"],
            row["expected_hours"] if expected else None,
            row["expected_cost"] if expected else None,
        ]

    def _budget_name(self, record):
        """Return how a workbook names a task or milestone: so that it is found again."""
        if not record:
            return None
        found = record.name and self._budget_named(record.browse(), record.name)
        return record.name if found == record else record.id

    def _read_budget_workbook(self, content):
        """Return the rows of a budget that a workbook holds, as values of its lines.

        :param bytes content: an XLSX file in the layout of :meth:`_budget_workbook`
        :raises UserError: naming rows and columns that are wrong; then nothing of the file counts
        """
        self.ensure_one()
        rows, errors = [], []
        budgets = self.env["project.budget"]
        for number, line in self._budget_table(content):
            try:
                rows.append(budgets._parse_line(self, line))
            except (Refused, UserError, AccessError) as refusal:
                errors.append(self.env._("Row %(row)s, %(reason)s", row=number, reason=refusal))
        if errors:
            more = [self.env._("and %s more.", len(errors) - MOST_ERRORS)] if len(errors) > MOST_ERRORS else []
            raise UserError("\n".join([*errors[:MOST_ERRORS], *more]))
        if not rows:
            raise UserError(self.env._("The file has no line below its first row."))
        return rows

    def _budget_table(self, content):
        """Return pairs of the row's number and ``{column: value}`` of the first sheet of a workbook.

        :raises UserError: where it is none, is too large, or has other columns
        """
        cells = self._budget_sheet(content)
        names = [str(cell or "").strip().lower() for cell in cells[0]] if cells else []
        while names and not names[-1]:
            names.pop()
        unknown = [name for name in names if name not in COLUMNS]
        if not names or unknown or len(set(names)) < len(names):
            raise UserError(
                self.env._(
                    "The first row names the columns, each once, of these: %(columns)s. Found: %(found)s",
                    columns=", ".join(COLUMNS),
                    found=", ".join(names) or "–",
                )
            )
        table = []
        for number, row in enumerate(cells[1:], 2):
            line = {name: _plain(value) for name, value in zip(names, row, strict=False) if value not in (None, "")}
            if line:
                table.append((number, line))
        return table

    def _budget_sheet(self, content):
        unreadable = UserError(
            self.env._("The file is no readable XLSX workbook. Download the budget, and change that.")
        )
        if len(content) > MOST_BYTES:
            raise UserError(self.env._("The file is larger than %s MiB.", MOST_BYTES // 1024**2))
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                    raise unreadable
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            return list(sheet.iter_rows(max_col=len(COLUMNS) + 8, max_row=MOST_ROWS + 1, values_only=True))
        except UserError:
            raise
        # A broken workbook makes openpyxl fail in any way it can: the file is the reason, whatever the error.
        except Exception as error:
            raise unreadable from error


def _plain(value):
    """Return a cell as other systems would send it: a whole number is an id, not 12.0."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int | float | str) else str(value)
