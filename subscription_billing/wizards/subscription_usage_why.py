from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import format_date

from ..models.subscription_price_words import tell_money, tell_number

#: The most records of a day that are listed.
MOST_LISTED = 10_000
#: What is told below the tiers, where it is there.
SUMS = ("overage", "true_up", "total", "billed_before", "other")


class SubscriptionUsageWhy(models.TransientModel):
    """Why a line of usage comes to its amount: tiers with their quantities and prices, days, and their records."""

    _name = "subscription.usage.why"
    _description = "Why This Amount"

    line_id = fields.Many2one(
        "account.move.line", "Invoice Line", required=True, readonly=True, ondelete="cascade", help="What is explained."
    )
    charge_id = fields.Many2one(related="line_id.subscription_charge_id", string="Subscription")
    text = fields.Html(compute="_compute_text", store=True, sanitize=False)
    day_ids = fields.One2many("subscription.usage.why.day", "why_id", "Days", compute="_compute_text", store=True)

    @api.model_create_multi
    def create(self, vals_list):
        # OVERRIDE: whoever works out what is stored, it is of who opened it.
        dialogs = super().create(vals_list)
        dialogs.line_id.sudo(False).check_access("read")
        return dialogs

    @api.depends("line_id")
    def _compute_text(self):
        for why in self:
            # Stored, so computed with all rights: worked out for who opened it.
            found = why.line_id.sudo(False).explain_usage()
            why.text = why._tell(found)
            names = ("day", "dimension", "quantity", "records")
            rows = [{name: row[name] for name in names} for row in found["days"]]
            why.day_ids = [Command.clear(), *map(Command.create, rows)]

    def _tell(self, found):
        """Return what is explained as HTML: a row for each tier, and what comes to it or off it."""
        env, charge = self.env, self.line_id.sudo().subscription_charge_id
        rows = Markup()
        for part in found["parts"]:
            rows += self._tell_part(part, found["unit"])
        if found["more_parts"]:
            rows += self._row(env._("and %s more", found["more_parts"]), "", "")
        for name, label in self._sums(found):
            if found[name]:
                rows += self._row(label, "", tell_money(env, found[name], charge.currency_id))
        rows += self._row(env._("This line"), "", tell_money(env, found["amount"], charge.currency_id), strong=True)
        note = Markup()
        if found["estimated"]:
            note = Markup("<p class='text-warning-emphasis'>%s</p>") % env._(
                "Estimated, as no usage was known: what is known later is billed by the difference."
            )
        return note + Markup("<table class='table table-sm'><tbody>%s</tbody></table>") % rows

    def _sums(self, found):
        env = self.env
        other = env._("Taken back or edited") if found["other"] < 0 else env._("Edited by hand")
        told = (
            env._("Above the commitment"),
            env._("Up to what is due at least"),
            env._("The period"),
            env._("Invoiced before"),
            other,
        )
        return zip(SUMS, told, strict=True)

    def _tell_part(self, part, unit):
        env, charge = self.env, self.line_id.sudo().subscription_charge_id
        money = charge.currency_id
        days = env._("%(first)s to %(last)s", first=format_date(env, part["from"]), last=format_date(env, part["to"]))
        title = f"{part['of']}, {days}" if part["of"] not in (None, "") else days
        quantity = f"{tell_number(env, part['quantity'])} {unit}".strip()
        rows = self._row(f"{title}: {part['price']}", quantity, tell_money(env, part["cost"], money), strong=True)
        if part["free"]:
            rows += self._row(env._("Included"), f"{tell_number(env, part['free'])} {unit}".strip(), "", inner=True)
        for tier in part["tiers"]:
            rows += self._row(self._tell_tier(tier, money), tell_number(env, tier["quantity"]), "", tier, inner=True)
        return rows

    def _tell_tier(self, tier, money):
        env = self.env
        said = {"price": tell_money(env, tier["price"], money), "per": tell_number(env, tier["per"])}
        text = env._("at %(price)s", **said) if tier["per"] == 1 else env._("at %(price)s per %(per)s", **said)
        if not tier["flat"]:
            return text
        flat = tell_money(env, tier["flat"], money)
        return env._("%(text)s and %(flat)s once", text=text, flat=flat) if tier["price"] else env._("%s in all", flat)

    def _row(self, label, quantity, amount, tier=None, strong=False, inner=False):
        if tier:
            amount = tell_money(self.env, tier["amount"], self.line_id.sudo().subscription_charge_id.currency_id)
        tone = "fw-bold" if strong else "text-muted" if inner else ""
        pad = "ps-4" if inner else ""
        return Markup(
            "<tr class='%s'><td class='%s'>%s</td><td class='text-end'>%s</td><td class='text-end'>%s</td></tr>"
        ) % (tone, pad, label, quantity, amount)

    def action_download(self):
        """Download the days and records of this line.

        :return: an action that opens the file
        """
        self.ensure_one()
        self.line_id.check_access("read")
        return {"type": "ir.actions.act_url", "url": self.line_id._usage_url(), "target": "download"}


class SubscriptionUsageWhyDay(models.TransientModel):
    """What was used on a day."""

    _name = "subscription.usage.why.day"
    _description = "Usage of a Day"
    _order = "day, dimension, id"

    why_id = fields.Many2one("subscription.usage.why", required=True, index=True, ondelete="cascade")
    day = fields.Date(readonly=True, help="The day, in the customer's time zone.")
    dimension = fields.Char(readonly=True, help="What it is told apart by.")
    quantity = fields.Float(min_display_digits=0, readonly=True, help="What its records came to.")
    records = fields.Integer(readonly=True, help="How many records that are.")

    def action_records(self):
        """Open the records of this day, as far as they were known when the line was made.

        :return: a window action
        :raises AccessError: for who may not read the line
        """
        self.ensure_one()
        line = self.why_id.line_id
        line.check_access("read")
        charge = line.sudo().subscription_charge_id
        day, point = self.day.toordinal(), charge.metering_point_id
        found = point._records_after(charge._zone(), day, day + 1, line.subscription_watermark, MOST_LISTED)
        domain = [("id", "in", [row[0] for row in found if (row[5] or "") == (self.dimension or "")])]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Usage of %s", format_date(self.env, self.day)),
            "res_model": "subscription.usage",
            "views": [(False, "list")],
            "domain": domain,
        }
