from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import from_units, to_fraction, to_units

from ..engine.plan import Item, Line, PlanError, allocate


class SaleOrder(models.Model):
    """The plan that an order on screen will have once it is saved."""

    _inherit = "sale.order"

    billing_preview = fields.Html(
        "Plan to Come",
        compute="_compute_billing_preview",
        compute_sudo=True,
        sanitize=False,
        help="The plan that the quotation template, or a rule, gives this quotation when it is saved.",
    )

    @api.depends(
        "state",
        "partner_id",
        "currency_id",
        "company_id",
        "sale_order_template_id",
        "order_line.product_id",
        "order_line.name",
        "order_line.price_subtotal",
        "billing_schedule_ids",
        "billing_plan_by_hand",
    )
    def _compute_billing_preview(self):
        changed = self.filtered(lambda order: order._billing_is_chosen() and order._billing_is_unsaved())
        choices = self.env["billing.schedule.rule"]._choose(changed)
        for order in self:
            template, _rule = choices.get(order, (None, None))
            order.billing_preview = order._billing_render_preview(template) if template else False

    def _billing_is_unsaved(self):
        """Return whether this is an order on somebody's screen whose lines are not those that were saved."""
        self.ensure_one()
        saved = self._origin
        if not saved or not saved.billing_schedule_ids:
            return not isinstance(self.id, int)
        return bool(self.currency_id.compare_amounts(self.amount_untaxed, saved.amount_untaxed))

    def _billing_render_preview(self, template):
        """Return the table of the milestones that ``template`` gives this order, worked out without writing."""
        self.ensure_one()
        rows = template.milestone_ids._preview(self)
        values = {"name": template.name, "rows": rows, "currency": self.currency_id}
        return self.env["ir.qweb"]._render("milestone_billing.order_plan_preview", values)


class BillingScheduleTemplateMilestone(models.Model):
    _inherit = "billing.schedule.template.milestone"

    def _preview(self, order):
        """Return what these lines come to on ``order`` (``sale.order``, saved or not): ``[(name, when, amount)]``.

        The amount is a text, "" where it cannot be worked out.
        """
        rounding = order.currency_id.rounding or 0.01
        lines = dict(enumerate(order.order_line.filtered(lambda line: line._is_schedulable()), 1))
        milestones = self.sorted(lambda row: (row.sequence, row._origin.id))
        items = {row: row._preview_item(key, lines, rounding) for key, row in enumerate(milestones, 1)}
        items = {row: item for row, item in items.items() if item}
        amounts = [Line(key, to_units(line.price_subtotal, rounding)) for key, line in lines.items()]
        try:
            plan = allocate(amounts, list(items.values()))
        except PlanError:
            return [(row.name, row.when_text, "") for row in items]
        return [
            (row.name, row.when_text, order.currency_id.format(from_units(plan.amount(item.key), rounding)))
            for row, item in items.items()
        ]

    def _preview_item(self, key, lines, rounding):
        """Return this line as the engine's ``Item``, or None when the order has no line of the kind that it bills.

        :param int key: of the item
        :param dict lines: the order lines by key
        :param float rounding: of the order's currency
        """
        self.ensure_one()
        own = [key for key, line in lines.items() if self._takes(line)]
        if self._takes_some() and not own:
            return None
        return Item(
            key=key,
            kind=self.amount_type,
            percent=to_fraction(self.percent),
            amount=to_units(self.amount_fixed, rounding),
            lines=frozenset(own) if self._takes_some() else None,
        )
