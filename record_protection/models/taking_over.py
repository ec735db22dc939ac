"""What our addons add to a model in each company: Odoo leaves it out of copies."""

from odoo import api, models
from odoo.tools import ormcache

from .base import is_protected


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model
    @ormcache("self._name")
    def _fields_by_company(self):
        """Return the names of the fields that addons that depend on this one add to this model in each company.

        :rtype: frozenset
        """
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.company_dependent and field._modules and is_protected(field._modules[0])
        )

    def _take_over(self, source, names, but=None):
        """Take over from another record what this one says nothing of, in each company, with all rights.

        Who copies a record need be allowed neither to see nor to enter this: it is decided already.

        :param source: one record of the same model
        :param names: names of fields that differ by company
        :param but: companies (``res.company``) that are left alone
        """
        self.ensure_one()
        for company in self.env["res.company"].sudo().search([("id", "not in", but.ids if but else [])]):
            own, other = (record.sudo().with_company(company) for record in (self, source))
            values = {
                name: self._fields[name].convert_to_write(other[name], other)
                for name in sorted(names)
                if other[name] and not own[name]
            }
            if values:
                own.write(values)
