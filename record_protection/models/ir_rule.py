from odoo import api, models
from odoo.fields import Domain

from .base import is_protected


class IrRule(models.Model):
    """A dialog belongs to whoever opened it: others neither read it nor press its buttons."""

    _inherit = "ir.rule"

    @api.model
    def _compute_domain(self, model_name, mode="read"):
        # OVERRIDE: for the dialogs of the addons that ask for it, also those that nobody made a rule for.
        domain = super()._compute_domain(model_name, mode)
        model = self.env[model_name]
        if model._transient and is_protected(model._original_module):
            domain &= Domain("create_uid", "=", self.env.uid)
        return domain
