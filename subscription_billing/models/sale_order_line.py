import logging

from odoo import api, fields, models
from odoo.addons.billing_base.models.days import impossible, is_possible
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_compare, float_round
from odoo.tools.sql import column_exists, create_column

_logger = logging.getLogger(__name__)

#: What of a confirmed line its charge follows.
FOLLOWED = {"price_unit", "product_uom_qty", "discount", "subscription_end", "product_uom_id", "product_id"}
#: What starts a subscription that waits.
WAITED_FOR = {"subscription_start", "subscription_waits"}
#: So many years back a subscription may start.
MOST_YEARS_BACK = 20
#: What a charge takes over for good.
FIXED = {"subscription_plan_id", "subscription_start"}


class SaleOrderLine(models.Model):
    """An order line with a plan is charged again and again: its price is that of one period."""

    _inherit = "sale.order.line"

    subscription_plan_id = fields.Many2one(
        "subscription.plan",
        compute="_compute_subscription_plan_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        index="btree_not_null",
        help="How it is charged again and again; the price is that of one unit and period. Empty: once, as ever.",
    )
    subscription_start = fields.Date(copy=False, help="The first day. Empty: the day on which the order is confirmed.")
    subscription_waits = fields.Boolean(
        "Starts Later",
        help="Without a start, nothing is charged until somebody enters one, also after the order is confirmed.",
    )
    subscription_end = fields.Date(
        copy=False,
        help="The last day that is charged. Empty: as the plan says, the end of its term or without an end.",
    )
    subscription_charge_ids = fields.One2many(
        "subscription.charge", "line_id", "Subscription Charges", copy=False, readonly=True
    )

    subscription_previous_id = fields.Many2one(
        "subscription.charge",
        "Taken Over From",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="What goes on with this line once its order is confirmed, and ends where it was.",
    )

    def _auto_init(self):
        # OVERRIDE: no product had a plan before: the lines of a large database need not be gone through.
        if not column_exists(self.env.cr, "sale_order_line", "subscription_plan_id"):
            create_column(self.env.cr, "sale_order_line", "subscription_plan_id", "int4")
        return super()._auto_init()

    #: Made when the order is confirmed, or when a subscription is transferred.
    _kept_fields = frozenset({"subscription_charge_ids", "subscription_previous_id"})

    # === COMPUTE METHODS === #

    @api.depends("product_id")
    def _compute_subscription_plan_id(self):
        for line in self:
            if line._origin and (line.state == "sale" or line._subscription_invoiced()):
                # What runs keeps its plan, and what was sold once stays so.
                line.subscription_plan_id = line.subscription_plan_id
            else:
                line.subscription_plan_id = line.product_id.subscription_plan_id

    def _compute_price_unit(self):
        # OVERRIDE: what was agreed changes when somebody enters another price, not with a price list or a quantity.
        return super(SaleOrderLine, self._subscription_others())._compute_price_unit()

    def _compute_discount(self):
        return super(SaleOrderLine, self._subscription_others())._compute_discount()

    @api.depends("subscription_charge_ids.next_due", "price_unit", "discount")
    def _compute_qty_invoiced(self):
        return super()._compute_qty_invoiced()

    def _prepare_qty_invoiced(self):
        charged = self.filtered("subscription_charge_ids")
        quantities = super(SaleOrderLine, self - charged)._prepare_qty_invoiced()
        for line in charged:
            quantities[line] = line._subscription_units_billed(("draft", "posted"))
        return quantities

    @api.depends("subscription_charge_ids.next_due", "price_unit", "discount")
    def _compute_qty_invoiced_posted(self):
        charged = self.filtered("subscription_charge_ids")
        for line in charged:
            line.qty_invoiced_posted = line._subscription_units_billed(("posted",))
        return super(SaleOrderLine, self - charged)._compute_qty_invoiced_posted()

    @api.depends(
        *("subscription_charge_ids.next_due", "subscription_charge_ids.version_ids"),
        *("subscription_waits", "subscription_start"),
    )
    def _compute_qty_to_invoice(self):
        charged = self.filtered("subscription_charge_ids")
        stands = charged._subscription_running()._stands()
        for line in charged:
            line.qty_to_invoice = line._subscription_quantity_due(line._subscription_running(), stands)
        waiting = (self - charged).filtered(lambda line: line._subscription_is_waiting())
        waiting.qty_to_invoice = 0.0
        return super(SaleOrderLine, self - charged - waiting)._compute_qty_to_invoice()

    @api.depends(
        *("subscription_charge_ids.next_due", "subscription_charge_ids.last_day"),
        *("subscription_waits", "subscription_start"),
    )
    def _compute_invoice_status(self):
        charged = self.filtered(lambda line: line.subscription_charge_ids and line.state == "sale")
        for line in charged:
            if line.qty_to_invoice:
                line.invoice_status = "to invoice"
            else:
                waiting = any(charge.next_due for charge in line._subscription_running())
                line.invoice_status = "no" if waiting else "invoiced"
        waiting = (self - charged).filtered(lambda line: line._subscription_is_waiting())
        waiting.invoice_status = "no"
        return super(SaleOrderLine, self - charged - waiting)._compute_invoice_status()

    @api.depends("qty_to_invoice")
    def _compute_untaxed_amount_to_invoice(self):
        charged = self.filtered("subscription_charge_ids")
        for line, amount in charged._subscription_amounts_due().items():
            line.untaxed_amount_to_invoice = line._subscription_amounts(amount)["total_excluded"]
        return super(SaleOrderLine, self - charged)._compute_untaxed_amount_to_invoice()

    @api.depends("qty_to_invoice")
    def _compute_amount_to_invoice(self):
        charged = self.filtered("subscription_charge_ids")
        for line, amount in charged._subscription_amounts_due().items():
            line.amount_to_invoice = line._subscription_amounts(amount)["total_included"]
        return super(SaleOrderLine, self - charged)._compute_amount_to_invoice()

    # === CONSTRAINT METHODS === #

    @api.constrains("subscription_plan_id", "product_id")
    def _check_subscription_plan(self):
        for line in self.filtered("subscription_plan_id"):
            if line.product_id.type != "service":
                raise ValidationError(self.env._("%s: services alone are sold as subscriptions.", line.display_name))
            if not line._subscription_running() and line._billing_has_other_source():
                raise ValidationError(
                    self.env._("%s is billed by amounts: take it off its billing schedule first.", line.display_name)
                )

    @api.constrains("subscription_start", "subscription_end")
    def _check_subscription_days(self):
        for line in self:
            start, end = line.subscription_start, line.subscription_end
            for day in (start, end):
                if not is_possible(day):
                    raise ValidationError(impossible(day, self.env))
            line._check_subscription_start_near()
            # A day before the start says that nothing is charged.
            if start and end and (start - end).days > 1:
                raise ValidationError(self.env._("%s ends before it starts.", line.display_name))

    def _check_subscription_start_near(self):
        """Refuse a start so long ago that it is mistyped: every period since would be billed at once.

        What began elsewhere, and is billed up to a day, is taken over with its true start.
        """
        today = (self.company_id or self.env.company)._billing_today()
        long_ago = self.subscription_start and self.subscription_start.year < today.year - MOST_YEARS_BACK
        if long_ago and not self._is_flagged("subscription_taking_over"):
            raise ValidationError(
                self.env._(
                    "%(line)s starts on %(day)s, more than %(most)s years ago: every period since would be billed. "
                    "Enter a later day; what was billed elsewhere is imported.",
                    line=self.display_name,
                    day=self.subscription_start,
                    most=MOST_YEARS_BACK,
                )
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.filtered(lambda line: line.state == "sale").sudo()._subscription_start_charges()
        return lines

    def write(self, vals):
        self._check_subscription_fixed(vals)
        waiting = (
            self.filtered(lambda line: line._subscription_is_waiting()) if vals.keys() & WAITED_FOR else self.browse()
        )
        if vals.keys() & FOLLOWED and not self._is_flagged("subscription_telling"):
            # What is entered is entered beside what holds today.
            self.sudo()._subscription_running()._refresh_agreed()
        options = self.browse()
        if "product_uom_qty" in vals:
            options = self.filtered(lambda line: line._subscription_is_not_chosen())
        result = super().write(vals)
        waiting.sudo()._subscription_start_charges()
        options.sudo()._subscription_choose("subscription_start" in vals)
        if vals.keys() & FOLLOWED and not self._is_flagged("subscription_telling"):
            self.sudo()._subscription_follow()
        return result

    def _get_protected_fields(self):
        if self._is_flagged("subscription_telling"):
            # What holds with the day, or by a change of the subscription, is said by a locked order, too.
            return []
        names = ("subscription_plan_id", "subscription_start", "subscription_waits", "subscription_end")
        return [*super()._get_protected_fields(), *names]

    def _check_subscription_fixed(self, vals):
        """Refuse that a plan or a start changes that is billed by.

        :raises UserError: naming the line and what to do
        """
        if not vals.keys() & FIXED or self._is_flagged("subscription_telling"):
            return
        fixed = self.filtered(lambda line: line.state == "sale" or line._subscription_invoiced())
        for line in fixed.filtered(
            lambda line: not (line._subscription_is_waiting() or line._subscription_is_not_chosen())
        ):
            if line._changed_fields(vals, FIXED):
                raise UserError(
                    self.env._(
                        "%s was confirmed: its plan and its start stay. Change the plan in its subscription.",
                        line.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_charged(self):
        charged = self.sudo().subscription_charge_ids.line_id[:1]
        if charged:
            raise UserError(
                self.env._("%s was a subscription, which stays on record: leave it cancelled.", charged.display_name)
            )

    # === CHARGES === #

    def _subscription_running(self):
        """Return the charges of these lines that run (``subscription.charge``), with all rights."""
        return self._origin.sudo().subscription_charge_ids.filtered(lambda charge: charge.state == "running")

    def _subscription_current(self):
        """Return the charge of this line that holds today; before its start the first one, after its end the last."""
        charges = self._subscription_charging()
        begun = charges.filtered(lambda charge: charge.first_day <= charge._now())
        return begun[-1:] or charges[:1]

    def _subscription_last(self):
        """Return the charge as which this line goes on last."""
        return self._subscription_charging()[-1:]

    def _subscription_charging(self):
        """Return the charges of this line, the first ones first; without those taken back before they began."""
        charges = self._subscription_running().sorted(lambda charge: (charge.first_day, charge.id))
        return charges.filtered(lambda row: not row.last_day or row.last_day >= row.first_day) or charges

    def _subscription_follow(self):
        """Record what these lines say otherwise than what holds, from today on."""
        for line in self.filtered(lambda line: line._subscription_running()):
            line._subscription_current()._follow_line()
            line._subscription_last()._follow_end()
            line._subscription_tell()
            line._subscription_running()._wake_if_due()

    def _subscription_tell(self):
        """Have these lines say what holds."""
        for line in self.filtered(lambda line: line._subscription_running()):
            charge, end = line._subscription_current(), line._subscription_last().last_day
            said = {"price_unit": charge.price_unit, "discount": charge.discount, "product_uom_qty": charge.quantity}
            changed = {
                name: value for name, value in said.items() if float_compare(line[name], value, precision_digits=9)
            }
            if line.subscription_plan_id != charge.plan_id:
                changed["subscription_plan_id"] = charge.plan_id.id
            if line.subscription_end != end:
                changed["subscription_end"] = end
            if changed:
                line._flagged("subscription_telling").write(changed)

    def _subscription_try_to_tell(self):
        """Have this line say what holds; one that cannot be told holds no other back."""
        try:
            with self.env.cr.savepoint():
                self._subscription_tell()
        except UserError as error:
            _logger.warning("%s does not say what holds of its subscription: %s", self, error)

    def _subscription_others(self):
        """Return those of these lines of which no charge runs."""
        return self.filtered(lambda line: not line._subscription_running())

    def _is_subscription(self):
        """Return whether this line is charged again and again, rather than by a plan of amounts or once."""
        self.ensure_one()
        return bool(self.subscription_plan_id and not self.display_type and not self.is_downpayment)

    def _subscription_is_waiting(self):
        """Return whether this line of a confirmed order waits for somebody to start its subscription."""
        self.ensure_one()
        waits = self.subscription_waits and not self.subscription_start and self._is_subscription()
        return self.state == "sale" and waits and not self._subscription_running()

    def _billing_has_other_source(self):
        return super()._billing_has_other_source() or bool(self._subscription_running())

    def _billing_may_be_planned(self):
        return super()._billing_may_be_planned() and not self._is_subscription()

    def _subscription_units_billed(self, states):
        """Return how many units, of a period each, are on invoices (float), at the prices of their periods.

        :param states: of the invoices that count, drafts among them or not
        """
        charges = self._origin.sudo().subscription_charge_ids
        day = fields.Date.to_date(self.env.context.get("accrual_entry_date") or None)
        lines = charges.invoice_line_ids.filtered(
            lambda line: (
                line.parent_state in states
                and not line.subscription_pays_id
                and (not day or (line.move_id.invoice_date and line.move_id.invoice_date <= day))
            )
        )
        return float(sum(charge._units_billed(charge._standing(lines)) for charge in charges))

    def _subscription_amounts_due(self):
        """Return what is due of these lines (float, in the currency of the order, as the price says) by line."""
        charges, due = self._subscription_running(), dict.fromkeys(self, 0.0)
        stands = charges._stands()
        for line in self.filtered(lambda line: line.state == "sale"):
            units = sum(one.units for one, _charge in line._subscription_open(line._subscription_running(), stands))
            due[line] = units * line.currency_id.rounding
        return due

    def _subscription_open(self, charges, stands):
        """Return what is due of some charges of this line: (``engine.standing.Open``, its charge).

        :param dict stands: as of ``subscription.charge._stands``
        """
        day = (self.company_id or self.env.company)._billing_today()
        return [(one, charge) for charge in charges for one in charge._open(stands.get(charge, {}), day)]

    def _subscription_quantity(self, amount):
        """Return how many units, of a period each, an amount comes to at the price of today."""
        price = self.price_unit * (1.0 - (self.discount or 0.0) / 100.0)
        return amount / price if price else 0.0

    def _subscription_quantity_due(self, charges, stands):
        """Return the quantity that what is due comes to, at least the smallest one that shows when anything is.

        :param charges: those of this line that run
        :param dict stands: as of ``subscription.charge._stands``
        """
        if self.state != "sale":
            return 0.0
        opened = self._subscription_open(charges, stands)
        if not opened:
            return 0.0
        units = sum(one.units for one, _charge in opened)
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        quantity = self._subscription_quantity(units * self.currency_id.rounding)
        quantity = float_round(quantity, precision_digits=digits)
        return quantity or (10**-digits if units >= 0 else -(10**-digits))

    def _subscription_refresh(self):
        """Work out anew what is to be invoiced of those of these lines whose day has come since."""
        for company, charges in self._subscription_running().grouped("company_id").items():
            today = company._billing_today()
            due = charges.filtered(lambda charge, today=today: charge.next_due and charge.next_due <= today)
            lines = due.line_id.filtered(lambda line: not line.qty_to_invoice)
            for name in ("qty_to_invoice", "invoice_status"):
                self.env.add_to_compute(self._fields[name], lines)
            lines.modified(["qty_to_invoice"])

    # === INVOICING === #

    def _prepare_invoice_lines_vals_list(self, **optional_values):
        planned = self._billing_planned(optional_values)
        if planned is not None:
            return planned
        if self.subscription_term_id or self._subscription_is_waiting():
            # The charge that it renews is billed, or nothing before it starts.
            return []
        if not self.subscription_charge_ids or self.display_type or self.is_downpayment:
            return super()._prepare_invoice_lines_vals_list(**optional_values)
        optional_values.pop("quantity", None)
        day = (self.company_id or self.env.company)._billing_today()
        charges = self._subscription_running()
        stands = charges._stands()
        bills = [
            charge._invoice_line(self, one, **optional_values)
            for charge in charges
            for one in charge._open(stands.get(charge, {}), day)
        ]
        draws = self.order_id._subscription_prepaid()._open_draws(day) if charges else {}
        return bills + [
            charge._draw_line(self, one, **optional_values) for charge in charges for one in draws.get(charge, ())
        ]
