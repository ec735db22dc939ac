from odoo import api, models

ROLES = ("revenue_recognition.group_revenue_accountant", "revenue_recognition.group_revenue_auditor")


class ResUsers(models.Model):
    """People of revenue begin their day on its dashboard, unless they chose another page or administer everything."""

    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        users._begin_on_revenue_dashboard()
        return users

    def write(self, vals):
        result = super().write(vals)
        if "group_ids" in vals:
            self._begin_on_revenue_dashboard()
        return result

    def _begin_on_revenue_dashboard(self):
        """Give people of revenue who have no home action the dashboard of revenue."""
        dashboard = self.env.ref("revenue_recognition.action_revenue_dashboard", raise_if_not_found=False)
        for user in self.filtered(lambda user: dashboard and not user.action_id):
            if any(user.has_group(role) for role in ROLES) and not user.has_group("base.group_system"):
                user.sudo().action_id = dashboard.id
