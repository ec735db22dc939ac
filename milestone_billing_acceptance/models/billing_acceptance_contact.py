from odoo import api, fields, models
from odoo.exceptions import ValidationError


class BillingAcceptanceContact(models.Model):
    """Who accepts what a customer ordered, or one milestone of it; one after the other."""

    _name = "billing.acceptance.contact"
    _description = "Contact for Acceptance"
    _order = "sequence, id"
    _rec_name = "partner_id"

    sequence = fields.Integer(default=10)
    partner_id = fields.Many2one(
        "res.partner",
        "Contact",
        required=True,
        ondelete="cascade",
        index=True,
        help="Gets a mail with a link of his own, and signs.",
    )
    email = fields.Char(related="partner_id.email", help="Where the mail goes.")
    customer_id = fields.Many2one("res.partner", ondelete="cascade", index="btree_not_null")
    milestone_id = fields.Many2one("billing.milestone", ondelete="cascade", index="btree_not_null")
    company_id = fields.Many2one(related="milestone_id.company_id", store=True, index=True)

    _one_owner = models.Constraint(
        "CHECK((customer_id IS NULL) != (milestone_id IS NULL))",
        "A contact for acceptance is of a customer, or of a milestone.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("partner_id")
    def _check_not_ours(self):
        for contact in self.sudo():
            if any(not user.share for user in contact.partner_id.user_ids):
                raise ValidationError(
                    self.env._("%s is one of us, and cannot accept for the customer.", contact.partner_id.display_name)
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        contacts = super().create(vals_list)
        contacts._check_owner()
        return contacts

    def write(self, vals):
        self.check_access("write")
        self._check_owner()
        result = super().write(vals)
        self._check_owner()
        return result

    def unlink(self):
        self.check_access("unlink")
        self._check_owner()
        return super().unlink()

    def _check_owner(self):
        """Check that the user may change the milestones and the customers for which these contacts accept.

        :raises AccessError: otherwise
        """
        owners = self.sudo()
        # Nobody's rights to customers matter for contacts of milestones, nor the other way round.
        for owner in (owners.milestone_id, owners.customer_id):
            if owner:
                owner.sudo(self.env.su).check_access("write")
