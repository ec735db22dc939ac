from odoo import models
from odoo.exceptions import UserError


class BillingSetupStep(models.Model):
    """What is missing of each step of the set-up, and the screen that it is done on.

    A check is asked with all rights and looks at the company one works in; it returns "" when nothing is missing.
    """

    _inherit = "billing.setup.step"

    def _find_missing(self):
        """Return what is missing of this step (called with all rights), a sentence, or ""."""
        self.ensure_one()
        return getattr(self, f"_missing_{self.code}")(self.env.company)

    # === THE COMPANY AND ITS BOOKS === #

    def _missing_company(self, company):
        lacking = [
            label
            for value, label in (
                (company.street, self.env._("street")),
                (company.city, self.env._("city")),
                (company.country_id, self.env._("country")),
                (company.email, self.env._("e-mail address")),
            )
            if not value
        ]
        return lacking and self.env._("Still missing: %s.", ", ".join(lacking)) or ""

    def _open_company(self):
        return self._open_form(self.env.company)

    def _missing_books(self, company):
        # A branch keeps its books with the accounts of its parent.
        accounts = self.env["account.account"].search_count([("company_ids", "parent_of", company.ids)], limit=1)
        if not accounts:
            return self.env._("No chart of accounts: choose one under Fiscal Localization, and save.")
        journal = self.env["account.journal"].search_count(
            [("type", "=", "sale"), ("company_id", "parent_of", company.id)], limit=1
        )
        if journal:
            return ""
        return self.env._("No sales journal: make one under Invoicing ▸ Configuration ▸ Accounting ▸ Journals.")

    def _open_books(self):
        self._check_administrator()
        return self.env["ir.actions.act_window"]._for_xml_id("account.action_account_config")

    # === HOW IT IS BILLED === #

    def _missing_plan(self, company):
        domain = [("company_id", "in", [False, company.id])]
        if self.env["billing.schedule.template"].search_count(domain, limit=1):
            return ""
        return self.env._("No schedule template: choose your industry, or make a template of your own.")

    def _open_plan(self):
        return self.env["ir.actions.act_window"]._for_xml_id("milestone_billing.action_billing_industry")

    def _missing_responsible(self, company):
        if company.billing_manager_id:
            return ""
        return self.env._("Nobody is told when a milestone cannot be billed: choose the one responsible.")

    def _open_responsible(self):
        return self.env["ir.actions.act_window"]._for_xml_id("milestone_billing.action_billing_settings")

    def _missing_mail(self, company):
        if self.env["ir.mail_server"].search_count([], limit=1):
            return ""
        return self.env._("No outgoing mail server: invoices are posted, but not sent.")

    def _open_mail(self):
        self._check_administrator()
        return self.env["ir.actions.act_window"]._for_xml_id("base.action_ir_mail_server_list")

    # === WHAT IS SOLD, TO WHOM === #

    def _missing_product(self, company):
        domain = [("sale_ok", "=", True), ("company_id", "in", [False, company.id]), ("type", "=", "service")]
        tracked = [*domain, ("service_tracking", "in", ("task_global_project", "task_in_project", "project_only"))]
        if self.env["product.template"].search_count(tracked, limit=1):
            return ""
        if self.env["product.template"].search_count(domain, limit=1):
            return self.env._("No service makes a project: set “Create on Order” of one of them.")
        return self.env._("No service to sell: make one that creates a project or a task on order.")

    def _open_product(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.product_template_action")
        return dict(action, context={"default_type": "service", "default_service_tracking": "project_only"})

    def _missing_customer(self, company):
        domain = [
            ("partner_share", "=", True),
            ("company_id", "in", [False, company.id]),
            ("ref_company_ids", "=", False),
            "|",
            ("is_company", "=", True),
            ("customer_rank", ">", 0),
        ]
        if self.env["res.partner"].search_count([*domain, ("email", "!=", False)], limit=1):
            return ""
        if self.env["res.partner"].search_count(domain, limit=1):
            return self.env._("No customer has an e-mail address, to which invoices are sent.")
        return self.env._("No customer yet.")

    def _open_customer(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Customer"),
            "res_model": "res.partner",
            "views": [[False, "form"]],
            "context": {"default_is_company": True, "res_partner_search_mode": "customer"},
        }

    # === THE FIRST INVOICE === #

    def _missing_quotation(self, company):
        if self._count_schedules(company):
            return ""
        if self.env["sale.order"].search_count([("company_id", "=", company.id)], limit=1):
            return self.env._("No quotation has a plan: choose a template under Billing Schedule on one of them.")
        return self.env._("No quotation yet: sell one of your services to your customer.")

    def _open_quotation(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Quotation"),
            "res_model": "sale.order",
            "views": [[False, "form"]],
        }

    def _missing_confirmation(self, company):
        if self._count_schedules(company, [("order_id.state", "=", "sale")]):
            return ""
        return self.env._("No quotation with a plan is confirmed.")

    def _open_confirmation(self):
        return self._open_first([("state", "in", ("draft", "sent"))])

    def _missing_attainment(self, company):
        if self.env["billing.attainment"].search_count([("company_id", "=", company.id)], limit=1):
            return ""
        return self.env._("No milestone is attained: do its tasks, or press “Attain” beside it.")

    def _open_attainment(self):
        return self._open_first([("state", "=", "sale")])

    def _missing_invoice(self, company):
        lines = self.env["account.move.line"]
        billed = [("company_id", "=", company.id), ("billing_allocation_id", "!=", False)]
        if lines.search_count([*billed, ("parent_state", "=", "posted")], limit=1):
            return ""
        if lines.search_count([*billed, ("parent_state", "=", "draft")], limit=1):
            return self.env._("The invoice is a draft: post it.")
        blocked = self.env["billing.attainment"].search(
            [("company_id", "=", company.id), ("state", "in", ("blocked", "failed"))], limit=1
        )
        if blocked:
            return blocked.milestone_id.block_help or self.env._("A milestone cannot be billed: the queue says why.")
        return self.env._("No milestone is billed yet: its invoice follows a moment after it is attained.")

    def _open_invoice(self):
        return self.env["ir.actions.act_window"]._for_xml_id("milestone_billing.action_billing_milestone_queue")

    # === TOOLS === #

    def _count_schedules(self, company, domain=()):
        return self.env["billing.schedule"].search_count([("company_id", "=", company.id), *domain], limit=1)

    def _open_first(self, domain):
        """Open the first order with a plan that fits, or the list of quotations where none does."""
        order = self.env["sale.order"].search(
            [("company_id", "=", self.env.company.id), ("billing_schedule_ids", "!=", False), *domain],
            order="id desc",
            limit=1,
        )
        return self._open_form(order) if order else self._open_quotation()

    def _check_administrator(self):
        """Say whose screen it is, to who cannot open it.

        :raises UserError: for anybody but administrators
        """
        if not self.env.user.has_group("base.group_system"):
            raise UserError(self.env._("“%s” is done by an administrator: ask one of them.", self.name))

    def _open_form(self, record):
        return {
            "type": "ir.actions.act_window",
            "name": record.display_name,
            "res_model": record._name,
            "res_id": record.id,
            "views": [[False, "form"]],
        }
