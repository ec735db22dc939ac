from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..closing.states import COUNTING


class RevenueCheck(models.TransientModel):
    """Subledger = ledger: the report, per account, as of a day."""

    _name = "revenue.check"
    _description = "Subledger to Ledger"
    _rec_name = "date"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    date = fields.Date(
        required=True, default=lambda self: self._default_date(), help="Both books at the end of this day."
    )
    line_ids = fields.One2many("revenue.check.line", "check_id", readonly=True)
    explanation = fields.Text(readonly=True, help="Why they differ, account by account.")
    tied = fields.Boolean(readonly=True, help="Whether subledger and ledger agree on every account.")

    def _default_date(self):
        last = self.env["revenue.close"]._last_posted(self.env.company)
        return last.date or self.env.company._revenue_today()

    @api.depends("date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for check in self:
            check.display_name = format_date(self.env, check.date)

    @api.model
    def _open_filled(self):
        """Open the comparison on the day of the last close, made already.

        :return: a window action
        """
        return self.create({}).action_check()

    def action_check(self):
        """Compare, and show the result."""
        self.ensure_one()
        self.env["revenue.close"].check_access("read")
        self.company_id.check_access("read")
        rows = self.env["revenue.close"].sudo()._compare(self.company_id, self.date)
        self.line_ids.unlink()
        self.env["revenue.check.line"].create(
            [
                {
                    "check_id": self.id,
                    "account_id": row["account"],
                    **{name: row[name] for name in ("whole", "subledger", "ledger", "difference")},
                }
                for row in rows
            ]
        )
        self.tied = not any(row["difference"] for row in rows)
        closes = self.env["revenue.close"].sudo()
        self.explanation = "\n".join(
            closes._difference_texts(self.company_id, closes._differences(self.company_id, self.date))
        )
        return self._get_records_action(target="current", name=self.env._("Subledger to Ledger"))


class RevenueCheckLine(models.TransientModel):
    """One account of the report."""

    _name = "revenue.check.line"
    _description = "Account of Subledger to Ledger"
    _order = "account_id"

    check_id = fields.Many2one("revenue.check", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="check_id.company_id.currency_id")
    account_id = fields.Many2one("account.account", required=True)
    whole = fields.Boolean(
        string="All Items", help="All journal items of the account count; of others only those that closes made."
    )
    subledger = fields.Monetary(help="What the subledger has of the account.")
    ledger = fields.Monetary(help="What the journal items of the account come to.")
    difference = fields.Monetary(help="What subledger and ledger differ by.")

    def action_open_moves(self):
        """Show the journal items that the subledger does not know, or knows otherwise."""
        self.ensure_one()
        action = self.env["account.move.line"]._get_records_action(name=self.env._("Items That Differ"))
        action["domain"] = [("id", "in", self._differing_items())]
        action["views"] = [(False, "list"), (False, "form")]
        action.pop("res_id", None)
        return action

    def _differing_items(self):
        """Return the ids of the journal items that make the difference.

        What stands on the account and neither bills a contract nor comes from a close; and all that bills a contract
        of which the subledger has another amount, also what is not posted any more.
        """
        values = {"account": self.account_id.id, "company": self.check_id.company_id.id, "date": self.check_id.date}
        rows = self.env.execute_query(SQL(FOREIGN, **values)) if self.whole else []
        rows += self.env.execute_query(SQL(UNMIRRORED, **values, states=COUNTING)) if self.whole else []
        return [item for (item,) in rows]


FOREIGN = """
    SELECT id FROM account_move_line
     WHERE account_id = %(account)s AND company_id = %(company)s AND parent_state = 'posted' AND date <= %(date)s
       AND revenue_posting_id IS NULL AND revenue_contract_id IS NULL
"""
UNMIRRORED = """
    WITH ledger AS (
        SELECT revenue_contract_id AS id, SUM(-balance) AS amount FROM account_move_line
         WHERE account_id = %(account)s AND company_id = %(company)s AND parent_state = 'posted'
           AND date <= %(date)s AND revenue_contract_id IS NOT NULL
         GROUP BY 1
    ), subledger AS (
        SELECT e.contract_id AS id, SUM(e.company_amount) AS amount
          FROM revenue_entry e JOIN revenue_close r ON r.id = e.close_id
         WHERE r.company_id = %(company)s AND r.state IN %(states)s AND r.date <= %(date)s AND e.kind = 'billing'
         GROUP BY 1
    ), wrong AS (
        SELECT COALESCE(ledger.id, subledger.id) AS id FROM ledger FULL JOIN subledger USING (id)
         WHERE COALESCE(ledger.amount, 0) != COALESCE(subledger.amount, 0)
    )
    SELECT l.id FROM wrong JOIN account_move_line l ON l.revenue_contract_id = wrong.id
     WHERE l.account_id = %(account)s
"""
