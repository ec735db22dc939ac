from odoo import api, fields, models


class SaleOrder(models.Model):
    """The plan is signed with the quotation: what was signed is kept, and differences from it are shown."""

    _inherit = "sale.order"

    billing_signed_plan = fields.Json(
        "Signed Plan", copy=False, readonly=True, help="The milestones that were on the quotation when it was signed."
    )
    billing_signed_changes = fields.Text(
        compute="_compute_billing_signed_changes", help="What the plan says now and did not when it was signed."
    )

    @api.depends(
        "billing_signed_plan", "signature", "state", "billing_milestone_ids.amount", "billing_milestone_ids.name"
    )
    def _compute_billing_signed_changes(self):
        for order in self:
            signed = order.signature and order.state in ("draft", "sent") and order.billing_signed_plan is not False
            order.billing_signed_changes = "\n".join(order._billing_changed_terms()) if signed else False

    def write(self, vals):
        result = super().write(vals)
        if "signature" in vals:
            for order in self.sudo():
                order.billing_signed_plan = order._billing_signed_terms() if order.signature else False
        return result

    def _billing_plan_confirmed(self):
        # OVERRIDE: what was signed and what is confirmed may differ, but not silently.
        result = super()._billing_plan_confirmed()
        for signed in self.sudo().filtered(lambda order: order.signature and order.billing_signed_plan):
            order = signed._billing_for_history()
            rows = order._billing_changed_terms()
            if rows:
                order._billing_log(
                    order.env._("The billing schedule differs from the one that %s signed:", order.signed_by or ""),
                    rows,
                )
        return result

    def _billing_signed_terms(self):
        """Return what the customer reads of the plan: ``[[name, when, untaxed amount]]``, in his language."""
        self.ensure_one()
        order = self.sudo().with_context(lang=self.partner_id.lang or self.env.lang)
        milestones = order.billing_schedule_ids.filtered("show_to_customer").milestone_ids
        return [
            [milestone.name, milestone._customer_when(), milestone.amount]
            for milestone in milestones.sorted(lambda row: (row.schedule_id.sequence, row.sequence, row.id))
        ]

    def _billing_changed_terms(self):
        """Return what of the plan is not what was signed: a list of texts."""
        self.ensure_one()
        signed = {name: (when, amount) for name, when, amount in self.billing_signed_plan or []}
        current = {name: (when, amount) for name, when, amount in self._billing_signed_terms()}
        rows = []
        for name in dict.fromkeys([*signed, *current]):
            before, after = (self._billing_term_text(terms.get(name)) for terms in (signed, current))
            if before != after:
                rows.append(
                    self.env._("%(milestone)s: %(before)s → %(after)s", milestone=name, before=before, after=after)
                )
        return rows

    def _billing_term_text(self, term):
        """Return ``(when, amount)`` as a text, or that there is none."""
        if not term:
            return self.env._("not there")
        when, amount = term
        return f"{when}, {self.currency_id.format(amount)}"
