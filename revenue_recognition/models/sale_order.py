from odoo import fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    revenue_contract_id = fields.Many2one(
        "revenue.contract", index="btree_not_null", copy=False, readonly=True, check_company=True
    )

    # === CRUD METHODS === #

    def write(self, vals):
        # Several lines may change at once: the contract follows them together.
        orders = self._flagged("revenue_lines_together") if "order_line" in vals else self
        result = super(SaleOrder, orders).write(vals)
        if "order_line" in vals and not self._is_flagged("revenue_lines_together"):
            self.order_line._follow_revenue_changes()
        if {"project_id", "fiscal_position_id"} & set(vals):
            self.order_line._follow_revenue_places()
        return result

    # === ACTIONS === #

    def action_confirm(self):
        """Make the revenue contract of what is promised by a policy, too.

        :raises UserError: for an order that was billed in another currency, or to another customer
        """
        self.sudo()._check_revenue_terms()
        result = super().action_confirm()
        # Those of a cancelled order that is confirmed again have a contract still, and the proposal to end it.
        contracts = self.sudo().revenue_contract_id
        contracts._follow_orders()
        contracts.filtered(lambda contract: contract.state == "active" and contract._is_ended())._review()
        self._make_revenue_contracts()
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        self.sudo().revenue_contract_id._orders_cancelled()
        return result

    def action_open_revenue_contract(self):
        """Open the revenue contract of the order."""
        self.ensure_one()
        self.check_access("read")
        return self.revenue_contract_id._get_records_action()

    def action_make_revenue_contract(self):
        """Make the contracts of orders that were confirmed before their products had a policy.

        What is billed already on income is brought to contract liability by the next close.

        :return: the contracts
        :raises AccessError: for anybody but revenue accountants
        """
        self.env["revenue.contract"].check_access("create")
        self.check_access("read")
        contracts = self._make_revenue_contracts()
        return contracts._get_records_action(name=self.env._("Revenue Contracts")) if contracts else False

    # === BUSINESS METHODS === #

    def _check_revenue_terms(self):
        """Refuse to confirm orders again in another currency, or for another customer, than they are billed.

        :raises UserError: naming the contract, and what to do
        """
        for order in self.filtered("revenue_contract_id"):
            contract = order.revenue_contract_id
            customer = contract.partner_id.commercial_partner_id
            if (order.currency_id, order.partner_id.commercial_partner_id) == (contract.currency_id, customer):
                continue
            if contract._is_booked() or contract._billed_lines():
                raise UserError(
                    order.env._(
                        "%(order)s was agreed with %(customer)s in %(currency)s, and its revenue contract %(contract)s "
                        "is billed or booked so. Set it back to that, or make a new order.",
                        order=order.name,
                        customer=customer.display_name,
                        currency=contract.currency_id.name,
                        contract=contract.name,
                    )
                )
            order._leave_revenue_contract()

    def _leave_revenue_contract(self):
        """Take an order, of which nothing counts yet, out of its contract: it makes another one."""
        self.ensure_one()
        contract = self.revenue_contract_id
        self.order_line.revenue_obligation_ids.filtered(
            lambda one: one.contract_id == contract
        ).sale_line_ids -= self.order_line
        self.order_line.revenue_contract_id = False
        self.revenue_contract_id = False

    def _make_revenue_contracts(self):
        """Make the contract of each confirmed order that promises something by a policy; one per order.

        Safe to repeat. Whatever is missing (a standalone selling price, dates, an estimate) leaves the contract a
        draft with an exception; it never keeps anybody from confirming an order.

        :return: the contracts of the orders
        """
        for order in self.sudo():
            if order.state != "sale" or order.revenue_contract_id:
                continue
            order = order.with_company(order.company_id)
            promises = order.order_line._revenue_promises(order._revenue_date())
            if promises:
                contract = order._revenue_contract_to_join() or order._create_revenue_contract()
                contract._take_over(order, promises)
                contract._review()
        return self.revenue_contract_id

    def _revenue_date(self):
        """Return the day on which both parties were bound."""
        return self.company_id._revenue_day_of(self.date_order)

    def _create_revenue_contract(self):
        return self.env["revenue.contract"].create(
            {
                "name": self.name,
                "partner_id": self.partner_id.commercial_partner_id.id,
                "company_id": self.company_id.id,
                "currency_id": self.currency_id.id,
                "date": self._revenue_date(),
            }
        )

    def _revenue_contract_to_join(self):
        """Return the contract the same customer made within the days the company combines, or none.

        ASC 606-10-25-9. One of which something is booked already is not touched any more.
        """
        days = self.company_id.revenue_combine_days
        if days <= 0:
            return self.env["revenue.contract"]
        date = self._revenue_date()
        near = self.env["revenue.contract"].search(
            [
                ("partner_id", "=", self.partner_id.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("state", "in", ("draft", "active")),
                ("date", ">=", fields.Date.subtract(date, days=days)),
                ("date", "<=", fields.Date.add(date, days=days)),
            ],
            order="date, id",
        )
        return near.filtered(lambda contract: not contract._is_booked() and not contract.modification_ids)[:1]
