from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..models.billing_schedule import ADVANCE_POLICIES, CHANGE_RULES, GROUPINGS, INVOICE_DATES, INVOICE_POLICIES
from ..models.res_company import CLOSING_POLICIES

#: Who sets up billing: managers of billing, who cannot open Odoo's Settings, and administrators.
WHO = ("milestone_billing.group_billing_manager", "base.group_system")
CHOICES = (
    "billing_invoice_policy",
    "billing_grouping",
    "billing_invoice_date",
    "billing_change_rule",
    "billing_advance_policy",
    "billing_closing_policy",
)


def of_company(name):
    """Return the default of a field: what the company one works in has in the field ``name``."""
    return lambda self: self.env.company.sudo()[name]


class BillingSettings(models.TransientModel):
    """The billing settings of a company, as billing managers set them, who cannot open Odoo's own Settings."""

    _name = "billing.settings"
    _description = "Billing Settings"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    billing_invoice_policy = fields.Selection(
        INVOICE_POLICIES,
        "Invoices",
        required=True,
        default=of_company("billing_invoice_policy"),
        help="What happens to the invoice of a milestone that is due: left in draft, posted, or posted and sent.",
    )
    billing_grouping = fields.Selection(
        GROUPINGS,
        "Grouping",
        required=True,
        default=of_company("billing_grouping"),
        help="What goes on one invoice, of what is due at the same time.",
    )
    billing_invoice_date = fields.Selection(
        INVOICE_DATES,
        "Invoice Date",
        required=True,
        default=of_company("billing_invoice_date"),
        help="The date of an invoice whose milestone was attained earlier. A locked date moves to the next open day.",
    )
    billing_change_rule = fields.Selection(
        CHANGE_RULES,
        "On a Change Order",
        required=True,
        default=of_company("billing_change_rule"),
        help="Where the difference goes when the order changes after it was confirmed. What is billed stays.",
    )
    billing_advance_policy = fields.Selection(
        ADVANCE_POLICIES,
        "Down Payments Come Off",
        required=True,
        default=of_company("billing_advance_policy"),
        help="Which invoices of a schedule a posted down payment comes off. What does not fit waits for the next.",
    )
    billing_closing_policy = fields.Selection(
        CLOSING_POLICIES,
        "Task Moved to a Closing Stage",
        required=True,
        default=of_company("billing_closing_policy"),
        help="What moving a task to a stage for done tasks does, when a billing milestone waits for it.",
    )
    billing_manager_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=of_company("billing_manager_id"),
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Receives an activity for each milestone that cannot be billed without a person.",
    )
    billing_notify_partner_ids = fields.Many2many(
        "res.partner",
        string="Notify",
        default=of_company("billing_notify_partner_ids"),
        help="Contacts told by mail of every milestone attained and invoiced, beside the followers of the order.",
    )

    def execute(self):
        """Set up billing in the company of these settings.

        :return: a client action that reads the screens anew
        :raises AccessError: for anybody but billing managers and administrators who work in the company.
        :raises UserError: when the one responsible does not work in the company.
        """
        self.ensure_one()
        self.check_access("write")
        self._check_may_set_up()
        # What was chosen has to be the user's to see: the company is written with all rights.
        (self.billing_manager_id.partner_id | self.billing_notify_partner_ids).check_access("read")
        self.company_id.sudo().write(
            {
                **{name: self[name] for name in CHOICES},
                "billing_manager_id": self.billing_manager_id.id,
                "billing_notify_partner_ids": [Command.set(self.billing_notify_partner_ids.ids)],
            }
        )
        return {"type": "ir.actions.client", "tag": "reload"}

    def cancel(self):
        """Leave the settings as they are.

        :return: a window action that shows them anew
        :raises AccessError: for anybody but billing managers and administrators.
        """
        self.check_access("read")
        return self.env["ir.actions.act_window"]._for_xml_id("milestone_billing.action_billing_settings")

    def _check_may_set_up(self):
        """Check that the user sets up billing in this company, and that the one responsible can do it there.

        :raises AccessError: for anybody but billing managers and administrators who work in the company.
        :raises UserError: when the one responsible does not work in the company.
        """
        user, company, person = self.env.user, self.company_id, self.billing_manager_id.sudo()
        if not self.env.su and not (any(map(user.has_group, WHO)) and company in user.company_ids):
            raise AccessError(
                self.env._("Billing is set up by its managers, in the companies they work in: ask one of them.")
            )
        if person and (person.share or company not in person.company_ids):
            raise UserError(
                self.env._(
                    "%(person)s does not work in %(company)s: choose somebody who does.",
                    person=person.name,
                    company=company.sudo().name,
                )
            )

    def _compute_display_name(self):
        for settings in self:
            settings.display_name = self.env._("Settings")
