from collections import Counter

from odoo import models
from odoo.fields import Domain


class ProjectProject(models.Model):
    """*To Invoice* in Odoo's panel of a project: of scheduled lines it is what is attained and not billed yet."""

    _inherit = "project.project"

    def _get_revenues_items_from_sol(self, domain=None, with_action=True):
        # OVERRIDE: of a line invoiced as ordered, Odoo counts all that is not invoiced yet, whether it is due or not.
        items = super()._get_revenues_items_from_sol(domain, with_action)
        ahead = self._billing_ahead_by_type(domain)
        for row in items["data"]:
            row["to_invoice"] -= ahead[row["id"]]
        items["total"]["to_invoice"] -= sum(ahead.values())
        return items

    def _billing_ahead_by_type(self, domain):
        """Return what Odoo has to invoice of scheduled lines beyond what waits to be billed, in the panel's currency.

        :param domain: as ``_get_revenues_items_from_sol`` has it
        :return: ``Counter`` by type of revenue (``service_revenues``, ``materials``)
        """
        scheduled = Domain("billing_schedule_id", "!=", False) & Domain("is_downpayment", "=", False)
        lines = self.env["sale.order.line"].sudo()
        lines = lines.search(Domain(self._get_profitability_sale_order_items_domain(domain)) & scheduled)
        company, ahead = self.company_id or self.env.company, Counter()
        for line in lines:
            shares = line.billing_allocation_ids.filtered(lambda row: row._is_owed_by_customer())
            left = line.untaxed_amount_to_invoice - sum(shares.mapped("to_bill_amount"))
            ahead[self._billing_revenue_type(line.product_id)] += line.currency_id._convert(
                left, company.currency_id, company
            )
        return ahead

    def _billing_revenue_type(self, product):
        """Return under which type of revenue Odoo's panel counts what is sold of ``product``."""
        if product.type != "service":
            return "materials"
        policies = self.env["product.template"]._get_general_to_service_map()
        policy = policies.get((product.invoice_policy, product.service_type), "ordered_prepaid")
        return self._get_service_policy_to_invoice_type().get(policy, "materials")
