from odoo import models
from odoo.tools import format_date


class SubscriptionChargeVersion(models.Model):
    _inherit = "subscription.charge.version"

    def _change_node(self):
        """Return this change as a timeline has it."""
        self.ensure_one()
        return {
            "id": self.id,
            "day": str(self.day),
            "text": self._tell(),
            "note": self.note or "",
            "by": self.user_id.name,
            "recorded": str(self.create_date.date()),
        }

    def _tell_usage_agreed(self):
        """Return by which usage price this version charges, less which discount, in words."""
        env, name = self.env, self.charge_id.price_book_id.with_env(self.env).name
        if self.discount:
            discount = self.charge_id._tell_number(self.discount, env)
            return env._("Agreed: %(price)s less %(discount)s %%", price=name, discount=discount)
        return env._("Agreed: %s", name)

    def _tell(self):
        """Return what this change says, in words."""
        charge, env = self.charge_id, self.env
        quantity = charge._tell_number(self.quantity, env)
        price = charge._tell_money(self.price_unit, env)
        if self.discount:
            discount = charge._tell_number(self.discount, env)
            price = env._("%(price)s less %(discount)s %%", price=price, discount=discount)
        if charge.kind == "usage" and self.kind in ("agreed", "price"):
            return self._tell_usage_agreed()
        if self.kind == "agreed":
            return env._("Agreed: %(quantity)s × %(price)s", quantity=quantity, price=price)
        if self.kind == "price":
            return env._("Price: %s", price)
        if self.kind == "quantity":
            return env._("Quantity: %s", quantity)
        if self.kind == "reduction":
            return env._("Reduction: %s %%", charge._tell_number(self.reduction, env))
        if self.kind == "end":
            return env._("Ends on %s", format_date(env, self.last_day)) if self.last_day else env._("No end")
        return dict(self._fields["kind"]._description_selection(env))[self.kind]
