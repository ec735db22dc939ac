from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..engine.forecast import Habit

#: Paid invoices that a customer's habit is read from, and how far back they are looked for.
LAST, DAYS_BACK = 12, 730
#: With fewer, nothing is said of him.
LEAST = 3
#: A typing error beyond.
MOST_LATE = 3650
GROUPS = "sales_team.group_sale_salesman,account.group_account_invoice,account.group_account_readonly"


class ResPartner(models.Model):
    """How many days a customer pays after the day on which he has to: as he did, or as somebody says."""

    _inherit = "res.partner"

    billing_late_typed = fields.Integer(company_dependent=True, readonly=True, help="Days late, as somebody said.")
    billing_late_is_typed = fields.Boolean(
        company_dependent=True, readonly=True, help="Somebody said how late he pays: what he did does not count."
    )
    billing_late_days = fields.Integer(
        "Pays After (Days)",
        compute="_compute_billing_late",
        inverse="_inverse_billing_late_days",
        compute_sudo=True,
        groups=GROUPS,
        help="How many days after the day on which he has to, as the cash-flow forecast takes it; below zero before. "
        "It follows from his last paid invoices, until somebody types another number.",
    )
    billing_late_text = fields.Char(
        "Follows From",
        compute="_compute_billing_late",
        compute_sudo=True,
        groups=GROUPS,
        help="What the number follows from.",
    )

    @api.depends("billing_late_typed", "billing_late_is_typed", "commercial_partner_id")
    @api.depends_context("company", "lang")
    def _compute_billing_late(self):
        company = self.env.company
        customers = self.commercial_partner_id
        found, usual = customers._billing_habits_known(company)
        for partner in self:
            customer = partner.commercial_partner_id
            habit = found.get(customer._origin.id, Habit(0, 0))
            partner.billing_late_days, partner.billing_late_text = customer._billing_late(habit, usual)

    def _billing_late(self, habit, usual):
        """Return (days late that the forecast takes of this customer, what they follow from in words).

        :param habit: his own (``engine.forecast.Habit``)
        :param usual: that of all customers of the company
        """
        if self.billing_late_is_typed:
            if habit.number < LEAST:
                return self.billing_late_typed, self.env._("Typed")
            return self.billing_late_typed, self.env._(
                "Typed; his last %(count)s paid invoices say %(days)s", count=habit.number, days=habit.days
            )
        if habit.number >= LEAST:
            return habit.days, self.env._("His last %s paid invoices", habit.number)
        if usual.number >= LEAST:
            return usual.days, self.env._(
                "%(count)s paid invoices of all customers, as fewer than %(least)s of his are known",
                count=usual.number,
                least=LEAST,
            )
        return 0, self.env._("Nothing is known: fewer than %s paid invoices", LEAST)

    def _inverse_billing_late_days(self):
        customers = self.commercial_partner_id
        found, usual = customers.sudo()._billing_habits_known(self.env.company)
        for partner in self:
            customer = partner.commercial_partner_id.sudo()
            days = max(-MOST_LATE, min(partner.billing_late_days, MOST_LATE))
            # A new contact is sent with the number that it was shown: nobody typed that.
            if days != customer._billing_late(found.get(customer.id, Habit(0, 0)), usual)[0]:
                partner._billing_check_may_set_late()
                customer.write({"billing_late_typed": days, "billing_late_is_typed": True})

    def _has_field_access(self, field, operation):
        # OVERRIDE: who may not say how late customers pay reads it on screen.
        if operation == "write" and field.name == "billing_late_days" and not self._may_set_rules():
            return False
        return super()._has_field_access(field, operation)

    def action_use_computed_late_days(self):
        """Go back to the days late that follow from the paid invoices of these customers.

        :return: True
        :raises AccessError: for who may not set how customers are billed
        """
        self.check_access("read")
        self._billing_check_may_set_late()
        self.commercial_partner_id.sudo().write({"billing_late_typed": 0, "billing_late_is_typed": False})
        return True

    def _billing_check_may_set_late(self):
        if not self._may_set_rules():
            raise AccessError(
                self.env._("How late customers pay is set by sales managers and by who invoices. Ask one of them.")
            )

    def _billing_habits_known(self, company):
        """Return what ``_billing_habits`` does of these customers; that of all of them where fewer are known alone."""
        found, usual = self._billing_habits(company)[0] if self else {}, Habit(0, 0)
        of_some = {customer for customer, habit in found.items() if habit.number >= LEAST}
        if self.filtered(lambda row: row._origin.id not in of_some and not row.billing_late_is_typed):
            usual = self.browse()._billing_habits(company)[1]
        return found, usual

    def _billing_habits(self, company):
        """Return how late customers pay, in one query: ``({id: engine.forecast.Habit}, that of all of them)``.

        Of each customer his last paid invoices count, each as its receivable items were paid, weighted by what was
        paid of them on which day; the median of them holds. Credit notes settle nothing here, and reversed invoices
        were never paid.

        :param self: commercial partners, whose invoices alone are read; none for all
        :param company: one ``res.company``: whose invoices
        """
        self.env["account.move"].flush_model()
        self.env["account.move.line"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        first = fields.Date.subtract(company._billing_today(), days=DAYS_BACK)
        rows = self.env.execute_query(
            SQL(
                """
                WITH paid AS (
                     SELECT move.id, move.commercial_partner_id AS customer, MAX(credit.date) AS day,
                            SUM(part.amount * (credit.date - item.date_maturity)) / SUM(part.amount) AS late
                       FROM account_move move
                       JOIN account_move_line item ON item.move_id = move.id AND item.date_maturity IS NOT NULL
                       JOIN account_account account ON account.id = item.account_id
                                                   AND account.account_type = 'asset_receivable'
                       JOIN account_partial_reconcile part ON part.debit_move_id = item.id AND part.amount > 0
                       JOIN account_move_line credit ON credit.id = part.credit_move_id
                       JOIN account_move settled ON settled.id = credit.move_id AND settled.move_type = 'entry'
                      WHERE move.company_id = %(company)s AND move.move_type = 'out_invoice' AND move.state = 'posted'
                        AND move.payment_state IN ('paid', 'in_payment') AND move.invoice_date >= %(first)s
                        %(theirs)s
                      GROUP BY move.id
                     ),
                     ranked AS (
                     SELECT paid.*, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY day DESC, id DESC) AS place
                       FROM paid
                     )
                SELECT customer, ROUND(PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY late))::int, COUNT(*)
                  FROM ranked
                 WHERE place <= %(last)s
                 GROUP BY GROUPING SETS ((customer), ())
                """,
                company=company.id,
                first=first,
                last=LAST,
                theirs=SQL("AND move.commercial_partner_id = ANY(%s)", self._origin.ids) if self else SQL(),
            )
        )
        found = {customer or 0: Habit(days or 0, count) for customer, days, count in rows}
        usual = found.pop(0, Habit(0, 0))
        return found, usual

    @api.model
    def _billing_late_by_customer(self, company):
        """Return the days late that the forecast takes: ``({commercial partner id: days}, those of all others)``."""
        found, usual = self.browse()._billing_habits(company)
        days = {customer: habit.days for customer, habit in found.items() if habit.number >= LEAST}
        typed = (
            self.with_context(active_test=False).with_company(company).search([("billing_late_is_typed", "=", True)])
        )
        days.update({partner.id: partner.billing_late_typed for partner in typed})
        return days, usual.days if usual.number >= LEAST else 0
