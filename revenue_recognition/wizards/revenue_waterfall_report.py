import json
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date, formatLang

from ..report import waterfall_workbook

GROUPS = [
    ("customer", "Customer"),
    ("product", "Product"),
    ("contract", "Contract"),
    ("obligation", "Obligation"),
]
KINDS = [
    ("recognised", "Recognised"),
    ("forecast", "Forecast"),
    ("unscheduled", "Not Scheduled"),
]
#: Of each group: the field of a line that leads to its record.
RECORDS = {"customer": "partner_id", "product": "product_id", "contract": "contract_id", "obligation": "obligation_id"}
MAX_LINES = 200_000


class RevenueWaterfall(models.TransientModel):
    """Revenue by month, recognised and forecast, to turn over on screen or to take along as a workbook."""

    _name = "revenue.waterfall"
    _inherit = ["revenue.report"]
    _description = "Waterfall"

    _address = "waterfall"

    at = fields.Date(
        string="As Of", help="Closes after this day are left out, as if they were still to come. Empty: all count."
    )
    group_by = fields.Selection(
        GROUPS, string="Rows", required=True, default="customer", help="What each row stands for."
    )
    partner_id = fields.Many2one("res.partner", string="Customer", help="Only contracts of this customer.")
    line_ids = fields.One2many("revenue.waterfall.line", "waterfall_id", readonly=True)

    @api.model
    def _default_date_to(self):
        """Return the end of the year after the last close: two years are seen at once."""
        start = self._default_date_from()
        return fields.Date.subtract(fields.Date.add(start, years=2), days=1)

    # === ACTIONS === #

    def action_show(self):
        """Work the waterfall out and show it."""
        self.ensure_one()
        self._check_period()
        self._fill(self._get(self.date_from, self.date_to, self.group_by))
        action = self.env["ir.actions.act_window"]._for_xml_id("revenue_recognition.action_revenue_waterfall_line")
        context = {"waterfall_id": self.id, "search_default_scheduled": 1, **self._pivoted()}
        return {**action, "domain": [("waterfall_id", "=", self.id)], "context": context}

    # === BUSINESS METHODS === #

    def _pivoted(self):
        """Return the context that has the pivot show what was chosen as rows, by month."""
        return {"pivot_row_groupby": [RECORDS[self.group_by]], "pivot_column_groupby": ["month:month"]}

    def _get(self, first, last, group_by):
        """Return the waterfall of a period, of the customer and as of the day that are asked for."""
        domain = [("partner_id", "child_of", self.partner_id.id)] if self.partner_id else []
        contracts = self.env["revenue.contract"].with_company(self.company_id)
        at = self.at.isoformat() if self.at else None
        return contracts.get_waterfall(domain, first.isoformat(), last.isoformat(), group_by, at)

    def _fill(self, waterfall):
        """Write the amounts as lines; there may be very many, so all at once.

        :raises UserError: when there are too many to show
        """
        self.line_ids.unlink()
        rows = list(self._lines(waterfall))
        if len(rows) > MAX_LINES:
            count = formatLang(self.env, len(rows), digits=0)
            raise UserError(
                self.env._(
                    "%(count)s lines are too many to show. Group by customer or product, or choose a customer.",
                    count=count,
                )
            )
        self.env["revenue.waterfall.line"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO revenue_waterfall_line
                       (waterfall_id, create_uid, create_date, name, %(record)s, kind, month, amount)
                SELECT %(id)s, %(user)s, NOW() AT TIME ZONE 'UTC', v.name, v.key, v.kind, v.month, v.amount
                  FROM json_to_recordset(%(rows)s::json)
                    AS v (name text, key int, kind text, month date, amount numeric)
                """,
                record=SQL.identifier(RECORDS[self.group_by]),
                id=self.id,
                user=self.env.uid,
                rows=json.dumps(rows),
            )
        )
        self.invalidate_recordset(["line_ids"])

    def _lines(self, waterfall):
        """Return a line for each amount that is not 0; what lies outside of the period has a month outside of it."""
        before = fields.Date.subtract(date.fromisoformat(f"{waterfall['months'][0]}-01"), months=1).isoformat()
        after = fields.Date.add(date.fromisoformat(f"{waterfall['months'][-1]}-01"), months=1).isoformat()
        for row in waterfall["rows"]:
            amounts = [("recognised", f"{month}-01", amount) for month, amount in row["recognised"].items()]
            amounts += [("forecast", f"{month}-01", amount) for month, amount in row["forecast"].items()]
            amounts += [
                ("recognised", before, row["before"]),
                ("recognised", after, row["recognised_after"]),
                ("forecast", before, row["forecast_before"]),
                ("forecast", after, row["after"]),
                ("unscheduled", None, row["unscheduled"]),
            ]
            for kind, month, amount in amounts:
                if amount:
                    key = row["key"] or None
                    yield {"name": row["name"], "key": key, "kind": kind, "month": month, "amount": amount}

    def _workbook(self):
        """Return the content of the workbook."""
        self._check_period()
        waterfall = self._get(self.date_from, self.date_to, self.group_by)
        labels = dict(self._fields["group_by"]._description_selection(self.env))
        words = {
            "group": labels[self.group_by],
            "month": self.env._("Month"),
            "recognised": self.env._("Recognised"),
            "forecast": self.env._("Forecast"),
            "before": self.env._("Before"),
            "after": self.env._("After"),
            "unscheduled": self.env._("Not Scheduled"),
            "summary": self.env._("By Month"),
            "part_own": self.env._("Revenue"),
            "in_ledger": self.env._("Revenue of contracts in the ledger, all periods through its day"),
            "in_report": self.env._("Recognised in this waterfall, all its columns"),
            "why": self._why_ledger_differs(),
        }
        closed = self.env._("Closed through %s", waterfall["closed"]) if waterfall["closed"] else ""
        head = self._head(self.env._("Revenue Waterfall"), words, closed, self.partner_id.display_name)
        day = self.at or date.fromisoformat(waterfall["closed"] or self.date_to.isoformat())
        return waterfall_workbook(head, waterfall, self._ledger_rows(day, self._income_accounts()))

    def _why_ledger_differs(self):
        """Return what the ledger has that the waterfall has not, in words."""
        if self.partner_id:
            return self.env._("The ledger has all customers; this waterfall has %s only.", self.partner_id.display_name)
        return self.env._(
            "The ledger has what closes posted through its day. Another day asked for, rounding by row and revenue in "
            "other currencies make a difference; what is not made by closes is not counted on either side."
        )

    def _income_accounts(self):
        """Return what accounts of revenue are called, by their id."""
        groups = self.env["revenue.posting"]._read_group(
            [("company_id", "=", self.company_id.id), ("kind", "=", "revenue")],
            aggregates=["credit_account_id:recordset"],
        )
        return dict.fromkeys(groups[0][0].ids, self.env._("Revenue"))


class RevenueWaterfallLine(models.TransientModel):
    """What a customer, product, contract or obligation brings in a month."""

    _name = "revenue.waterfall.line"
    _description = "Revenue by Month"
    _order = "month, name, id"

    waterfall_id = fields.Many2one("revenue.waterfall", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="waterfall_id.currency_id")
    name = fields.Char(required=True)
    partner_id = fields.Many2one("res.partner", string="Customer")
    product_id = fields.Many2one("product.product")
    contract_id = fields.Many2one("revenue.contract")
    obligation_id = fields.Many2one("revenue.obligation")
    kind = fields.Selection(
        KINDS, required=True, help="Recognised by closes, expected in its month, or without a month."
    )
    month = fields.Date(
        help="The first day of the month. All that comes before the period is in the month before it, all that comes "
        "after it in the month after it; what is not scheduled has none."
    )
    month_name = fields.Char(string="Name of the Month", compute="_compute_month_name")
    amount = fields.Monetary(help="In the currency of the company.")

    @api.depends("month")
    @api.depends_context("lang")
    def _compute_month_name(self):
        for line in self:
            line.month_name = format_date(self.env, line.month, date_format="MMMM yyyy")

    def action_xlsx(self):
        """Download the whole waterfall as a workbook, whichever lines are chosen."""
        waterfall = self.env["revenue.waterfall"].browse(self.env.context.get("waterfall_id")) or self.waterfall_id
        return waterfall.exists()[:1].action_xlsx()
