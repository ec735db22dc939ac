from dataclasses import replace
from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import from_units, to_fraction, to_units
from odoo.tools import format_date

from ..engine.due import Kept, due_shares
from ..engine.standing import Moment, Standing, reopened
from .billing_milestone import BOOKS_GROUPS


class BillingMilestoneAllocation(models.Model):
    """The share of a milestone that falls on one order line: exact, untaxed, in the order's currency."""

    _name = "billing.milestone.allocation"
    _description = "Billing Milestone Allocation"
    _order = "milestone_id, id"
    _rec_name = "line_id"

    milestone_id = fields.Many2one("billing.milestone", required=True, index=True, ondelete="cascade")
    line_id = fields.Many2one("sale.order.line", "Order Line", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="milestone_id.company_id", store=True, index=True, precompute=True)
    currency_id = fields.Many2one(related="milestone_id.currency_id", store=True, precompute=True)
    amount = fields.Monetary(required=True, help="Untaxed share of the order line.")
    invoice_line_ids = fields.One2many(
        "account.move.line", "billing_allocation_id", "Invoice Lines", copy=False, groups=BOOKS_GROUPS
    )
    kept_percent = fields.Float(
        digits=(16, 6), copy=False, readonly=True, help="Billed of the milestone when the order last changed."
    )
    kept_amount = fields.Monetary(
        copy=False,
        readonly=True,
        help="Billed of this share when the order last changed: what stays at that percentage.",
    )
    due_amount = fields.Monetary(
        "Attained Amount", compute="_compute_due_amount", store=True, help="Attained so far, cumulative."
    )
    invoiced_amount = fields.Monetary(
        compute="_compute_billed", store=True, help="Invoices that stand, drafts included."
    )
    credited_amount = fields.Monetary(compute="_compute_billed", store=True, help="Credit notes that stand.")
    billed_amount = fields.Monetary(compute="_compute_billed", store=True, help="Invoices less credit notes, untaxed.")
    asked_amount = fields.Monetary(
        compute="_compute_asked_amount",
        store=True,
        copy=False,
        help="Credited, and asked by a person to be billed again all the same.",
    )
    reopened_amount = fields.Monetary(
        compute="_compute_reopened_amount",
        store=True,
        help="Credited, and free to be billed again: undone, or asked for again.",
    )
    to_bill_amount = fields.Monetary(
        compute="_compute_to_bill_amount", store=True, help="Attained and not billed yet, untaxed."
    )

    _share_unique = models.UniqueIndex("(milestone_id, line_id)", "A milestone has one share of an order line.")

    @api.depends(
        "amount",
        "kept_amount",
        "kept_percent",
        "milestone_id.attained_percent",
        "milestone_id.allocation_ids.amount",
        "milestone_id.allocation_ids.kept_amount",
        "milestone_id.allocation_ids.kept_percent",
    )
    def _compute_due_amount(self):
        for milestone, allocations in self.grouped("milestone_id").items():
            rounding = milestone.currency_id.rounding or 0.01
            due = (milestone.allocation_ids | allocations)._due_now()
            for allocation in allocations:
                allocation.due_amount = from_units(due[allocation.id], rounding)

    def _due_now(self):
        """Return what is attained by now of these shares, all those of one milestone: see :meth:`_due_at`."""
        return self._due_at(self.milestone_id.attained_percent)

    def _due_as_of(self, attainment, percent):
        """Return what was attained of these shares, all those of one milestone, as of one of its attainments.

        :param int attainment: its id; 0 before the first
        :param float percent: to what the milestone was attained then, cumulative
        :return: see :meth:`_due_at`
        """
        return self._due_at(percent)

    def _due_at(self, percent):
        """Return what is due of these shares, all those of one milestone, once it is attained to ``percent``.

        :param float percent: cumulative, 0 to 100
        :return: ``{id: units of the order's currency}``
        """
        shares = {row.id: to_units(row.amount, row.currency_id.rounding or 0.01) for row in self}
        kept = {row.id: row._kept() for row in self if row.kept_percent}
        return due_shares(shares, min(to_fraction(percent), Fraction(1)), kept)

    def _kept(self):
        """Return what of this share was billed when its order changed, as the engine's ``Kept``, or None."""
        self.ensure_one()
        if not self.kept_percent:
            return None
        return Kept(to_fraction(self.kept_percent), to_units(self.kept_amount, self.currency_id.rounding))

    @api.depends(
        "invoice_line_ids.price_subtotal", "invoice_line_ids.move_id.state", "invoice_line_ids.move_id.move_type"
    )
    def _compute_billed(self):
        for allocation in self:
            invoiced = credited = 0.0
            for line in allocation.sudo().invoice_line_ids.filtered(lambda line: line.move_id.state != "cancel"):
                amount = line._billing_order_amount(allocation.currency_id) * -line.move_id.direction_sign
                if line._is_billing_charge():
                    invoiced += amount
                else:
                    credited -= amount
            currency = allocation.currency_id
            allocation.invoiced_amount = currency.round(invoiced)
            allocation.credited_amount = currency.round(credited)
            allocation.billed_amount = currency.round(invoiced - credited)

    @api.depends("credited_amount")
    def _compute_asked_amount(self):
        # “Bill Again” was asked for one credit note: without that credit note, it no longer holds for a later one.
        for allocation in self:
            allocation.asked_amount = min(allocation.asked_amount, allocation.credited_amount, key=abs)

    @api.depends(
        "due_amount",
        "asked_amount",
        "credited_amount",
        "milestone_id.attainment_ids.percent",
        "invoice_line_ids.billing_attainment_id",
        "invoice_line_ids.price_subtotal",
        "invoice_line_ids.move_id.state",
    )
    def _compute_reopened_amount(self):
        for allocation in self:
            rounding, amount = allocation.currency_id.rounding, 0.0
            if allocation.credited_amount and rounding:
                undone = from_units(allocation._reopened_by_undoing(), rounding)
                asked = min(allocation.asked_amount, allocation.credited_amount, key=abs)
                amount = max(undone, asked, key=abs)
            allocation.reopened_amount = amount

    def _reopened_by_undoing(self):
        """Return what credit notes took back of this share while it was not attained, in units."""
        self.ensure_one()
        rounding = self.currency_id.rounding
        rows = self.milestone_id.allocation_ids | self
        percents = self.milestone_id._attained_percents()
        lines = self.sudo().invoice_line_ids.filtered(lambda line: line.move_id.state != "cancel")
        made = lines.grouped(lambda line: line.billing_attainment_id.id or max(percents, default=0))
        moments, invoiced, credited = [], 0.0, 0.0
        for key in sorted({*percents, *made}):
            for line in made.get(key, ()):
                amount = line._billing_order_amount(self.currency_id) * -line.move_id.direction_sign
                invoiced += amount if line._is_billing_charge() else 0.0
                credited -= 0.0 if line._is_billing_charge() else amount
            due = rows._due_as_of(key, percents.get(key, 0.0))[self.id]
            moments.append(Moment(due, to_units(invoiced, rounding), to_units(credited, rounding)))
        return reopened(moments, -1 if (self.amount or self.invoiced_amount) < 0 else 1)

    @api.depends("due_amount", "invoiced_amount", "credited_amount", "reopened_amount")
    def _compute_to_bill_amount(self):
        for allocation in self:
            rounding = allocation.currency_id.rounding
            allocation.to_bill_amount = from_units(allocation._standing().to_bill, rounding) if rounding else 0.0

    def _standing(self):
        """Return where this share stands, as the engine's ``Standing`` (units of the order's currency)."""
        self.ensure_one()
        rounding = self.currency_id.rounding
        return Standing(
            due=to_units(self.due_amount, rounding),
            invoiced=to_units(self.invoiced_amount, rounding),
            credited=to_units(self.credited_amount, rounding),
            reopened=to_units(self.reopened_amount, rounding),
            side=-1 if (self.amount or self.invoiced_amount) < 0 else 1,
        )

    def _frozen_units(self):
        """Return what stays of this share of a billed milestone: all, or what is billed if its line left the plan."""
        self.ensure_one()
        covered = self.line_id.billing_schedule_id == self.milestone_id.schedule_id
        return to_units(self.amount, self.currency_id.rounding) if covered else self._standing().kept

    def _step_to(self, percent):
        """Return what attaining these shares, all those of one milestone, to ``percent`` bills beyond what is billed.

        Nothing where the invoice still stands, though it was undone.

        :param float percent: cumulative, 0 to 100
        :return: units of the order's currency; of a lower percentage below zero, what is taken back
        """
        due, step = self._due_at(percent), 0
        rising = percent > self.milestone_id.attained_percent
        for row in self:
            now = row._standing()
            open_now, open_then = (
                standing.side * standing.to_bill for standing in (now, replace(now, due=due[row.id]))
            )
            if rising:
                open_now, open_then = max(0, open_now), max(0, open_then)
            step += now.side * (open_then - open_now)
        return step

    def _is_owed_by_customer(self):
        """Return whether something of this share is attained and not billed."""
        self.ensure_one()
        standing = self._standing()
        return bool(standing.to_bill) and not standing.is_overbilled

    def _is_to_be_billed(self):
        """Return whether this share is to be on the next invoice: it is owed, or closes a line of price zero."""
        self.ensure_one()
        return self._is_owed_by_customer() or not self.line_id.price_subtotal and self._closes_free_line()

    def _any_open(self):
        """Return whether anything of these shares is to be billed or credited."""
        return any(not row.currency_id.is_zero(row.to_bill_amount) for row in self)

    def _is_overbilled(self):
        """Return whether more of this share is billed than is attained."""
        self.ensure_one()
        return self._standing().is_overbilled

    def _closes_free_line(self):
        """Return whether this share puts a line of price zero on the invoice: the last share of it does, once."""
        self.ensure_one()
        shares = self.line_id.billing_allocation_ids.sorted(
            lambda row: (row.milestone_id.sequence, row.milestone_id.id)
        )
        stands = self.sudo().invoice_line_ids.filtered(lambda line: line.parent_state != "cancel")
        return self == shares[-1:] and self.milestone_id._is_attained() and not stands

    # === INVOICE LINES === #

    def _price_included_total(self, amount):
        """Return ``amount`` (untaxed) with the taxes in the price, such that a whole plan totals the line's price.

        Cumulative in the order of the plan: what earlier milestones take, and what is billed of this one, first.
        """
        self.ensure_one()
        line, mine = self.line_id, (self.milestone_id.sequence, self.milestone_id.id)
        earlier = line.billing_allocation_ids.filtered(
            lambda row: (row.milestone_id.sequence, row.milestone_id.id) < mine
        )
        start = sum(earlier.mapped("amount")) + from_units(self._standing().kept, self.currency_id.rounding)
        if not line.price_subtotal:
            return 0.0
        currency = self.currency_id
        # Not the line's total: that has the taxes added to the price too.
        price = currency.round(line.price_unit * line.product_uom_qty * (1.0 - (line.discount or 0.0) / 100.0))
        ratio = price / line.price_subtotal
        return currency.round(currency.round((start + amount) * ratio) - currency.round(start * ratio))

    def _prepare_invoice_lines(self, amount, **optional_values):
        """Return the values of the invoice lines that bill ``amount`` of this share: one, unless an addon says so.

        :param float amount: untaxed, in the currency of the order
        :return: ``[(values, untaxed amount of the line)]``, which total ``amount``; each has a key of its own
        """
        return [(self._prepare_invoice_line(amount, **optional_values), amount)]

    def _prepare_invoice_line(self, amount, **optional_values):
        """Return the values of the invoice line that bills ``amount`` of this share.

        :param float amount: untaxed, in the currency of the order
        """
        self.ensure_one()
        order = self.milestone_id.order_id
        line = self.line_id.with_company(order.company_id).with_context(lang=order.partner_invoice_id.lang)
        values = line._prepare_invoice_line(**optional_values)
        values.update(
            name=self._invoice_line_name(line, amount),
            billing_allocation_id=self.id,
            billing_attainment_id=self.milestone_id._last_attainment_id(),
            billing_key=f"{self.id}/{self.milestone_id.billing_round + 1}",
            **self._billing_price(line, amount),
        )
        return values

    def _billing_price(self, line, amount):
        """Return quantity, price and tax data of the invoice line that bills ``amount`` of this share of ``line``."""
        if line.price_subtotal and (line.discount or 0.0) != 100.0 and not line._billing_by_price():
            return line._billing_price_of_parts(self._share_parts(amount))
        return line._billing_price(self._unrounded(amount), self._price_included_total)

    def _invoice_line_name(self, line, amount):
        """Return the text of the invoice line, from the milestone's template."""
        milestone = self.milestone_id
        share = milestone._plan_percent() * self._billed_part(amount)
        texts = {
            "milestone": milestone.name,
            "line": line.name or "",
            "percent": f"{share:.2f}".rstrip("0").rstrip("."),
            "order": milestone.order_id.name,
            "date": format_date(line.env, milestone.attained_date) if milestone.attained_date else "",
        }
        pattern = milestone.description or self.env._("{line}\n{milestone} ({percent} %)")
        for name, text in texts.items():
            pattern = pattern.replace(f"{{{name}}}", text)
        return pattern

    def _billed_part(self, amount):
        """Return which part of its milestone an invoice line of ``amount`` bills, from 0 to 1.

        The same for all lines of the milestone on an invoice, whatever each was rounded by.
        """
        milestone = self.milestone_id
        whole, due = milestone.amount, abs(milestone.to_bill_amount)
        if not whole or not self.amount:
            return 1.0
        together = abs(due / whole)
        alone = abs(amount / self.amount)
        # What its other lines owe may be something else: after a change order, or where one of them is credited.
        return together if abs(together - alone) * abs(self.amount) < 2 * self.currency_id.rounding else alone
