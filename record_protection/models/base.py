"""Fields that follow from what Odoo does, and that nobody enters."""

from functools import cache

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.models import LOG_ACCESS_COLUMNS
from odoo.modules.module import Manifest
from odoo.tools import clean_context, ormcache

from .. import flags

ADDON = "record_protection"
#: Odoo itself keeps these.
MAGIC = {"id", *LOG_ACCESS_COLUMNS}


@cache
def is_protected(module):
    """Return whether the fields of a module (a name) are kept: its manifest asks for it by depending on this addon."""
    manifest = Manifest.for_addon(module, display_warning=False)
    return bool(manifest) and ADDON in manifest["depends"]


class Base(models.AbstractModel):
    """A field that is read-only on screen is not entered over XML-RPC, JSON-2, an import or a default either.

    It can be written in superuser mode alone: by methods that checked rights and values themselves. The rule needs no
    list: of the addons that depend on this one, every stored field is kept that is read-only, which those are that are
    computed or related unless they say otherwise. It holds for their own models, and for what they add to others.
    Dialogs are left out: what they hold is checked when their buttons are pressed.
    """

    _inherit = "base"

    #: Names of further fields that are kept: such as one2many fields whose rows come from elsewhere.
    _kept_fields = frozenset()
    #: Names of fields that are entered although they are read-only on screen.
    _free_fields = frozenset()
    #: Names of read-only fields that are given to a new record, and then stay.
    _once_fields = frozenset()

    @api.model
    def _check_field_access(self, field, operation):
        # OVERRIDE: called for each field of a write, also by commands, imports, and of a create by defaults.
        if operation == "write" and not self.env.su and field.name in self._kept_field_names():
            raise self._kept_field_error(field)
        return super()._check_field_access(field, operation)

    @api.model
    @ormcache("self._name")
    def _kept_field_names(self):
        """Return the names of the fields of this model that nobody enters.

        :rtype: frozenset
        """
        # Several addons may name fields of one model.
        named = frozenset().union(*(vars(parent).get("_kept_fields", ()) for parent in type(self).__mro__))
        if self._transient:
            return named
        found = {name for name, field in self._fields.items() if self._is_protected_field(field) and field.readonly}
        return frozenset(found - self._free_fields - self._once_fields) | named

    @api.model
    def _is_protected_field(self, field):
        """Return whether ``field`` is stored, and of an addon whose fields are kept."""
        if not field.store or field.inherited or field.name in MAGIC or not field._modules:
            return False
        return is_protected(field._modules[0])

    @api.model
    def _kept_field_error(self, field):
        return AccessError(
            self.env._(
                "%(model)s: %(field)s is not entered. It follows from the buttons and from what happens.",
                model=self.env["ir.model"]._get(self._name).name,
                field=field.get_description(self.env, ["string"])["string"],
            )
        )

    def write(self, vals):
        # OVERRIDE: what a record was made with stays.
        if self._once_fields and not self.env.su:
            for name in self._changed_fields(vals, self._once_fields):
                raise self._kept_field_error(self._fields[name])
        return super().write(vals)

    def _changed_fields(self, vals, names):
        """Return which of some fields ``vals`` would change on one of these records.

        :param dict vals: values as ``write`` takes them
        :param names: names of the fields that matter
        :return: their names, sorted
        """
        return sorted(name for name in vals.keys() & names if any(rec._would_change(name, vals[name]) for rec in self))

    def _would_change(self, name, value):
        field = self._fields[name]
        if field.type in ("one2many", "many2many"):
            after = field.convert_to_cache(value, self, validate=False)
            return set(after) != set(self[name].ids)
        return field.convert_to_cache(value, self, validate=False) != field.convert_to_cache(self[name], self)

    def copy_data(self, default=None):
        # OVERRIDE: a copy begins without what is kept; what it needs of it follows anew.
        rows = super().copy_data(default)
        kept = frozenset() if self.env.su else self._kept_field_names() - (default or {}).keys()
        return [{name: value for name, value in row.items() if name not in kept} for row in rows] if kept else rows

    @api.model
    def default_get(self, fields):
        # OVERRIDE: what is made with all rights takes no defaults from the context, which may be the caller's.
        model = self
        if self.env.su and is_protected(self._original_module):
            model = self._without_defaults()
        return super(Base, model).default_get(fields)

    def _without_defaults(self):
        """Return these records without the defaults that the context has for new ones: the caller may have put any."""
        return self.with_context(clean_context(self.env.context))

    def _flagged(self, *names, **values):
        """Return these records with flags in their context that no caller can send: see ``flags.py``."""
        return flags.flagged(self, *names, **values)

    @api.model
    def _is_flagged(self, name):
        """Return whether the program set this flag; what a caller put into his context is none."""
        return bool(flags.flag_value(self.env, name))

    @api.model
    def _flag_value(self, name):
        """Return the value of this flag, or ``None`` where it is not set or a caller sent it."""
        return flags.flag_value(self.env, name)
