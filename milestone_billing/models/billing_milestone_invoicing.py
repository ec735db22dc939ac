from collections import defaultdict
from datetime import timedelta
from functools import partial

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from . import obstacles
from .exceptions import NotBillable


class _Probe(Exception):
    """Raised on purpose, to take back an invoice that was only tried."""


class BillingMilestone(models.Model):
    """From what is attained to native invoices, and back."""

    _inherit = "billing.milestone"

    billing_round = fields.Integer(default=0, copy=False, readonly=True)

    # === WHAT GOES ON WHICH INVOICE === #

    def _billing_scope(self):
        """Return the number under which workers keep off each other: the order, or the customer of shared invoices."""
        self.ensure_one()
        if self.schedule_id.grouping == "customer":
            return -self.order_id.partner_invoice_id.commercial_partner_id.id
        return self.order_id.id

    def _group_key(self):
        """Return what the milestones of one invoice have in common."""
        self.ensure_one()
        order, schedule = self.order_id, self.schedule_id
        scope = {"milestone": ("milestone", self.id), "order": ("order", order.id), "customer": ("customer",)}
        return (
            order.company_id.id,
            order.partner_invoice_id.id,
            order.partner_shipping_id.id,
            order.currency_id.id,
            order.fiscal_position_id.id,
            order.journal_id.id,
            self._payment_term().id,
            schedule.invoice_policy,
            self._wanted_invoice_date(),
            *scope[schedule.grouping],
        )

    def _payment_term(self):
        """Return the payment terms: the milestone's own, else the schedule's, its template's, the order's."""
        self.ensure_one()
        schedule = self.schedule_id
        return (
            self.payment_term_id
            or schedule.payment_term_id
            or schedule.template_id.payment_term_id
            or self.order_id.payment_term_id
        )

    def _wanted_invoice_date(self):
        """Return the invoice date that the schedule asks for, before lock dates are looked at."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        return (self.attained_date or today) if self.schedule_id.invoice_date_policy == "attained" else today

    # === BILLING === #

    def _bill_due(self):
        """Bring the invoices of these milestones in line with what is attained (callers hold the locks).

        :return: ``{milestone: invoice}`` of those that got an invoice
        :raises NotBillable: naming what a person can mend.
        """
        for milestone in self:
            milestone.allocation_ids._reopen_undone()
            milestone._take_back_drafts()
        charges = {milestone: milestone._charges() for milestone in self}
        due = self.filtered(lambda milestone: charges[milestone])
        moves, values, open_days = {}, [], {}
        groups = list(due.grouped(lambda milestone: milestone._group_key()).values())
        for milestones in groups:
            milestones._check_billable()
            values.append(milestones._prepare_invoice(charges, milestones[0]._invoice_day(open_days)))
        for milestones, move in zip(groups, self._create_moves(groups, values), strict=True):
            moves.update(dict.fromkeys(milestones, move))
        for milestone in due:
            milestone.billing_round += 1
        self._post_moves(moves)
        return moves

    def _charges(self):
        """Return what is to be billed now: ``[(allocation, untaxed amount)]``; nothing while a credit is owed."""
        self.ensure_one()
        rows = self.allocation_ids.sorted(lambda row: (row.line_id.sequence, row.line_id.id))
        return [
            (row, row.to_bill_amount)
            for row in rows
            if row._is_owed_by_customer() or not row.line_id.price_subtotal and row._closes_free_line()
        ]

    def _create_moves(self, groups, values):
        """Create the invoices of ``groups`` (recordsets of milestones) from ``values``, by company and language."""
        moves = [None] * len(groups)
        batches = defaultdict(list)
        for index, milestones in enumerate(groups):
            order = milestones[0].order_id
            batches[order.company_id, order.partner_invoice_id.lang].append(index)
        for (company, lang), indexes in batches.items():
            orders = self.order_id.with_company(company).with_context(lang=lang or self.env.lang, billing_draining=True)
            made = orders._create_account_invoices([values[index] for index in indexes], final=False)
            made._billing_turn_negative()
            for index, move in zip(indexes, made, strict=True):
                moves[index] = move
        return moves

    def _prepare_invoice(self, charges, day):
        """Return the values of the one invoice of these milestones.

        :param dict charges: ``{milestone: [(allocation, untaxed amount)]}``
        :param day: the invoice date
        """
        orders = self.order_id
        first = orders[0].with_company(orders[0].company_id).with_context(lang=orders[0].partner_invoice_id.lang)
        values = first._prepare_invoice()
        if len(orders) > 1:
            values["invoice_origin"] = ", ".join(orders.mapped("name"))
            values["ref"] = ", ".join(order.client_order_ref or order.name for order in orders)[:2000]
            values["payment_reference"] = False
        values["invoice_payment_term_id"] = self[0]._payment_term().id
        values["invoice_date"] = day
        sequence = 0
        for milestone in self:
            for allocation, amount in charges[milestone]:
                sequence += 1
                line_values = allocation._prepare_invoice_line(amount, sequence=sequence)
                values["invoice_line_ids"].append(Command.create(line_values))
        return values

    def _post_moves(self, moves):
        """Post, and queue for Odoo's own sending, the invoices whose schedule asks for it; say so on the orders."""
        wanted = defaultdict(lambda: self.env["account.move"])
        for milestone, move in moves.items():
            wanted[milestone.schedule_id.invoice_policy] |= move
        (wanted["post"] | wanted["send"]).action_post()
        if wanted["send"]:
            wanted["send"]._billing_queue_sending()
        for order, milestones in self.filtered(moves.get).grouped("order_id").items():
            rows = [
                self.env._(
                    "%(milestone)s: %(invoice)s", milestone=milestone.name, invoice=moves[milestone].display_name
                )
                for milestone in milestones
            ]
            order._billing_log(self.env._("Milestones invoiced"), rows)

    # === DATES, LOCKS AND OTHER OBSTACLES === #

    def _invoice_day(self, open_days):
        """Return the wanted invoice date, or the first open day after it when it is locked, which is then said.

        :param dict open_days: the days found so far in this batch; it is filled
        :raises NotBillable: when no day up to today is open.
        """
        self.ensure_one()
        wanted = self._wanted_invoice_date()
        key = (self.company_id, self.order_id.journal_id, wanted)
        if key not in open_days:
            open_days[key] = self._open_day(wanted)
        if open_days[key] != wanted:
            self.order_id._billing_log(
                self.env._(
                    "%(wanted)s is locked: the invoice of %(milestone)s is dated %(day)s, the next open day.",
                    wanted=format_date(self.env, wanted),
                    milestone=self.name,
                    day=format_date(self.env, open_days[key]),
                )
            )
        return open_days[key]

    def _open_day(self, wanted):
        """Return ``wanted``, or the first day after it on which the books of this milestone's company are open.

        :raises NotBillable: when no day up to today is open.
        """
        company, today = self.company_id, fields.Date.context_today(self)
        journal, day = self._sale_journal(), wanted
        while locks := company._get_violated_lock_dates(day, True, journal):
            day = max(lock[0] for lock in locks) + timedelta(days=1)
            if day > today:
                raise NotBillable(partial(obstacles.locked, company.name, locks[-1][0]))
        return day

    def _sale_journal(self):
        """Return the journal of the invoice.

        :raises NotBillable: when the company has none.
        """
        self.ensure_one()
        if self.order_id.journal_id:
            return self.order_id.journal_id
        company = self.company_id
        journal = self.env["account.journal"].search(
            [*self.env["account.journal"]._check_company_domain(company), ("type", "=", "sale")], limit=1
        )
        if not journal:
            raise NotBillable(partial(obstacles.no_journal, company.name))
        return journal

    def _check_billable(self):
        """Check what Odoo itself would let pass silently.

        :raises NotBillable: naming what is wrong and the remedy.
        """
        for order in self.order_id:
            archived = (order.partner_invoice_id | order.partner_id).filtered(lambda partner: not partner.active)[:1]
            if archived:
                raise NotBillable(partial(obstacles.archived_customer, archived.display_name, order.name))
            if not order.currency_id.active:
                raise NotBillable(partial(obstacles.archived_currency, order.currency_id.name))

    def _explain_failure(self, error):
        """Return (reason, remedy) of ``error`` in the user's words."""
        if isinstance(error, NotBillable):
            return error.words(self.env)
        for milestone in self:
            for line in milestone.allocation_ids.line_id:
                accounts = line.product_id.product_tmpl_id.with_company(line.company_id).get_product_accounts(
                    line.order_id.fiscal_position_id
                )
                account = accounts.get("income")
                if not account or not account.active:
                    return (
                        self.env._("Product %s has no usable income account.", line.product_id.display_name),
                        self.env._(
                            "Set an active income account on the product, its category or the journal; then retry."
                        ),
                    )
        if isinstance(error, UserError):
            return str(error), self.env._("Mend what the message names; then retry.")
        return (
            self.env._("Unexpected error: %s", error),
            self.env._("Retry; if it comes back, show this message to your administrator."),
        )

    def _probe_billing(self):
        """Return the error that billing this milestone alone raises, or None. Nothing of the attempt remains."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._bill_due()
                raise _Probe
        except _Probe:
            return None
        except Exception as error:
            return error

    def _hold_reason(self):
        """Return (reason, remedy) of the hold in force on this milestone."""
        self.ensure_one()
        holds = self._active_holds()
        return (
            self.env._("On hold: %s", "; ".join(hold._describe() for hold in holds)),
            self.env._("It is billed as soon as the hold ends or is released."),
        )

    def _failed_words(self, error):
        """Return (summary, note) of the activity that asks a person to mend ``error``."""
        reason, remedy = self._explain_failure(error)
        return self.env._("Cannot be billed: %s", reason), remedy

    def _ask_person(self, words):
        """Put an activity on the order for the person responsible, once for the same summary.

        :param words: takes milestones and returns (summary, note) in the language of their environment, his
        """
        kind = self.env.ref("milestone_billing.mail_activity_billing")
        for order, milestones in self.sudo().grouped("order_id").items():
            person = milestones.schedule_id[:1]._responsible()
            summary, note = words(milestones.with_context(lang=person.lang or self.env.lang))
            text = f"{', '.join(milestones.mapped('name'))}: {summary}"
            asked = order.activity_ids.filtered(lambda row: row.activity_type_id == kind).mapped("summary")
            if text not in asked:
                order.activity_schedule(
                    activity_type_id=kind.id,
                    summary=text,
                    note=note,
                    user_id=person.id,
                )
