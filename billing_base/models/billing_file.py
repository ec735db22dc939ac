from odoo import api, fields, models
from odoo.exceptions import ValidationError


class BillingFileKind(models.Model):
    """A kind of file that customers ask for before they are billed."""

    _name = "billing.file.kind"
    _description = "Kind of Billing File"
    _order = "name, id"

    name = fields.Char(required=True, translate=True, help="What people call it, such as “Signed acceptance”.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Left empty, every company may use it.")


class BillingFile(models.Model):
    """A file of a kind on an order: that it is there lets the order be billed where its customer asks for it."""

    _name = "billing.file"
    _description = "Billing File"
    _order = "id desc"

    order_id = fields.Many2one(
        "sale.order", required=True, index=True, ondelete="cascade", help="The order that it lets be billed."
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True, precompute=True)
    kind_id = fields.Many2one("billing.file.kind", required=True, ondelete="restrict", help="What file it is.")
    name = fields.Char("File Name", required=True, help="The name of the file.")
    content = fields.Binary("File", required=True, attachment=True, help="The file itself.")
    user_id = fields.Many2one(
        "res.users", "Attached by", default=lambda self: self.env.user, readonly=True, help="Who attached it."
    )
    create_date = fields.Datetime("Attached on", readonly=True, help="When it was attached.")

    #: What let an order be billed stays what it was; another file is another record.
    _once_fields = frozenset({"order_id", "kind_id", "content"})

    @api.model_create_multi
    def create(self, vals_list):
        files = super().create(vals_list)
        files.sudo().order_id._billing_go_on()
        return files

    @api.constrains("order_id", "kind_id")
    def _check_kind_company(self):
        for file in self.sudo():
            company = file.kind_id.company_id
            if company and company != file.order_id.company_id:
                raise ValidationError(
                    self.env._("%(kind)s is a kind of file of another company.", kind=file.kind_id.display_name)
                )
