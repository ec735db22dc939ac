from collections import defaultdict

from odoo import fields, models
from odoo.addons.billing_base.models.billing_run_plan import NEAR
from odoo.fields import Command, Domain
from odoo.tools import format_date

#: What of one order alone shares an invoice; by other rules, what of one customer does.
OF_ONE_ORDER = {"milestone", "order"}


class BillingMilestone(models.Model):
    """From what is attained to native invoices, and back."""

    _inherit = "billing.milestone"

    billing_round = fields.Integer(default=0, copy=False, readonly=True)

    def _last_attainment_id(self):
        """Return the id of the last attainment of this milestone, which is what is billed of it; False for none."""
        self.ensure_one()
        return max(self.sudo().attainment_ids.ids, default=False)

    # === WHAT GOES ON WHICH INVOICE === #

    def _sharing(self):
        """Return what shares an invoice with this milestone: by order or customer where they say so, else by plan.

        :return: one of the values of the rule *One Invoice per*
        """
        self.ensure_one()
        rule = self.order_id._billing_rules()[self.order_id]["billing_one_invoice_per"]
        return rule.value if rule.whose in NEAR else self.schedule_id.grouping

    def _invoice_policy(self):
        """Return what becomes of the invoice of this milestone, one of ``INVOICE_POLICIES``; as of ``_sharing``."""
        self.ensure_one()
        rule = self.order_id._billing_rules()[self.order_id]["billing_invoices"]
        return rule.value if rule.whose in NEAR else self.schedule_id.invoice_policy

    def _billing_scope(self):
        """Return the number under which workers keep off each other: the order, or the customer of shared invoices."""
        self.ensure_one()
        if self._sharing() in OF_ONE_ORDER:
            return self.order_id.id
        return -self.order_id.partner_invoice_id.commercial_partner_id.id

    def _together_domain(self):
        """Return the domain of attainments that may be settled with those of these milestones, all of one scope."""
        order, sharing = self[0].order_id, {milestone._sharing() for milestone in self}
        if sharing == {"milestone"}:
            return Domain("milestone_id", "in", self.ids)
        if sharing <= OF_ONE_ORDER:
            return Domain("order_id", "=", order.id)
        customer = order.partner_invoice_id.commercial_partner_id
        return Domain("order_id.partner_invoice_id.commercial_partner_id", "=", customer.id)

    def _group_key(self):
        """Return what the milestones of one invoice have in common."""
        self.ensure_one()
        order = self.order_id
        return (
            order.company_id.id,
            order.partner_invoice_id.id,
            order.partner_shipping_id.id,
            order.currency_id.id,
            order.fiscal_position_id.id,
            order.journal_id.id,
            self._payment_term().id,
            self._invoice_policy(),
            self._wanted_invoice_date(),
            *self._shared_key(),
        )

    def _shared_key(self):
        """Return what of ``_group_key`` the rule says, or the plan, that decides what shares an invoice."""
        order, sharing = self.order_id, self._sharing()
        find = {
            "milestone": lambda: self.id,
            "order": lambda: order.id,
            "reference": lambda: order.client_order_ref or "",
            "project": lambda: tuple(sorted({line._billing_project().id for line in self.allocation_ids.line_id})),
        }
        return sharing, find[sharing]() if sharing in find else 0

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
        if self.schedule_id.invoice_date_policy != "attained" or not self.attained_date:
            return self._today()
        last = self.attainment_ids.filtered("percent").sorted("id")[-1:]
        # No invoice is dated before its order was confirmed, unless a person, or another system, gave that day.
        return self.attained_date if last.source in ("manual", "api") else self._not_before_order(self.attained_date)

    # === BILLING === #

    def _bill_due(self):
        """Bring the invoices of these milestones in line with what is attained (callers hold the locks).

        :return: ``{milestone: invoice}`` of those that got an invoice, and ``{milestone: (state, facts)}`` of those
            that the customer's rules leave to the invoice run or keep back
        :raises NotBillable: naming what a person can mend.
        """
        self._set_against_outside()
        for milestone in self:
            milestone._take_back_drafts()
        charges = {milestone: milestone._charges() for milestone in self}
        # In the order of the plan: what was paid in advance comes off the first.
        due = self.filtered(charges.get).sorted(lambda milestone: (milestone.sequence, milestone.id))
        left = due._leave_to_run()
        due = due.filtered(lambda milestone: milestone not in left)
        due.order_id._billing_begin_round()
        moves, values, open_days = {}, [], {}
        groups = list(due.grouped(lambda milestone: milestone._group_key()).values())
        for milestones in groups:
            milestones.order_id._billing_check_billable()
            values.append(milestones._prepare_invoice(charges, milestones[0]._invoice_day(open_days)))
        for milestones, move in zip(groups, self._create_moves(groups, values), strict=True):
            moves.update(dict.fromkeys(milestones, move))
        for milestone in due:
            milestone.billing_round += 1
        self._post_moves(moves)
        self.order_id._billing_ask_about_advances()
        return moves, left

    def _charges(self):
        """Return what is to be billed now: ``[(allocation, untaxed amount)]``; nothing while a credit is owed."""
        self.ensure_one()
        rows = self.allocation_ids.sorted(lambda row: (row.line_id.sequence, row.line_id.id))
        return [(row, row.to_bill_amount) for row in rows if row._is_to_be_billed()]

    def _create_moves(self, groups, values):
        """Create the invoices of ``groups`` (recordsets of milestones) from ``values``, by company and language."""
        moves = [None] * len(groups)
        batches = defaultdict(list)
        for index, milestones in enumerate(groups):
            order = milestones[0].order_id
            batches[order.company_id, order.partner_invoice_id.lang].append(index)
        for (company, lang), indexes in batches.items():
            orders = self.order_id.with_company(company).with_context(lang=lang or self.env.lang)
            orders = orders._flagged("billing_draining", "billing_making")
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
                lines = allocation._prepare_invoice_lines(amount, sequence=sequence)
                values["invoice_line_ids"] += [Command.create(line_values) for line_values, _part in lines]
        return values

    def _post_moves(self, moves):
        """Post, and queue for Odoo's own sending, the invoices whose rules ask for it; say so on the orders."""
        wanted = defaultdict(lambda: self.env["account.move"])
        for milestone, move in moves.items():
            wanted[milestone._invoice_policy()] |= move
        (wanted["post"] | wanted["send"]).action_post()
        if wanted["send"]:
            wanted["send"]._billing_queue_sending()
        # Followers get it in a mail in a moment: the chatter of an order has one message of what is billed.
        self.filtered(lambda row: moves.get(row) and not row._is_to_be_notified())._log_invoiced(moves)

    def _is_to_be_notified(self):
        """Return whether followers get a mail, after this transaction, about what is billed now of this milestone."""
        self.ensure_one()
        return any(row.to_tell and row.state == "pending" for row in self.attainment_ids)

    def _log_invoiced(self, moves):
        """Say on the orders of these milestones which invoice bills each, and what of down payments came off.

        :param dict moves: ``{milestone: invoice}``
        """
        for order, milestones in self._for_history():
            rows = [
                order.env._(
                    "%(milestone)s: %(invoice)s",
                    milestone=milestone.name,
                    invoice=moves[milestone]._get_html_link(title=moves[milestone].display_name),
                )
                for milestone in milestones
            ]
            rows += {text: None for text in (row._describe_deducted(moves[row]) for row in milestones) if text}
            order._billing_log(order.env._("Milestones invoiced"), rows)

    # === DATES AND LOCKS === #

    def _invoice_day(self, open_days):
        """Return the wanted invoice date, or, when it is locked, the first open day after it, and log that.

        :param dict open_days: the days found so far in this batch; it is filled
        :raises NotBillable: when no day up to today is open.
        """
        self.ensure_one()
        wanted = self._wanted_invoice_date()
        key = (self.company_id, self.order_id.journal_id, wanted)
        if key not in open_days:
            open_days[key] = self.order_id._billing_open_day(wanted)
        if open_days[key] != wanted:
            order = self.order_id._billing_for_history()
            order._billing_log(
                order.env._(
                    "%(wanted)s is locked: the invoice of %(milestone)s is dated %(day)s, the next open day.",
                    wanted=format_date(order.env, wanted),
                    milestone=self.name,
                    day=format_date(order.env, open_days[key]),
                )
            )
        return open_days[key]
