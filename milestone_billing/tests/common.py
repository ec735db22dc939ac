from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class BillingCommon(AccountTestInvoicingCommon):
    """A company with its books, a customer, services that make projects and tasks, and shortcuts for stories."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("milestone_billing.group_billing_manager")
        cls.env.user.group_ids |= cls.env.ref("sales_team.group_sale_manager")
        cls.env.user.group_ids |= cls.env.ref("project.group_project_manager")
        cls.company = cls.env.company
        # Days are the company's: the tests' own ones are those of UTC.
        cls.company.partner_id.tz = "UTC"
        cls.customer = cls.env["res.partner"].create({"name": "Harbour Works", "email": "books@harbour.example"})
        cls.service = cls._make_service("Engineering", "task_in_project")
        cls.plain = cls._make_service("Consulting", "no")
        cls.attainments = cls.env["billing.attainment"]

    @classmethod
    def _make_service(cls, name, tracking, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "invoice_policy": "order",
                "service_tracking": tracking,
                "list_price": 100.0,
                "taxes_id": [Command.clear()],
                "property_account_income_id": cls.company_data["default_account_revenue"].id,
                **values,
            }
        )

    @classmethod
    def _make_order(cls, *prices, product=None, **values):
        """Create a quotation with a line per price; a price may be a dictionary of line values."""
        lines = [price if isinstance(price, dict) else {"price_unit": price} for price in prices]
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": (product or cls.service).id,
                            "name": f"Line {index + 1}",
                            "product_uom_qty": 1.0,
                            "tax_ids": [Command.clear()],
                            **line,
                        }
                    )
                    for index, line in enumerate(lines)
                ],
                **values,
            }
        )

    @classmethod
    def _make_schedule(cls, order, *milestones, **values):
        """Create a schedule of ``order``; a milestone is a dictionary, or a percentage due by hand."""
        rows = [
            milestone
            if isinstance(milestone, dict)
            else {"name": f"Milestone {index + 1}", "percent": milestone, "due_on": "manual"}
            for index, milestone in enumerate(milestones)
        ]
        return cls.env["billing.schedule"].create(
            {
                "order_id": order.id,
                "milestone_ids": [
                    Command.create({"sequence": (index + 1) * 10, "name": f"Milestone {index + 1}", **row})
                    for index, row in enumerate(rows)
                ],
                **values,
            }
        )

    @classmethod
    def _drain(cls):
        cls.env.flush_all()
        result = cls.attainments.run_pending()
        cls.env.invalidate_all()
        return result

    @classmethod
    def _bill_all(cls, order, *schedules):
        """Confirm ``order``, attain its milestones each billed at once; return the invoices."""
        if order.state != "sale":
            order.action_confirm()
        for milestone in (schedules and schedules[0].concat(*schedules) or order.billing_schedule_ids).milestone_ids:
            if not milestone._is_attained():
                milestone.action_attain()
            cls._drain()
        return order.invoice_ids

    @classmethod
    def _make_tax(cls, amount, **values):
        return cls.env["account.tax"].create(
            {
                "name": f"{amount} % {values.get('price_include_override', '')}",
                "amount": amount,
                "type_tax_use": "sale",
                "country_id": cls.company.account_fiscal_country_id.id,
                **values,
            }
        )

    @classmethod
    def _make_pricelist(cls, code, rate=2.0):
        """Return a price list in the currency ``code``, of which ``rate`` make one of the company's."""
        currency = cls.setup_other_currency(code, rates=[("2016-01-01", rate)])
        return cls.env["product.pricelist"].create({"name": code, "currency_id": currency.id})
