"""The records of Odoo behind a row of the subledger: milestones, hours, cost, invoices."""

from odoo import models
from odoo.fields import Domain

from ..loading import Loader

#: Measures whose progress follows from invoices: revenue as invoiced, or control that passes with an invoice.
INVOICED = ("as_invoiced",)


class RevenueEntry(models.Model):
    """Progress that follows from Odoo's own records, without recorded evidence."""

    _inherit = "revenue.entry"

    def action_open_evidence(self):
        """Open what the progress of the obligation follows from, through the day of the close: for reading only.

        Project milestones, timesheets, cost or invoice items where these measure it, else the facts recorded.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        native = self._native_evidence()
        if not native:
            return self._open_recorded_evidence()
        name, records_of, domain = native
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": records_of,
            "views": [(False, "list"), (False, "form")],
            "domain": list(domain),
            "context": {"create": False, "edit": False, "delete": False},
        }

    def _native_evidence(self):
        """Return the name, the model and the domain of the records of Odoo that measure the obligation, or none."""
        one = self.obligation_id.sudo()
        if one.measure == "milestones" or one.trigger == "milestone":
            return self.env._("Milestones"), "project.milestone", [("id", "in", self._milestone_ids(one))]
        if one.measure == "hours":
            return self.env._("Timesheets"), "account.analytic.line", self._hours_domain(one)
        if one.measure == "cost_to_cost":
            return self.env._("Cost"), "account.analytic.line", self._cost_domain(one)
        if one.measure in INVOICED or one.trigger == "invoice":
            return self.env._("Invoice Items"), "account.move.line", self._invoice_domain(one)
        return None

    def _milestone_ids(self, one):
        """Return the ids of the milestones that count for an obligation, reached or not."""
        self.env.flush_all()
        loaded = Loader(self.env, self.company_id, self.date).load(self.contract_id.ids)[self.contract_id.id]
        promise = loaded.promises.get(one.id)
        return [int(key) for key in promise.weights] if promise else []

    def _hours_domain(self, one):
        own = Domain("so_line", "in", one.sale_line_ids.ids)
        loose = Domain("so_line", "=", False) & Domain("project_id", "in", one.project_id.ids)
        return (own | loose) & Domain([("project_id", "!=", False), ("date", "<=", self.date)])

    def _cost_domain(self, one):
        """Return which analytic lines are cost of an obligation; see :mod:`..loading.sources.cost`."""
        kinds = Domain("general_account_id", "=", False)
        kinds |= Domain("general_account_id.account_type", "=like", "expense%")
        kinds |= Domain("general_account_id.account_type", "=", "asset_current")
        lines = Domain("so_line", "=", False) | Domain("so_line", "in", one.sale_line_ids.ids)
        account = one.project_id.account_id
        charged = [("account_id", "in", account.ids), ("date", "<=", self.date), ("category", "!=", "invoice")]
        return kinds & lines & Domain(charged)

    def _invoice_domain(self, one):
        return [
            ("revenue_contract_id", "=", self.contract_id.id),
            ("sale_line_ids", "in", one.sale_line_ids.ids),
            ("parent_state", "=", "posted"),
            ("display_type", "=", "product"),
            ("date", "<=", self.date),
        ]
