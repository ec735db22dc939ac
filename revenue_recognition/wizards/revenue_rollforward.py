from odoo import fields, models
from odoo.tools import SQL

from ..models.revenue_rollforward import MOVEMENTS
from ..report import rollforward_workbook

BALANCES = ("opening", *MOVEMENTS, "closing", "liability", "asset", "opening_liability", "opening_asset")
#: Columns that most firms have nothing in.
RARE = ("modification", "interest", "refund", "currency")


class RevenueRollforward(models.TransientModel):
    """Contract balances: how they came from the opening to the closing of a period, tied to the ledger."""

    _name = "revenue.rollforward"
    _inherit = ["revenue.report"]
    _description = "Contract Balances"

    _address = "balances"

    line_ids = fields.One2many("revenue.rollforward.line", "rollforward_id", readonly=True)
    account_ids = fields.One2many("revenue.rollforward.account", "rollforward_id", string="Accounts", readonly=True)
    line_count = fields.Integer(string="Contracts", readonly=True)
    shown = fields.Boolean(readonly=True)
    opening = fields.Monetary(
        "Opening Balance", readonly=True, help="Contract liability less contract asset on the day before the period."
    )
    billed = fields.Monetary(readonly=True, help="What invoices and credit notes of the period added.")
    recognised = fields.Monetary(
        readonly=True, help="What revenue of the period took away, but for what modifications caught up."
    )
    modification = fields.Monetary(
        string="Modifications",
        readonly=True,
        help="What modifications caught up: revenue of earlier performance, at once.",
    )
    interest = fields.Monetary(readonly=True, help="Of a significant financing component.")
    refund = fields.Monetary(
        string="Refund Liability", readonly=True, help="What was moved to refund liability, or came back."
    )
    currency = fields.Monetary(
        string="Exchange Differences", readonly=True, help="What changes of exchange rates did to the balance."
    )
    closing = fields.Monetary(
        "Closing Balance", readonly=True, help="Contract liability less contract asset on the last day."
    )
    liability = fields.Monetary(string="Contract Liability", readonly=True, help="On the last day.")
    asset = fields.Monetary(string="Contract Asset", readonly=True, help="On the last day.")
    ledger = fields.Monetary(string="In the Ledger", readonly=True, help="What the accounts of both come to.")
    difference = fields.Monetary(readonly=True, help="What report and ledger differ by.")
    uncovered = fields.Boolean(readonly=True, help="The period goes on after the last close.")

    # === ACTIONS === #

    def action_show(self):
        """Work the balances out; the form shows them with the ledger."""
        self.ensure_one()
        self._fill()
        return True

    def action_open_lines(self):
        """Show the balances contract by contract."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("revenue_recognition.action_revenue_rollforward_line")
        mine = [("rollforward_id", "=", self.id)]
        # What no contract has takes no room.
        empty = {f"hide_{name}": not self.line_ids.search_count([*mine, (name, "!=", 0)], limit=1) for name in RARE}
        return {**action, "domain": mine, "context": {"rollforward_id": self.id, **empty}}

    # === BUSINESS METHODS === #

    def _fill(self):
        """Write the balances of each contract, their totals, and the accounts they tie to."""
        self._check_period()
        self.line_ids.unlink()
        self.account_ids.unlink()
        self.env.flush_all()
        contracts = self.env["revenue.contract"].with_company(self.company_id)
        names = SQL(", ").join(SQL.identifier(name) for name in BALANCES)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO revenue_rollforward_line (rollforward_id, create_uid, create_date, contract_id, partner_id,
                                                      %(names)s)
                SELECT %(id)s, %(user)s, NOW() AT TIME ZONE 'UTC', contract_id, partner_id, %(names)s
                  FROM (%(balances)s) balances
                """,
                names=names,
                id=self.id,
                user=self.env.uid,
                balances=contracts._rollforward(self.company_id, self.date_from, self.date_to),
            )
        )
        self.invalidate_recordset(["line_ids"])
        self._fill_accounts()
        self._fill_totals()

    def _fill_accounts(self):
        own = self.env["revenue.contract"].sudo()._rollforward_accounts(self.company_id, self.date_to)
        rows = self.env["revenue.close"].sudo()._compare(self.company_id, self.date_to)
        self.env["revenue.rollforward.account"].create(
            [
                {
                    "rollforward_id": self.id,
                    "account_id": row["account"],
                    **{name: -row[name] for name in ("subledger", "ledger", "difference")},
                }
                for row in rows
                if row["account"] in own
            ]
        )

    def _fill_totals(self):
        """Sum up, and compare with the ledger."""
        groups = self.env["revenue.rollforward.line"]._read_group(
            [("rollforward_id", "=", self.id)],
            aggregates=["__count", *(f"{name}:sum" for name in BALANCES if name in self._fields)],
        )
        count, *sums = groups[0]
        rounded = self.currency_id.round
        names = [name for name in BALANCES if name in self._fields]
        totals = {name: rounded(amount or 0.0) for name, amount in zip(names, sums, strict=True)}
        ledger = rounded(sum(self.account_ids.mapped("ledger")))
        last = self.env["revenue.close"]._last_posted(self.company_id)
        self.write(
            {
                **totals,
                "line_count": count,
                "shown": True,
                "ledger": ledger,
                "difference": rounded(totals["closing"] - ledger),
                "uncovered": not last or last.date < self.date_to,
            }
        )

    def _workbook(self):
        """Return the content of the workbook."""
        self._fill()
        lines = self.line_ids.sudo()
        contracts = [
            {
                "customer": line.partner_id.display_name or "",
                "contract": line.contract_id.name,
                **{name: line[name] for name in BALANCES},
            }
            for line in lines.sorted(lambda line: (line.partner_id.display_name or "", line.contract_id.name))
        ]
        words = self._words()
        head = self._head(self.env._("Contract Balances"), words)
        parts = dict.fromkeys(self.account_ids.account_id.ids, words["part_own"])
        ledger = self._ledger_rows(self.date_to, parts)
        return rollforward_workbook(head, MOVEMENTS, contracts, ledger, [words["part_own"]])

    def _words(self):
        labels = self.fields_get([*MOVEMENTS, "opening", "closing", "liability", "asset"], ["string"])
        return {
            **{name: label["string"] for name, label in labels.items()},
            "by_contract": self.env._("By Contract"),
            "by_customer": self.env._("By Customer"),
            "contract": self.env._("Contract"),
            "customer": self.env._("Customer"),
            "part_own": self.env._("Contract balance"),
            "in_ledger": self.env._("Contract balances in the ledger"),
            "in_report": self.env._("Contract balances in this report"),
        }


