from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..models.billing_run_api import SCREEN


class BillingDay(models.TransientModel):
    """What a run on a day would bill, before anything exists; and its beginning."""

    _name = "billing.day"
    _inherit = ["billing.workbook"]
    _description = "Billing Day"

    _workbook_kind = "day"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    day = fields.Date(
        required=True,
        default=lambda self: self.env.company._billing_today(),
        help="What is due by this day, by the customers' rules, is shown; invoices are dated on it.",
    )
    shown_day = fields.Date(help="The day that is shown.")
    show_count = fields.Integer(help="How often something was shown: each time is another run.")
    partner_ids = fields.Many2many("res.partner", string="Customers", help="Empty: all customers.")
    line_ids = fields.One2many(
        "billing.day.invoice", "wizard_id", "Invoices", help="What would be billed, and what not."
    )
    amounts_text = fields.Char(
        "To Bill", compute="_compute_amounts_text", help="What would be billed, with taxes, in each currency."
    )

    @api.depends("line_ids.is_billed")
    def _compute_amounts_text(self):
        for wizard in self:
            totals = wizard.line_ids.filtered("is_billed")._totals()
            wizard.amounts_text = " · ".join(currency.format(amount) for currency, (_net, amount) in totals.items())

    def _compute_display_name(self):
        for wizard in self:
            wizard.display_name = self.env._("Billing Day")

    # === ACTIONS === #

    def action_show(self):
        """Show what a run on the chosen day would bill of the chosen customers.

        :return: True
        :raises AccessError: for who may not bill
        """
        self.ensure_one()
        runs = self._runs()
        customers = self.partner_ids.commercial_partner_id if self.partner_ids else None
        drafts = runs.sudo()._drafts(self.company_id, self.day, customers)
        lines = [self.line_ids._draft_values(draft) for draft in drafts]
        commands = [Command.create({**line, "is_billed": not line["why"]}) for line in lines]
        # Who bills need not be the salesperson of the orders.
        shown = {"shown_day": self.day, "show_count": self.show_count + 1}
        self.sudo().write({**shown, "line_ids": [Command.clear(), *commands]})
        return True

    def action_bill(self):
        """Begin a run of what is shown and not left out. Pressed twice, it is the same run.

        :return: a window action that opens the run
        :raises AccessError: for who may not bill
        :raises UserError: when nothing is chosen, another day than the shown one is chosen, or the day is to come
        """
        self.ensure_one()
        runs = self._runs()
        if self.day != self.shown_day:
            raise UserError(self.env._("Another day is shown than is chosen. Press “Show” first."))
        chosen = self.line_ids.filtered(lambda line: line.is_billed and not line.why)
        if not chosen:
            raise UserError(self.env._("Nothing is chosen. Tick what is to be billed."))
        # What fell due since it was shown is for the next run.
        lines = self.sudo().line_ids
        excluded = lines._left_out()._order_parts()
        run = runs._begin(self.day, None, f"{SCREEN}{self.id}/{self.show_count}", excluded, lines.order_ids)
        return self._open_run(run)

    @api.model
    def _show_again(self, days):
        """Show anew what some of the user's dialogs show, without what was left out of them.

        :param list days: ids, as a caller sent them; False for none
        :raises AccessError: for a dialog that somebody else opened
        """
        for wizard in self.browse({day for day in days if isinstance(day, int) and day}).exists():
            left_out = wizard.sudo().line_ids._left_out()._order_parts()
            wizard.action_show()
            lines = wizard.sudo().line_ids
            lines.filtered(lambda line, parts=left_out: line._order_parts() & parts).is_billed = False

    def _check_workbook(self):
        self._runs()

    def _workbook_invoices(self):
        return self.line_ids

    def _workbook_name(self):
        return f"billing_day_{self.shown_day}.xlsx"

    def _runs(self):
        """Return the runs of the company of this dialog, for who may begin one there.

        :raises AccessError: for anybody else, and for a dialog that somebody else opened
        """
        self.check_access("write")
        runs = self.env["billing.run"]
        runs._check_may_bill()
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("Billing is for a company that you work in: choose it first."))
        return runs.with_company(self.company_id)

    def _open_run(self, run):
        action = self.env["ir.actions.act_window"]._for_xml_id("billing_base.action_billing_run")
        return dict(action, res_id=run.id, view_mode="form", views=[(False, "form")])


class BillingDayInvoice(models.TransientModel):
    """One invoice that a run would make, or what it would not and why."""

    _name = "billing.day.invoice"
    _description = "Invoice of a Billing Day"
    _inherit = ["billing.draft"]
    _order = "id"

    wizard_id = fields.Many2one("billing.day", required=True, ondelete="cascade")
    is_billed = fields.Boolean("Bill", help="Untick what is to be left out.")

    # === ACTIONS === #

    def action_hold_customer(self):
        """Ask for the reason of a hold on the customer of this row; the billing day is then shown anew.

        :return: a window action
        :raises AccessError: for who may not bill
        """
        self.ensure_one()
        return self._hold_dialog(default_partner_id=self.partner_id.commercial_partner_id.id)

    def action_hold_order(self):
        """Ask for the reason of a hold on the order of this row, or on one of several.

        :return: a window action
        :raises AccessError: for who may not bill
        """
        self.ensure_one()
        orders = self.sudo().order_ids.ids
        if len(orders) == 1:
            return self._hold_dialog(default_order_id=orders[0])
        return self._hold_dialog(orders_to_choose=orders)

    def _left_out(self):
        """Return those of these rows that are not to be billed, though they could be."""
        return self.filtered(lambda line: not line.is_billed and not line.why)

    def _hold_dialog(self, **context):
        self.wizard_id._runs()
        action = self.env["ir.actions.act_window"]._for_xml_id("billing_base.billing_hold_action_new")
        return dict(action, context={**context, "default_billing_day_id": self.wizard_id.id})

    def _workbook_state(self):
        if self.why:
            return "blocked"
        return "to_bill" if self.is_billed else "excluded"
