"""A company whose months are closed, and what tests of closes ask of it."""

from odoo.tests import new_test_user, tagged

from .common import RevenueCommon

#: Terms of a line of which something is done each day of the year in which closes are tested.
YEAR = {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}


@tagged("post_install", "-at_install")
class CloseCommon(RevenueCommon):
    """Two people close the month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.preparer = new_test_user(
            cls.env, "preparer", groups="revenue_recognition.group_revenue_accountant", company_id=cls.company.id
        )
        cls.another = new_test_user(
            cls.env, "another", groups="revenue_recognition.group_revenue_controller", company_id=cls.company.id
        )
        cls.approver = new_test_user(
            cls.env, "approver", groups="revenue_recognition.group_revenue_controller", company_id=cls.company.id
        )

    @classmethod
    def _make_priced(cls, name, policy, price):
        """Return a new product of a policy that sells for a price alone."""
        product = cls._make_product(name, policy)
        cls._make_ssp(product, price)
        return product

    @classmethod
    def _make_auditor(cls, login):
        return new_test_user(
            cls.env, login, groups="revenue_recognition.group_revenue_auditor", company_id=cls.company.id
        )

    @classmethod
    def _confirm(cls, order, day):
        """Confirm an order as of a day."""
        order.action_confirm()
        order.date_order = f"{day} 12:00:00"
        order.revenue_contract_id.date = day
        return order.revenue_contract_id

    @classmethod
    def _invoice(cls, order, day):
        """Invoice an order as of a day and post the invoice."""
        invoice = order._create_invoices()
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    @classmethod
    def _close(cls, day, lock=False):
        """Close a period: the accountant prepares, the controller approves and posts."""
        close = cls.env["revenue.close"].with_user(cls.preparer).create({"date": day, "company_id": cls.company.id})
        close.action_compute()
        close = close.with_user(cls.approver)
        close.action_approve()
        close.action_post()
        if lock:
            close.action_lock()
        return close.sudo()

    @classmethod
    def _balance(cls, role, day=None):
        """Return the balance of the account that plays a part, credits above zero."""
        domain = [("account_id", "=", cls.accounts[role].id), ("parent_state", "=", "posted")]
        if day:
            domain.append(("date", "<=", day))
        return cls.company.currency_id.round(-sum(cls.env["account.move.line"].search(domain).mapped("balance")))