class RevenueRollforwardLine(models.TransientModel):
    """The balances of one contract; opening and movements make closing."""

    _name = "revenue.rollforward.line"
    _description = "Balances of a Contract"
    _order = "partner_id, contract_id"
    _rec_name = "contract_id"

    rollforward_id = fields.Many2one("revenue.rollforward", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="rollforward_id.currency_id")
    contract_id = fields.Many2one("revenue.contract", required=True)
    partner_id = fields.Many2one("res.partner", string="Customer")
    opening = fields.Monetary(
        "Opening Balance", help="Contract liability less contract asset on the day before the period."
    )
    billed = fields.Monetary(help="What invoices and credit notes of the period added.")
    recognised = fields.Monetary(help="What revenue of the period took away, but for what modifications caught up.")
    modification = fields.Monetary(
        string="Modifications", help="What modifications caught up: revenue of earlier performance, at once."
    )
    interest = fields.Monetary(help="Of a significant financing component.")
    refund = fields.Monetary(string="Refund Liability", help="What was moved to refund liability, or came back.")
    currency = fields.Monetary(string="Exchange Differences", help="What changes of exchange rates did to the balance.")
    closing = fields.Monetary("Closing Balance", help="Contract liability less contract asset on the last day.")
    liability = fields.Monetary(string="Contract Liability", help="On the last day.")
    asset = fields.Monetary(string="Contract Asset", help="On the last day.")
    opening_liability = fields.Monetary(string="Opening Contract Liability", help="On the day before the period.")
    opening_asset = fields.Monetary(string="Opening Contract Asset", help="On the day before the period.")

    def action_open_contract(self):
        """Open the contract."""
        self.ensure_one()
        return self.contract_id._get_records_action()

    def action_xlsx(self):
        """Download the whole report as a workbook, whichever lines are chosen."""
        context = self.env.context.get("rollforward_id")
        report = self.env["revenue.rollforward"].browse(context) or self.rollforward_id
        return report.exists()[:1].action_xlsx()


class RevenueRollforwardAccount(models.TransientModel):
    """An account of contract liability or contract asset on the last day; credits above zero."""

    _name = "revenue.rollforward.account"
    _description = "Account of Contract Balances"
    _order = "account_id"

    rollforward_id = fields.Many2one("revenue.rollforward", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="rollforward_id.currency_id")
    account_id = fields.Many2one("account.account", required=True)
    subledger = fields.Monetary(help="What the subledger has of the account.")
    ledger = fields.Monetary(help="What the journal items of the account come to.")
    difference = fields.Monetary(help="What subledger and ledger differ by.")
