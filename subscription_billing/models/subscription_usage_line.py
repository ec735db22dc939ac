from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import from_units
from odoo.exceptions import ValidationError
from odoo.tools.sql import column_exists, create_column

from .subscription_charge_terms import exact
from .subscription_plan import KINDS

#: What a charge of usage, a commitment or prepaid funds take over for good.
FIXED_BY_KIND = {"subscription_kind", "subscription_price_book_id", "subscription_metered_as", "subscription_funds"}


class SaleOrderLine(models.Model):
    """An order line that is billed by what is used, promises a least amount of it, or buys funds that pay it."""

    _inherit = "sale.order.line"

    subscription_kind = fields.Selection(
        KINDS,
        "What Is Charged",
        compute="_compute_subscription_kind",
        store=True,
        readonly=False,
        precompute=True,
        help="What its subscription bills in each period: the price of the line; what was used, by a usage price; what "
        "usage of this order falls short of the price of the line; or the price of the line, as funds that pay usage.",
    )
    subscription_price_book_id = fields.Many2one(
        "subscription.price.book",
        "Usage Price",
        compute="_compute_subscription_kind",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        index="btree_not_null",
        help="What is measured, and what it costs.",
    )
    subscription_metered_as = fields.Char(
        "Metered As",
        copy=False,
        help="Whose usage it is: as the metering system names the customer, device or account. Empty: the reference of "
        "the customer, or the number of the order where he has none.",
    )
    subscription_expected = fields.Float(
        "Expected Usage",
        digits="Product Unit",
        help="How much usage is expected in each period: for the quotation and for estimates of revenue, never billed.",
    )
    subscription_funds = fields.Monetary(
        "Funds", help="What each period's purchase may pay of usage. Empty: as much as it costs."
    )

    def _auto_init(self):
        # OVERRIDE: no line was billed by usage before: the lines of a large database need not be gone through.
        for name, kind in (("subscription_kind", "varchar"), ("subscription_price_book_id", "int4")):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, kind)
        return super()._auto_init()

    @api.depends("product_id")
    def _compute_subscription_kind(self):
        for line in self:
            if line._origin and (line.state == "sale" or line._subscription_invoiced()):
                line.subscription_kind = line.subscription_kind
                line.subscription_price_book_id = line.subscription_price_book_id
                continue
            product = line.product_id
            line.subscription_kind = product.subscription_kind if product.subscription_plan_id else False
            line.subscription_price_book_id = product.subscription_price_book_id

    @api.depends("subscription_kind")
    def _compute_price_unit(self):
        # OVERRIDE: what is used is priced by its usage price.
        usage = self.filtered(lambda line: line._subscription_is_usage() and not line._subscription_running())
        usage.price_unit = 0.0
        return super(SaleOrderLine, self - usage)._compute_price_unit()

    @api.constrains("subscription_plan_id", "subscription_kind", "subscription_price_book_id", "price_unit")
    def _check_subscription_kind(self):
        for line in self.filtered(lambda line: line._subscription_is_usage()):
            if not line.subscription_price_book_id:
                raise ValidationError(self.env._("%s is charged by usage: choose its usage price.", line.display_name))
            if line.price_unit:
                raise ValidationError(
                    self.env._(
                        "%s is charged by its usage price: leave the unit price at 0. What is due beside it is a line "
                        "of its own.",
                        line.display_name,
                    )
                )
            line._check_subscription_price_book()

    def _check_subscription_price_book(self):
        """Refuse a usage price that charges nothing, or in another currency.

        :raises ValidationError: naming the line and the remedy
        """
        book = self.subscription_price_book_id
        if book.currency_id != self.currency_id:
            raise ValidationError(
                self.env._(
                    "%(line)s: its usage price %(book)s is in %(own)s, the order in %(other)s. Choose one in that "
                    "currency.",
                    line=self.display_name,
                    book=book.display_name,
                    own=book.currency_id.name,
                    other=self.currency_id.name,
                )
            )

    def _check_subscription_fixed(self, vals):
        super()._check_subscription_fixed(vals)
        if not vals.keys() & FIXED_BY_KIND or self._is_flagged("subscription_telling"):
            return
        fixed = self.filtered(lambda line: line.state == "sale" or line._subscription_invoiced())
        for line in fixed.filtered(lambda line: line._subscription_running() or line._subscription_invoiced()):
            if line._changed_fields(vals, FIXED_BY_KIND):
                raise ValidationError(
                    self.env._(
                        "%s was confirmed: what it charges stays. End it, and sell another one.", line.display_name
                    )
                )

    def _get_protected_fields(self):
        names = super()._get_protected_fields()
        return [*names, *FIXED_BY_KIND] if names else names

    @api.depends("qty_to_invoice")
    def _compute_untaxed_amount_to_invoice(self):
        # OVERRIDE: what is due of usage is no quantity at a price.
        due = self._subscription_due_by_usage()
        for line, amount in due.items():
            line.untaxed_amount_to_invoice = line._subscription_amounts(amount)["total_excluded"]
        return super(SaleOrderLine, self - self.browse().union(*due))._compute_untaxed_amount_to_invoice()

    @api.depends("qty_to_invoice")
    def _compute_amount_to_invoice(self):
        due = self._subscription_due_by_usage()
        for line, amount in due.items():
            line.amount_to_invoice = line._subscription_amounts(amount)["total_included"]
        return super(SaleOrderLine, self - self.browse().union(*due))._compute_amount_to_invoice()

    def _subscription_due_by_usage(self):
        """Return what is due of those of these lines that follow usage: amounts (float) by line, before taxes."""
        charges = self._subscription_running().filtered(lambda row: row.kind in ("usage", "commitment"))
        stands, found = charges._stands(), {}
        for charge in charges:
            day = charge.company_id._billing_today()
            units = sum(one.units for one in charge._open(stands.get(charge, {}), day))
            line = self.filtered(lambda row, own=charge.line_id: row._origin == own)
            found[line] = found.get(line, 0.0) + from_units(units, charge.currency_id.rounding)
        return found

    def _subscription_amounts(self, amount):
        """Return what Odoo makes of an amount with the taxes of this line (as of ``compute_all``)."""
        return self.tax_ids.compute_all(amount, self.currency_id, 1.0, self.product_id, self.order_id.partner_id)

    def _subscription_cost_expected(self):
        """Return what the usage that is expected costs in a whole period (float); None where none is expected."""
        book = self.subscription_price_book_id
        if not self.subscription_expected or not book.price_text:
            return None
        price = book._price_on((self.company_id or self.env.company)._billing_today())
        return float(book._cost(price._rating(), exact(self.subscription_expected)))

    def _subscription_is_usage(self):
        """Return whether this line is charged by what is used."""
        self.ensure_one()
        return self._is_subscription() and self.subscription_kind == "usage"

    def _subscription_to_reopen(self):
        # OVERRIDE: what charges other usage, or by another price, begins anew.
        charges = super()._subscription_to_reopen()
        first = charges.sorted("id")[:1]
        point = first.metering_point_id.name
        same = not charges or (
            first.kind == (self.subscription_kind or "recurring")
            and (first.kind != "usage" or first.price_book_id == self.subscription_price_book_id)
            and (not self.subscription_metered_as or self.subscription_metered_as.strip() == point)
        )
        return charges if same else charges.browse()

    def _subscription_values(self):
        # OVERRIDE: what is charged, and by which price.
        values = super()._subscription_values()
        kind = self.subscription_kind or "recurring"
        values["kind"] = kind
        if kind == "usage":
            values["price_book_id"] = self.subscription_price_book_id.id
        if kind in ("usage", "commitment"):
            values["timing"] = "arrears"
        if kind == "prepaid":
            values["timing"] = "advance"
            price = self.price_unit * (1 - self.discount / 100) * self.product_uom_qty
            values["funds"] = self.subscription_funds or self.currency_id.round(price)
        return values

    def _subscription_metering_point(self, charge):
        """Return the metering point whose usage this line charges; made where there is none.

        :param charge: what begins (``subscription.charge``)
        """
        self.ensure_one()
        order, meter = self.order_id, charge.price_book_id.meter_id
        name = (self.subscription_metered_as or order.partner_id.ref or order.name).strip()
        company = self.company_id or self.env.company
        Point = self.env["subscription.metering.point"].sudo()
        point = Point.search(
            [("meter_id", "=", meter.id), ("company_id", "=", company.id), ("name", "=", name)], limit=1
        )
        if not point:
            return Point.create([{"meter_id": meter.id, "company_id": company.id, "name": name, "tz": charge.tz}])
        if (
            point.tz != charge.tz
            and not point._has_whole_days()
            and not self.env["subscription.charge"]
            .sudo()
            .search_count([("metering_point_id", "=", point.id), ("state", "=", "running")], limit=1)
        ):
            point.tz = charge.tz
        return point
