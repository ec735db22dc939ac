from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.fields import Command
from odoo.tests import tagged

from ..closing.account_roles import ROLES


@tagged("post_install", "-at_install")
class RevenueCommon(AccountTestInvoicingCommon):
    """A company whose accounts of revenue are set up, a customer, and shortcuts for stories.

    ``cls.accounts`` holds the account of each role, also ``revenue`` (the income account of every product made here).
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("revenue_recognition.group_revenue_controller")
        cls.env.user.group_ids |= cls.env.ref("sales_team.group_sale_manager")
        cls.env.user.group_ids |= cls.env.ref("project.group_project_manager")
        cls.company = cls.env.company
        cls.customer = cls.env["res.partner"].create({"name": "Harbour Works", "email": "books@harbour.example"})
        cls._setup_revenue(cls.company)
        cls.accounts = {
            key: cls.company[role.company_field] for key, role in ROLES.items() if role.company_field in cls.company
        }
        cls.accounts["revenue"] = cls.company_data["default_account_revenue"]

    @classmethod
    def _setup_revenue(cls, company):
        """Give a company an account of its own for every role, and a journal of revenue."""
        accounts = cls.env["account.account"].with_company(company)
        for number, role in enumerate(ROLES.values()):
            if role.company_field in company:
                company[role.company_field] = accounts.create(
                    {
                        "code": f"99{number:02}00",
                        "name": company._fields[role.company_field].string,
                        "account_type": role.account_type,
                        "company_ids": [Command.link(company.id)],
                    }
                )
        company.revenue_journal_id = cls.env["account.journal"].create(
            {"name": "Revenue", "code": "REVT", "type": "general", "company_id": company.id}
        )

    @classmethod
    def _policy(cls, name):
        """Return a ready-made policy: ``one_time``, ``deferred_service``, ``subscription``, ``activation_fee``,
        ``activation_fee_deferred``, ``milestones``, ``cost_to_cost``, ``hours``, ``time_material``, ``goods`` or
        ``usage``.
        """
        return cls.env.ref(f"revenue_recognition.policy_{name.removeprefix('policy_')}")

    @classmethod
    def _make_policy(cls, name, **version):
        """Create a policy whose only version has the terms given."""
        version.setdefault("trigger", "delivered" if version.get("method") == "point_in_time" else False)
        return cls.env["revenue.policy"].create({"name": name, "version_ids": [Command.create(version)]})

    @classmethod
    def _make_product(cls, name, policy=None, **values):
        """Create a service without taxes; ``policy`` is the name of a ready-made one, or a record."""
        if isinstance(policy, str):
            policy = cls._policy(policy)
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "invoice_policy": "order",
                "list_price": 100.0,
                "taxes_id": [Command.clear()],
                "property_account_income_id": cls.company_data["default_account_revenue"].id,
                "revenue_policy_id": policy.id if policy else False,
                **values,
            }
        )

    @classmethod
    def _make_order(cls, *lines, **values):
        """Create a quotation; a line is a dictionary, ``(product, price)`` or ``(product, price, values)``."""
        rows = [
            line
            if isinstance(line, dict)
            else {"product_id": line[0].id, "price_unit": line[1], **(line[2] if len(line) > 2 else {})}
            for line in lines
        ]
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "order_line": [
                    Command.create({"product_uom_qty": 1.0, "tax_ids": [Command.clear()], **row}) for row in rows
                ],
                **values,
            }
        )

    @classmethod
    def _make_ssp(cls, product, amount=None, **values):
        """Put a standalone selling price into the book, from 1970 on."""
        return cls.env["revenue.ssp"].create(
            {
                "product_id": product.id,
                "currency_id": cls.company.currency_id.id,
                "date_from": "1970-01-01",
                **({"amount": amount} if amount is not None else {}),
                **values,
            }
        )
