from odoo import api, models
from odoo.addons.record_protection import reading
from odoo.fields import Command

from .res_company import LONGEST_DAYS, SENDING

KEYS = {"days", "reminder_days", "sending", "contacts"}


class BillingSchedule(models.Model):
    """Acceptance as other systems pass it in: ``"acceptance"`` of a milestone.

    It is ``true``, or ``{"days"?: whole number of business days, "reminder_days"?: whole number, "sending"?: "auto" |
    "manual", "contacts"?: [ids of contacts of the customer, in order]}``. Left out, a new milestone needs none, and
    one that is there already stays as it is; ``false`` drops it.
    """

    _inherit = "billing.schedule"

    @api.model
    def _milestone_keys(self):
        return super()._milestone_keys() | {"acceptance"}

    @api.model
    def _check_milestones_shape(self, milestones, path, errors):
        result = super()._check_milestones_shape(milestones, path, errors)
        for index, milestone in enumerate(milestones):
            wanted = milestone.get("acceptance") if isinstance(milestone, dict) else None
            if wanted is not None and not isinstance(wanted, bool):
                self._check_acceptance_shape(wanted, f"{path}[{index}].acceptance", errors)
        return result

    @api.model
    def _check_acceptance_shape(self, wanted, path, errors):
        if not isinstance(wanted, dict):
            errors.add(path, self.env._("true or a dictionary is expected, not %s.", reading.quoted(wanted)))
            return
        errors.unknown(wanted, KEYS, path)
        errors.take_if_given(wanted, ["days", "reminder_days"], path, reading.whole, LONGEST_DAYS, 0)
        errors.take_if_given(wanted, ["sending"], path, reading.choice, list(dict(SENDING)))
        contacts = wanted.get("contacts")
        if contacts is not None and not (
            isinstance(contacts, list) and all(reading.is_ref(row) and isinstance(row, int) for row in contacts)
        ):
            errors.add(f"{path}.contacts", self.env._("A list of ids is expected."))

    def _import_values(self, values, index, place, errors):
        result = super()._import_values(values, index, place, errors)
        wanted = values.get("acceptance")
        if wanted is not None:
            result["needs_acceptance"] = wanted is not False
        if isinstance(wanted, dict):
            names = {
                "days": "acceptance_days",
                "reminder_days": "acceptance_reminder_days",
                "sending": "acceptance_sending",
            }
            result.update({names[key]: wanted[key] for key in names.keys() & wanted.keys()})
            if "contacts" in wanted:
                contacts = self._import_contacts(wanted["contacts"], f"{place}.acceptance.contacts", errors)
                result["acceptance_contact_ids"] = [
                    Command.clear(),
                    *(
                        Command.create({"partner_id": contact.id, "sequence": number * 10})
                        for number, contact in enumerate(contacts, 1)
                    ),
                ]
        return result

    def _import_contacts(self, ids, path, errors):
        """Return the contacts with these ids, which have to be the customer's own."""
        company = self.sudo().order_id.partner_id.commercial_partner_id
        found = self.env["res.partner"].search([("id", "in", ids)])
        for number, one in enumerate(ids):
            contact = found.filtered(lambda row, one=one: row.id == one)
            if contact.sudo().commercial_partner_id != company:
                errors.add(f"{path}[{number}]", self.env._("%s is no contact of the customer.", one))
        return found.browse(one for one in ids if one in found.ids)
