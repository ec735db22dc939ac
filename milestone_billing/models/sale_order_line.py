from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_compare, float_round

from .deferred import is_plan_deferred

PRICING = {"price_unit", "product_uom_qty", "discount", "tax_ids", "product_id", "product_uom_id"}


class SaleOrderLine(models.Model):
    """An order line under a schedule is billed by amounts: quantities follow what is billed of its total."""

    _inherit = "sale.order.line"

    billing_schedule_id = fields.Many2one("billing.schedule", copy=False, index="btree_not_null", ondelete="set null")
    billing_allocation_ids = fields.One2many("billing.milestone.allocation", "line_id", "Milestone Shares", copy=False)

    #: Lines are put under a schedule on the schedule, which then plans anew.
    _kept_fields = frozenset({"billing_schedule_id", "billing_allocation_ids"})

    # === COMPUTE METHODS === #

    @api.depends("billing_schedule_id", "price_subtotal", "product_uom_qty", "invoice_lines.price_subtotal")
    def _compute_qty_invoiced(self):
        return super()._compute_qty_invoiced()

    def _prepare_qty_invoiced(self):
        scheduled = self.filtered("billing_schedule_id")
        quantities = super(SaleOrderLine, self - scheduled)._prepare_qty_invoiced()
        for line in scheduled:
            quantities[line] = line._billed_quantity(lambda move: move.state != "cancel")
        return quantities

    @api.depends("billing_schedule_id", "price_subtotal", "product_uom_qty", "invoice_lines.price_subtotal")
    def _compute_qty_invoiced_posted(self):
        scheduled = self.filtered("billing_schedule_id")
        for line in scheduled:
            line.qty_invoiced_posted = line._billed_quantity(lambda move: move.state == "posted")
        return super(SaleOrderLine, self - scheduled)._compute_qty_invoiced_posted()

    # Attainments and holds are left out on purpose: the queue asks for this after each batch (_billing_refresh), so
    # that the transaction of whoever attains a milestone neither writes nor waits for the order's own rows.
    @api.depends("billing_schedule_id", "price_subtotal")
    def _compute_qty_to_invoice(self):
        scheduled = self.filtered("billing_schedule_id")
        shares = scheduled._billing_open_shares()
        for line in scheduled:
            line.qty_to_invoice = line._quantity_due(shares[line]) if line.state == "sale" else 0.0
        return super(SaleOrderLine, self - scheduled)._compute_qty_to_invoice()

    @api.depends("billing_schedule_id", "invoice_lines.move_id.state")
    def _compute_invoice_status(self):
        scheduled = self.filtered(
            lambda line: line.billing_schedule_id and line.state == "sale" and not line.is_downpayment
        )
        shares = scheduled._billing_open_shares()
        for line in scheduled:
            if shares[line]:
                line.invoice_status = "to invoice"
            else:
                line.invoice_status = "invoiced" if line._is_fully_billed() else "no"
        return super(SaleOrderLine, self - scheduled)._compute_invoice_status()

    @api.depends("billing_schedule_id", "price_subtotal")
    def _compute_untaxed_amount_to_invoice(self):
        scheduled = self.filtered(lambda line: line.billing_schedule_id and line.state == "sale")
        for line in scheduled:
            line.untaxed_amount_to_invoice = line.price_subtotal - line.untaxed_amount_invoiced
        return super(SaleOrderLine, self - scheduled)._compute_untaxed_amount_to_invoice()

    @api.depends("billing_schedule_id", "price_total", "amount_invoiced")
    def _compute_amount_to_invoice(self):
        scheduled = self.filtered(lambda line: line.billing_schedule_id and line.state == "sale")
        for line in scheduled:
            line.amount_to_invoice = line.price_total - line.amount_invoiced
        return super(SaleOrderLine, self - scheduled)._compute_amount_to_invoice()

    def _compute_qty_delivered(self):
        result = super()._compute_qty_delivered()
        self.filtered("billing_schedule_id")._billing_wake_on_delivery()
        return result

    # === CONSTRAINT METHODS === #

    @api.constrains("billing_schedule_id", "order_id")
    def _check_billing_schedule(self):
        for line in self.sudo().filtered("billing_schedule_id"):
            if line.billing_schedule_id.order_id != line.order_id:
                raise ValidationError(
                    self.env._("A schedule covers lines of its own order: %s is of another.", line.display_name)
                )

    def _billing_refresh(self):
        """Work out anew what is to be invoiced of these lines, and with it the order's status."""
        self.env.add_to_compute(self._fields["qty_to_invoice"], self)
        self.modified(["qty_to_invoice"])

    def _billing_refresh_invoiced(self):
        """Work out anew what quantity is invoiced: Odoo asks for it while it works out prices, so with the old ones."""
        self.env.add_to_compute(self._fields["qty_invoiced"], self)
        self.modified(["qty_invoiced"])

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not is_plan_deferred(self):
            lines.order_id._billing_follow_lines()
        return lines

    def write(self, vals):
        before = {line.id: line.price_subtotal for line in self} if vals.keys() & PRICING else {}
        result = super().write(vals)
        changed = self.filtered(lambda line: line.id in before and line.price_subtotal != before[line.id])
        changed.filtered("billing_schedule_id")._billing_refresh_invoiced()
        if changed and not is_plan_deferred(self):
            changed.order_id._billing_follow_lines()
        if vals.keys() & {"qty_delivered", "product_uom_qty"}:
            self._billing_wake_on_delivery()
        return result

    def unlink(self):
        orders = self.order_id
        emptied = self._billing_emptied()
        # By the ORM: the database would delete the shares too, without recomputing the totals of their milestones.
        self.sudo().billing_allocation_ids.filtered(lambda row: not row.invoice_line_ids).unlink()
        result = super().unlink()
        emptied._flagged("billing_not_by_hand")._leave_with_lines()
        if not is_plan_deferred(self):
            orders.exists()._billing_follow_lines()
        return result

    def _billing_emptied(self):
        """Return the milestones whose own lines are all among these: without them they would bill every other line."""
        milestones = self.env["billing.milestone"].sudo().search([("line_ids", "in", self.ids)])
        return milestones.filtered(lambda milestone: milestone.line_ids <= self)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        billed = self.sudo().billing_allocation_ids.filtered("invoice_line_ids").line_id[:1]
        if billed:
            raise UserError(
                self.env._(
                    "%s stands on an invoice of a milestone, so it stays on record. Set its quantity to 0 instead.",
                    billed.display_name,
                )
            )

    # === INVOICING === #

    def _prepare_invoice_lines_vals_list(self, **optional_values):
        planned = self._billing_planned(optional_values)
        if planned is not None:
            return planned
        if not self.billing_schedule_id or self.display_type or self.is_downpayment:
            return super()._prepare_invoice_lines_vals_list(**optional_values)
        optional_values.pop("quantity", None)
        shares = self._billing_open_shares()[self]
        lines = [line for row, amount in shares for line in row._prepare_invoice_lines(amount, **optional_values)]
        return [values for values, _part in lines]

    def _billing_open_shares(self):
        """Return what the native button would bill of these lines: ``{line: [(allocation, untaxed amount)]}``.

        Only the shares with something to bill are read: a line may have a thousand.
        """
        priced = self.filtered(lambda line: line.price_subtotal and isinstance(line.id, int))
        found = self.env["billing.milestone.allocation"].sudo()
        if priced:
            found = priced._billing_find_open()
        grouped = found.grouped("line_id")
        shares = {
            line: line._billing_sort_open(grouped.get(line, found.browse()) if line in priced else None)
            for line in self
        }
        return self._billing_within_worth(shares)

    def _billing_find_open(self):
        """Return the shares (as superuser) of these lines, which have a price, of which something may be open."""
        shares = self.env["billing.milestone.allocation"].sudo()
        return shares.search([("line_id", "in", self.ids), ("to_bill_amount", "!=", 0)])

    def _billing_sort_open(self, shares):
        """Return those of ``shares`` (all of this line's for None) that may be billed, in the order of the plan."""
        self.ensure_one()
        shares = self.sudo().billing_allocation_ids if shares is None else shares
        held = shares.milestone_id._held()
        return [
            (row, row.to_bill_amount)
            for row in shares.sorted(lambda row: (row.milestone_id.sequence, row.milestone_id.id))
            if row.milestone_id not in held and row._is_to_be_billed()
        ]

    def _is_schedulable(self):
        """Return whether a schedule may cover this line."""
        self.ensure_one()
        kind = not self.display_type and not self.is_downpayment and not self.is_expense
        return kind and self._billing_may_be_planned()

    def _billing_joins_plan(self):
        """Return whether a schedule that covers all lines takes this one by itself."""
        self.ensure_one()
        return self._is_schedulable()

    def _billing_price(self, amount, total_of):
        """Return the invoice line's quantity, price and tax data such that it comes to ``amount``, untaxed, exactly.

        :param float amount: untaxed, in the currency of the order
        :param total_of: the function that gives the same with taxes; it counts where prices include them
        """
        self.ensure_one()
        kept = 1.0 - (self.discount or 0.0) / 100.0
        if not kept or not self.price_subtotal:
            return {"quantity": self.product_uom_qty, "price_unit": self.price_unit, "extra_tax_data": False}
        if any(tax.price_include for tax in self.tax_ids.flatten_taxes_hierarchy()):
            return self._billing_price_included(amount, total_of(amount), kept)
        return {"quantity": 1.0, "price_unit": amount / kept, "extra_tax_data": False}

    def _billing_price_included(self, amount, total, kept):
        """Return price and tax data such that both ``amount`` (untaxed) and ``total`` (with taxes) come out exactly."""
        price = total / kept
        base_line = self._prepare_base_line_for_taxes_computation(
            quantity=1.0, price_unit=price, discount=self.discount, extra_tax_data={}
        )
        AccountTax = self.env["account.tax"]
        AccountTax._add_tax_details_in_base_line(base_line, self.company_id)
        AccountTax._round_base_lines_tax_details([base_line], self.company_id)
        details = base_line["tax_details"]
        currency = self.currency_id
        missing = currency.round(amount - details["total_excluded_currency"] - details["delta_total_excluded_currency"])
        # Passed also where no cent is missing: otherwise Odoo rounds the taxes of several lines together.
        tax_data = self._billing_tax_data(base_line, amount, missing)
        return {"quantity": 1.0, "price_unit": price, "extra_tax_data": tax_data}

    def _billing_tax_data(self, base_line, amount, missing):
        """Return Odoo's ``extra_tax_data`` that moves ``missing`` from the first tax of ``base_line`` to its base."""
        taxes = {}
        # The negative part of a reverse charge follows from the positive one.
        data = [row for row in base_line["tax_details"]["taxes_data"] if not row["is_reverse_charge"]]
        for index, tax_data in enumerate(data):
            taxes[str(tax_data["tax"].id)] = {
                "tax_amount_currency": tax_data["tax_amount_currency"] - (missing if index == 0 else 0.0),
                "base_amount_currency": tax_data["base_amount_currency"] + (missing if index == 0 else 0.0),
            }
        return {
            "currency_id": base_line["currency_id"].id,
            "price_unit": base_line["price_unit"],
            "discount": base_line["discount"],
            "quantity": base_line["quantity"],
            "rate": base_line["rate"],
            "manual_total_excluded_currency": amount,
            "manual_tax_amounts": taxes,
        }

    # === QUANTITIES === #

    def _billing_counted_rows(self):
        """Return the invoice lines that bill a quantity of this line, where others bill amounts of it; else None."""
        self.ensure_one()

    def _billed_quantity(self, stands):
        """Return the quantity that what is billed comes to; exactly the ordered one when all is billed.

        :param stands: which invoices count: a function of ``account.move``
        """
        self.ensure_one()
        lines = self._get_invoice_lines().filtered(lambda line: stands(line.move_id))
        billed = sum(line._billing_order_amount(self.currency_id) * -line.move_id.direction_sign for line in lines)
        if not self.product_uom_qty:
            # Ordered no more, but billed: Odoo must not price it anew as if nothing was.
            price = self.price_unit * (1.0 - (self.discount or 0.0) / 100.0)
            return billed / price if price else 0.0
        if not self.price_subtotal:
            return self.product_uom_qty if lines else 0.0
        if self.currency_id.compare_amounts(billed, self.price_subtotal) == 0:
            return self.product_uom_qty
        return self.product_uom_qty * billed / self.price_subtotal

    def _quantity_due(self, shares):
        """Return the quantity that what is due comes to, at least the smallest one that shows when anything is.

        :param shares: what ``_billing_open_shares`` returned for this line
        """
        self.ensure_one()
        if not shares:
            return 0.0
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        total = self.price_subtotal
        quantity = self.product_uom_qty
        if total:
            quantity *= sum(amount for _row, amount in shares) / total
        smallest = 10**-digits
        if float_compare(abs(quantity), smallest, precision_digits=digits) < 0:
            return smallest if quantity >= 0 else -smallest
        return float_round(quantity, precision_digits=digits)

    def _billing_is_beyond(self):
        """Return whether more of this line is billed by milestones than it is worth."""
        self.ensure_one()
        billed = sum(self.sudo().billing_allocation_ids.mapped("billed_amount"))
        return self.currency_id.compare_amounts(abs(billed), abs(self.price_subtotal)) > 0

    def _is_fully_billed(self):
        """Return whether invoices, drafts included, bill the whole line."""
        self.ensure_one()
        return float_compare(self.qty_invoiced, self.product_uom_qty, precision_digits=6) == 0

    def _delivered_share(self):
        """Return the delivered share of this line as a ``Fraction`` from 0 to 1."""
        self.ensure_one()
        ordered = Fraction(str(self.product_uom_qty))
        if not ordered:
            return Fraction(1)
        return max(Fraction(0), min(Fraction(1), Fraction(str(self.qty_delivered)) / ordered))

    def _billing_wake_on_delivery(self):
        """Wake the billing when milestones wait for deliveries on these lines."""
        if any(row.milestone_id.due_on == "delivery" for row in self.sudo().billing_allocation_ids):
            self.env["billing.attainment"]._wake()
