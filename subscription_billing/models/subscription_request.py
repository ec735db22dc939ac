import json

from odoo import fields, models
from odoo.addons.record_protection.reading import Unreadable, values
from odoo.exceptions import UserError

#: The most items that one call takes.
MOST_ITEMS = 2_000
KINDS = [("import", "Import"), ("act", "Act")]


class DryRun(Exception):
    """Raised to take back what was tried."""


class SubscriptionRequest(models.Model):
    """What another system asked of subscriptions, under a key of its own: done once, whoever sends it again."""

    _name = "subscription.request"
    _description = "Request of Another System"
    _inherit = ["record.append.only"]
    _order = "id desc"
    _rec_name = "key"

    company_id = fields.Many2one("res.company", required=True, index=True)
    key = fields.Char(required=True, help="The sender's own, unique in the company.")
    kind = fields.Selection(KINDS, required=True, help="Whether it made a subscription, or did something to one.")
    content = fields.Json(required=True, export_string_translation=False, help="What was asked, as it was sent.")
    charge_id = fields.Many2one("subscription.charge", required=True, index=True, ondelete="restrict")
    user_id = fields.Many2one("res.users", "By", required=True, default=lambda self: self.env.user)
    create_date = fields.Datetime("Recorded On", readonly=True, help="When it was recorded.")

    _key_unique = models.UniqueIndex("(company_id, key)", "What a key stands for is done once.")

    def _of(self, key):
        """Return the request of the current company with a key."""
        return self.sudo().search([("company_id", "=", self.env.company.id), ("key", "=", key)])

    def _keep(self, key, kind, content, charge):
        """Record that what a key of the current company stands for is done, by whoever asked for it.

        :param str kind: of ``KINDS``
        :param content: as of ``_plain``
        :param charge: the subscription that was made, or to which something was done
        """
        asked = {"company_id": self.env.company.id, "user_id": self.env.uid, "key": key, "kind": kind}
        self.sudo().create([{**asked, "content": content, "charge_id": charge.id}])

    def _check_same(self, item):
        """Refuse another content under the key of this request.

        :param dict item: as it is sent
        :raises UserError: with both contents
        """
        self.ensure_one()
        if self.content != item:
            said = {"key": self.key, "before": _as_text(self.content), "now": _as_text(item)}
            raise UserError(
                self.env._("key: “%(key)s” was sent before with %(before)s, now with %(now)s. Send a new key.", **said)
            )

    def _plain(self, item):
        """Return what was sent of an item as JSON has it, so that it can be compared with what was sent before.

        :raises UserError: when it has what no database takes
        """
        try:
            text = json.dumps(item, sort_keys=True, allow_nan=False, ensure_ascii=False)
            return json.loads(values.text(text.replace("\\u0000", "\0")))
        except (TypeError, ValueError, RecursionError, Unreadable) as error:
            raise UserError(self.env._("Plain texts, numbers and dates as text are expected.")) from error


def _as_text(content):
    return json.dumps(content, sort_keys=True, ensure_ascii=False)[:2000]
