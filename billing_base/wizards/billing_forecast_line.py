from io import StringIO

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date
from odoo.tools.sql import column_exists, create_column, create_index, table_exists

from ..engine.units import from_units
from ..report.workbook import Amount, table

KINDS = [("invoice", "Invoices"), ("receipt", "Receipts"), ("overdue", "Overdue Receipts")]
CERTAINTIES = [
    ("invoiced", "Invoiced"),
    ("overdue", "Overdue"),
    ("overdue_month", "Overdue for More Than a Month"),
    ("overdue_quarter", "Overdue for More Than a Quarter"),
    ("drafted", "Draft Invoice"),
    ("due", "Ready to Invoice"),
    ("agreed", "Agreed by Time"),
    ("planned", "Planned"),
    ("estimated", "Estimated"),
    ("late", "Planned, and Late"),
    ("blocked", "Blocked"),
    ("held", "On Hold"),
]


class BillingForecastLine(models.TransientModel):
    """An invoice or a receipt that is expected: one row of a forecast that a user opened.

    The table has no references to others, so that ten thousand rows are there in a moment; they are looked at once.
    """

    _name = "billing.forecast.line"
    _description = "Expected Invoice or Receipt"
    _auto = False
    _log_access = True
    _order = "day, kind, id"

    forecast_id = fields.Many2one("billing.forecast", help="The opening that shows it.")
    scenario_id = fields.Many2one("billing.forecast.scenario", help="What is supposed; empty for the plan as it is.")
    scenario_name = fields.Char("Supposing", help="What is supposed.")
    company_id = fields.Many2one("res.company", help="Whose invoice it is.")
    kind = fields.Selection(KINDS, "What", help="An invoice, what is received of one, or of one that is overdue.")
    day = fields.Date("Expected on", help="The day on which it is expected; empty where nobody can say.")
    name = fields.Char("For", help="What is invoiced, or the invoice that is paid.")
    partner_id = fields.Many2one("res.partner", "Customer", help="Who pays.")
    order_id = fields.Many2one("sale.order", help="The order that it is of.")
    user_id = fields.Many2one("res.users", "Salesperson", help="The salesperson of the order.")
    res_model = fields.Char("Model", help="Where it comes from.")
    res_id = fields.Many2oneReference("Record", model_field="res_model", help="Where it comes from.")
    certainty = fields.Selection(CERTAINTIES, "Where It Stands", help="What its confidence follows from.")
    confidence = fields.Integer(
        "Confidence (%)", aggregator="avg", help="How sure it is that it is paid on its day, by where it stands."
    )
    currency_id = fields.Many2one("res.currency", help="The currency that is reported in.")
    amount = fields.Monetary("Expected", help="With taxes, in the currency of the company, at the rate of the day.")
    weighted = fields.Monetary(help="The amount by its confidence.")
    amount_untaxed = fields.Monetary("Untaxed", help="Of an invoice: what it comes to without taxes.")
    order_currency_id = fields.Many2one("res.currency", "Invoice Currency", help="The currency of the invoice.")
    since_day = fields.Date("Due on", help="When it can be invoiced, or, of an invoice, has to be paid.")
    invoice_day = fields.Date("Invoiced on", help="When it is invoiced, by the customer's billing days.")
    payment_day = fields.Date("To Be Paid by", help="When it has to be paid, by the payment terms.")
    held_until = fields.Date(help="The last day of the holds that keep it from being invoiced.")
    late_days = fields.Integer(
        "Days Late", aggregator="avg", help="How many days after that day this customer pays, as he did so far."
    )
    why = fields.Char("Why This Day", compute="_compute_why", help="What the expected day follows from.")

    # === TABLE === #

    def init(self):
        # The columns follow from the fields, those of other addons too.
        if not table_exists(self.env.cr, self._table):
            self.env.cr.execute(SQL("CREATE TABLE %s (id SERIAL PRIMARY KEY)", SQL.identifier(self._table)))
        for field in self._fields.values():
            if field.store and field.column_type and not column_exists(self.env.cr, self._table, field.name):
                create_column(self.env.cr, self._table, field.name, field.column_type[1])
        create_index(self.env.cr, f"{self._table}_forecast_idx", self._table, ["forecast_id"])

    @api.model
    def _store(self, forecast, rows):
        """Store the rows of an opening, all at once.

        :param forecast: ``billing.forecast``
        :param rows: (id of the company, scenario, ``engine.forecast.Flow``)
        """
        currency, planned = self.env.company.currency_id, self.env._("As Planned")
        names = {scenario: scenario.name for _company, scenario, _flow in rows if scenario}
        sellers = self._sellers({flow.plan.expected.order for _company, _scenario, flow in rows})
        common = {
            "create_uid": forecast.env.uid,
            "create_date": fields.Datetime.to_string(fields.Datetime.now()),
            "forecast_id": forecast.id,
            "currency_id": currency.id,
        }
        stream, columns = StringIO(), None
        for company, scenario, flow in rows:
            values = self._values(flow, currency.rounding)
            values["company_id"] = company
            values["user_id"] = sellers.get(values["order_id"])
            values["scenario_id"] = scenario.id or None
            values["scenario_name"] = names.get(scenario, planned)
            columns = columns or [*common, *values]
            stream.write("\t".join(map(as_copied, [*common.values(), *values.values()])) + "\n")
        if columns:
            stream.seek(0)
            names = ", ".join(f'"{name}"' for name in columns)
            self.env.cr._obj.copy_expert(f'COPY "{self._table}" ({names}) FROM STDIN', stream)

    @api.model
    def _sellers(self, orders):
        """Return the salespeople of orders: ``{id: id}``."""
        if not orders:
            return {}
        return dict(self.env.execute_query(SQL("SELECT id, user_id FROM sale_order WHERE id = ANY(%s)", list(orders))))

    @api.model
    def _values(self, flow, unit):
        """Return what is stored of a flow (``engine.forecast.Flow``).

        :param float unit: the rounding of the currency that is reported in
        """
        plan = flow.plan
        row = plan.expected
        return {
            "kind": flow.kind,
            "day": flow.day,
            "name": row.name,
            "partner_id": row.customer or None,
            "order_id": row.order or None,
            "res_model": row.model,
            "res_id": row.record,
            "certainty": plan.certainty,
            "confidence": plan.confidence,
            "amount": from_units(flow.units, unit),
            "weighted": from_units(flow.weighted, unit),
            "amount_untaxed": from_units(flow.untaxed, unit),
            "order_currency_id": row.currency,
            "since_day": plan.since,
            "invoice_day": plan.invoice_day,
            "payment_day": flow.due,
            "held_until": plan.held_until,
            "late_days": plan.late,
        }

    # === WHY === #

    @api.depends("kind", "since_day", "invoice_day", "payment_day", "held_until", "late_days", "certainty")
    @api.depends_context("lang")
    def _compute_why(self):
        for row in self:
            row.why = " → ".join(row._tell_days())

    def _tell_days(self):
        """Return what the expected day of this row follows from, step by step, in words."""
        self.ensure_one()
        told = [text for text in (self._tell_since(), self._tell_hold(), self._tell_invoice()) if text]
        if self.kind != "invoice" and self.payment_day:
            told.append(self.env._("to be paid by %s", self._day_text(self.payment_day)))
            if self.late_days > 0:
                told.append(self.env._("pays %s days late", self.late_days))
            elif self.late_days < 0:
                told.append(self.env._("pays %s days early", -self.late_days))
        return told

    def _tell_since(self):
        if self.payment_day and not self.invoice_day:
            return ""
        if not self.since_day:
            return self.env._("no date")
        return SINCE.get(self.certainty, SINCE["planned"])(self.env, self._day_text(self.since_day))

    def _tell_hold(self):
        if self.certainty != "held":
            return ""
        if self.held_until:
            return self.env._("on hold until %s", self._day_text(self.held_until))
        return self.env._("on hold without an end")

    def _tell_invoice(self):
        if not self.invoice_day:
            return ""
        return self.env._("invoiced on %s", self._day_text(self.invoice_day))

    def _day_text(self, day):
        return format_date(self.env, day)

    # === ACTIONS === #

    def action_open_source(self):
        """Open what a row comes from: a milestone, an invoice, a subscription, an order.

        :return: a window action
        :raises AccessError: for a row of somebody else's forecast
        :raises UserError: where it is gone
        """
        self.ensure_one()
        self.check_access("read")
        record = self.env[self.res_model].browse(self.res_id).exists()
        if record._name == "sale.order.line":
            record = record.order_id
        if not record:
            raise UserError(self.env._("%s is no longer there. Open the forecast again.", self.name))
        record.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    @api.model
    def action_download(self):
        """Download all rows of the forecast that is open as a workbook.

        :return: an action that opens its address
        :raises UserError: where none is open any more
        """
        opening = self.env.context.get("forecast_id")  # anybody: rules of access find his own alone
        forecast = self.env["billing.forecast"].search([("id", "=", opening if isinstance(opening, int) else 0)])
        if not forecast:
            raise UserError(self.env._("This forecast is no longer there. Open it again."))
        return forecast.action_xlsx()

    def _workbook(self):
        """Return these rows as an XLSX file (bytes), in the language of who asks."""
        env = self.env
        columns = [
            (env._("Supposing"), 18),
            (env._("What"), 16),
            (env._("Expected on"), 12),
            (env._("Customer"), 28),
            (env._("Order"), 14),
            (env._("For"), 36),
            (env._("Where It Stands"), 20),
            (env._("Confidence (%)"), 12),
            (env._("Currency"), 9),
            (env._("Expected"), 14),
            (env._("Weighted"), 14),
            (env._("Untaxed"), 14),
            (env._("Why This Day"), 60),
        ]
        return table("1", columns, [row._workbook_row() for row in self])

    def _workbook_row(self):
        row, places = self.sudo(), self.currency_id.decimal_places
        kinds, stands = (dict(self._fields[name]._description_selection(self.env)) for name in ("kind", "certainty"))
        return [
            row.scenario_name,
            kinds[row.kind],
            row.day or None,
            row.partner_id.display_name,
            row.order_id.name,
            row.name,
            stands[row.certainty],
            Amount(row.confidence, 0),
            row.currency_id.name,
            *(Amount(row[name], places) for name in ("amount", "weighted", "amount_untaxed")),
            row.why,
        ]


def as_copied(value):
    r"""Return a value as COPY takes it.

    >>> as_copied("a\tb"), as_copied(None), as_copied(1.5)
    ('a\\tb', '\\N', '1.5')
    """
    if value is None or value is False:
        return "\\N"
    if not isinstance(value, str):
        return str(value)
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


#: What the first day of a row is, by where it stands.
SINCE = {
    "planned": lambda env, day: env._("planned for %s", day),
    "held": lambda env, day: env._("planned for %s", day),
    "late": lambda env, day: env._("planned for %s, which has passed", day),
    "due": lambda env, day: env._("due since %s", day),
    "blocked": lambda env, day: env._("due since %s, and blocked", day),
    "drafted": lambda env, day: env._("draft invoice of %s", day),
    "agreed": lambda env, day: env._("agreed for %s", day),
    "estimated": lambda env, day: env._("estimated for %s", day),
}
