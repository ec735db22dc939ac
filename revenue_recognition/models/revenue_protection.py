"""What nobody writes: rows that are posted, and fields that only the steps of contracts and closes fill."""

from odoo import api, models
from odoo.exceptions import AccessError

from .append_only import protect


class RevenueEntry(models.Model):
    """The database itself keeps what is posted."""

    _inherit = "revenue.entry"

    def init(self):
        """Make the triggers anew, with each installation and update."""
        protect(self.env.cr, self._table, "revenue_refuse_settled_entries")
        return super().init()


class RevenuePosting(models.Model):
    """The database itself keeps what is posted: the accounts and the date of entries are here."""

    _inherit = "revenue.posting"

    def init(self):
        """Make the triggers anew, with each installation and update."""
        protect(self.env.cr, self._table, "revenue_refuse_settled_entries")
        return super().init()


class RevenueClose(models.Model):
    """The database itself keeps what is posted."""

    _inherit = "revenue.close"

    def init(self):
        """Make the triggers anew, with each installation and update."""
        protect(self.env.cr, self._table, "revenue_refuse_close")
        return super().init()


class RevenueKeptFields(models.AbstractModel):
    """Fields that are filled by what Odoo does, in superuser mode, and by nobody's hand.

    A field that is read-only on screen can still be written by whoever may write its record, over XML-RPC or JSON-2:
    an order would leave its contract, a contract become active by a word.
    """

    _name = "revenue.kept.fields"
    _description = "Fields that Nobody Writes"

    #: Names of the fields.
    _kept_fields = frozenset()

    @api.model
    def _check_field_access(self, field, operation):
        if operation == "write" and field.name in self._kept_fields and not self.env.su:
            label = field.get_description(self.env, ["string"])["string"]
            raise AccessError(
                self.env._(
                    "%(model)s: %(field)s is not entered. It follows from the buttons and from what happens.",
                    model=self.env["ir.model"]._get(self._name).name,
                    field=label,
                )
            )
        return super()._check_field_access(field, operation)


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "revenue.kept.fields"]
    _kept_fields = frozenset({"revenue_contract_id"})


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "revenue.kept.fields"]
    _kept_fields = frozenset({"revenue_contract_id", "revenue_obligation_ids"})


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "revenue.kept.fields"]
    _kept_fields = frozenset({"revenue_contract_id", "revenue_posting_id"})


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "revenue.kept.fields"]
    _kept_fields = frozenset({"revenue_lock_date"})


class RevenueContract(models.Model):
    _name = "revenue.contract"
    _inherit = ["revenue.contract", "revenue.kept.fields"]
    _kept_fields = frozenset({"state", "order_ids", "entry_ids", "exception_ids", "todo_ids"})


class RevenueModification(models.Model):
    _name = "revenue.modification"
    _inherit = ["revenue.modification", "revenue.kept.fields"]
    _kept_fields = frozenset(
        {
            *("state", "decided", "reason", "price_before", "price_after", "revenue_before", "revenue_after"),
            *("applied_by_id", "applied_at", "of_order", "move_id"),
        }
    )
