"""No text that people, files or other systems enter is longer than anybody reads."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

from ..reading import LONGEST_NAME, LONGEST_TEXT, Unreadable
from ..refusals import explain


class Base(models.AbstractModel):
    """Odoo's texts have no end: in the addons that depend on this one, a line of text has one, and a longer text, too.

    It holds for what is entered, on screen, over XML-RPC and JSON-2 and by imports; dialogs included. What a method
    takes as an argument, it reads itself, with the same limits (``reading.text``).
    """

    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        # OVERRIDE: refuse texts that are too long.
        if not self.env.su and self._text_limits():
            for vals in vals_list:
                self._check_text_lengths(vals)
        return super().create(vals_list)

    def write(self, vals):
        # OVERRIDE: refuse texts that are too long.
        if not self.env.su and self._text_limits():
            self._check_text_lengths(vals)
        return super().write(vals)

    @api.model
    @ormcache("self._name")
    def _text_limits(self):
        """Return how long texts of this model may be.

        :return: characters by the name of the field
        :rtype: dict
        """
        limits = {"char": LONGEST_NAME, "text": LONGEST_TEXT}
        return {
            name: limits[field.type]
            for name, field in self._fields.items()
            if field.type in limits and self._is_protected_field(field)
        }

    @api.model
    def _check_text_lengths(self, vals):
        """Refuse values with a text that is too long.

        :param dict vals: values as ``write`` takes them
        :raises UserError: naming the field and how long it may be
        """
        limits = self._text_limits()
        for name in vals.keys() & limits.keys():
            value = vals[name]
            if isinstance(value, str) and len(value) > limits[name]:
                title = self._fields[name].get_description(self.env, ["string"])["string"]
                reason = explain(self.env, Unreadable("text", value, most=f"{limits[name]:,}"))
                raise UserError(self.env._("%(name)s: %(reason)s", name=title, reason=reason))
