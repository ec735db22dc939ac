from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare, format_date

WHAT = [
    ("numbers", "Price or quantity"),
    ("plan", "Plan"),
    ("pause", "Pause"),
    ("resume", "Go on after a pause"),
    ("end", "End"),
    ("restart", "Go on after the end"),
    ("transfer", "Transfer to another customer"),
]
NUMBERS = ("price_unit", "quantity", "discount")
WHEN = [("now", "Now"), ("next_period", "With the next period"), ("day", "On a day")]


class SubscriptionChargeChange(models.TransientModel):
    """Change a subscription from a day on; see before it is saved what the next invoices become."""

    _name = "subscription.charge.change"
    _description = "Change a Subscription"

    charge_id = fields.Many2one(
        "subscription.charge", "Subscription", required=True, readonly=True, help="What is changed."
    )
    currency_id = fields.Many2one(related="charge_id.currency_id")
    company_id = fields.Many2one(related="charge_id.company_id")
    what = fields.Selection(WHAT, required=True, default="numbers", help="What becomes of it.")
    when = fields.Selection(WHEN, required=True, default="now", help="From when it holds.")
    day = fields.Date(
        "From",
        compute="_compute_day",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="The first day on which it holds: today, earlier or to come.",
    )
    price_unit = fields.Float(
        "Unit Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        min_display_digits="Product Price",
        help="Of one unit and period. Begins as what is agreed on that day.",
    )
    quantity = fields.Float(
        compute="_compute_quantity",
        store=True,
        readonly=False,
        digits="Product Unit",
        help="How much is charged in each period. Begins as what is agreed on that day.",
    )
    discount = fields.Float(
        "Discount (%)",
        compute="_compute_discount",
        store=True,
        readonly=False,
        digits="Discount",
        help="What comes off the price. Begins as what is agreed on that day.",
    )
    later = fields.Char(compute="_compute_later", help="What is agreed for later days already.")
    replaces_later = fields.Boolean(
        "Instead of What Was Agreed for Later", help="What is changed holds from later days on, too."
    )
    plan_id = fields.Many2one("subscription.plan", check_company=True, help="The plan by which it goes on.")
    partner_id = fields.Many2one("res.partner", "New Customer", check_company=True, help="Who goes on with it.")
    confirm = fields.Boolean(
        "Confirm His Order at Once", default=True, help="Else he gets a quotation, and it moves once he accepts that."
    )
    last_day = fields.Date(help="Of an end, the last day that is charged; of a pause, the last one that is not.")
    note = fields.Char("Why", help="Why it was changed.")
    effect = fields.Html(compute="_compute_effect", help="What the next invoices bill of it before and after.")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        charge = self.env["subscription.charge"].browse(self.env.context.get("active_id", ()))
        if self.env.context.get("active_model") == charge._name and charge:
            charge.check_access("read")
            values["charge_id"] = charge.id
            if values.get("what") == "end":
                values["last_day"] = charge.last_day or charge._next_period() - timedelta(days=1)
        return values

    @api.model_create_multi
    def create(self, vals_list):
        # OVERRIDE: what is worked out of a subscription is worked out with all rights.
        dialogs = super().create(vals_list)
        dialogs.charge_id.sudo(False).check_access("read")
        return dialogs

    def write(self, vals):
        # OVERRIDE: as when it is made.
        done = super().write(vals)
        self.charge_id.sudo(False).check_access("read")
        return done

    @api.depends("when", "charge_id", "what")
    def _compute_day(self):
        # Stored, so computed with all rights: asked of who opened it.
        self.charge_id.sudo(False).check_access("read")
        for change in self:
            charge = change.charge_id
            if charge and change.when == "next_period":
                change.day = charge._next_period()
            elif charge and (change.when == "now" or not change.day):
                change.day = charge._now() if change.what == "restart" else charge._today()

    # A method each: of fields that share one, Odoo computes none where one is given.
    @api.depends("day", "charge_id")
    def _compute_price_unit(self):
        self._begin_with_agreed("price_unit")

    @api.depends("day", "charge_id")
    def _compute_quantity(self):
        self._begin_with_agreed("quantity")

    @api.depends("day", "charge_id")
    def _compute_discount(self):
        self._begin_with_agreed("discount")

    def _begin_with_agreed(self, name):
        # Stored, so computed with all rights: asked of who opened it.
        self.charge_id.sudo(False).check_access("read")
        for change in self:
            change[name] = change._agreed_numbers()[name]

    def _agreed_numbers(self):
        """Return price, quantity and discount (floats, by name) as they are agreed on the day of the change."""
        charge = self.charge_id.sudo()
        if not charge or not self.day:
            return dict.fromkeys(NUMBERS, 0.0)
        day = max(self.day, charge.first_day)
        agreed = {**charge._agreed_on("price", day), **charge._agreed_on("quantity", day)}
        return {name: agreed[name] for name in NUMBERS}

    @api.depends("day", "what", "charge_id")
    def _compute_later(self):
        for change in self:
            rows = change.charge_id.version_ids if change.what == "numbers" else change.charge_id.version_ids.browse()
            rows = rows.filtered(
                lambda row, day=change.day: row.kind in ("price", "quantity") and day and row.day > day
            )
            told = [f"{format_date(self.env, row.day)}: {row._tell()}" for row in rows.sorted("day")]
            change.later = "; ".join(told)

    @api.depends(
        *("what", "when", "day", "price_unit", "quantity", "discount", "replaces_later"),
        *("last_day", "plan_id", "partner_id"),
    )
    def _compute_effect(self):
        for change in self:
            change.charge_id.check_access("read")
            change.effect = change._tell_outlook() if change._is_complete() else False

    def _is_complete(self):
        """Return whether enough is entered to say what the next invoices become."""
        charge = self.charge_id
        if not charge or not self.day or charge.state != "running":
            return False
        needed = {"plan": self.plan_id, "end": self.last_day, "restart": charge.last_day}
        return bool(needed.get(self.what, True)) and (self.what == "end" or self.day >= charge.first_day)

    def _tell_outlook(self):
        """Return a table of what the next invoices bill before and after, as HTML."""
        charge, env = self.charge_id.sudo(), self.env
        plan, numbers = self.plan_id._origin.sudo(), self._numbers()
        after = charge._supposed(self.what, self.day, self.last_day, numbers, plan, self.replaces_later)
        rows = charge._outlook(after)
        end = self.what == "plan" and charge._end_with_plan(charge.line_id, plan, self.day)
        ends = Markup("<p>%s</p>") % env._("It ends on %s then.", format_date(env, end)) if end else ""
        if not rows:
            return Markup("<p>%s</p>%s") % (env._("Nothing is to be billed."), ends)
        head = Markup("<th>%s</th><th class='text-end'>%s</th><th class='text-end'>%s</th>") % (
            env._("Invoice of"),
            env._("So far"),
            env._("After the change"),
        )
        body = Markup("").join(self._tell_row(*row) for row in rows)
        table = Markup("<table class='table table-sm mb-0'><thead><tr>%s</tr></thead><tbody>%s</tbody></table>")
        return table % (head, body) + ends

    def _tell_row(self, day, before, after):
        money = self.currency_id.format
        said = format_date(self.env, day), money(before), "fw-bold" if before != after else "", money(after)
        return Markup("<tr><td>%s</td><td class='text-end'>%s</td><td class='text-end %s'>%s</td></tr>") % said

    def _numbers(self):
        """Return what is to change of price, quantity and discount, by name."""
        names = ("price_unit", "quantity") if self.what == "plan" else NUMBERS
        agreed = self._agreed_numbers()
        return {name: self[name] for name in names if float_compare(self[name], agreed[name], precision_digits=9)}

    # === ACTIONS === #

    def action_change(self):
        """Do it.

        :return: an action that closes the dialog, or opens the order of the new customer
        :raises AccessError: for who neither manages sales nor invoices
        :raises UserError: when something is missing, a day makes no sense, or nothing is to change
        """
        self.ensure_one()
        action = getattr(self, f"_do_{self.what}")(self.charge_id, str(self.day), self.note or "")
        return action or {"type": "ir.actions.act_window_close"}

    def _do_numbers(self, charge, day, note):
        charge.change(day, **self._numbers(), note=note, replaces_later=self.replaces_later)

    def _do_plan(self, charge, day, note):
        self._check_entered(self.plan_id, self.env._("Choose the plan by which it goes on."))
        charge.change_plan(self.plan_id.id, day, **self._numbers(), note=note)

    def _do_pause(self, charge, day, note):
        charge.pause(day, str(self.last_day) if self.last_day else None, note)

    def _do_resume(self, charge, day, note):
        charge.resume(day, note)

    def _do_end(self, charge, day, note):
        self._check_entered(self.last_day, self.env._("Enter the last day that is charged."))
        charge.cancel(str(self.last_day), note)

    def _do_restart(self, charge, day, note):
        charge.restart(day, note)

    def _do_transfer(self, charge, day, note):
        self._check_entered(self.partner_id, self.env._("Choose who goes on with it."))
        made = charge.transfer(self.partner_id.id, day, note, self.confirm)
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": made["order_id"],
            "views": [(False, "form")],
        }

    def _check_entered(self, value, message):
        if not value:
            raise UserError(message)
