import inspect

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.addons.record_protection.reading import values
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import AccessError, ConcurrencyError, UserError, ValidationError

from .subscription_request import MOST_ITEMS, DryRun

#: What an item may ask for: methods of a charge, with their own arguments and rights.
ACTS = ("change", "cancel", "pause", "resume", "change_plan", "restart", "transfer")


class SubscriptionCharge(models.Model):
    """Many acts in one call, each done once by its key."""

    _inherit = "subscription.charge"

    @api.model
    def apply(self, items: list, dry_run: bool = False) -> list:
        """Do something to subscriptions, for another system. Safe to repeat: each is done once, by its key.

        An item is ``{"key": str, "subscription": id of the charge or the key it was imported by, "do": …}`` with the
        arguments of what it asks for: ``do`` is the name of a method of a charge, ``change``, ``cancel``, ``pause``,
        ``resume``, ``change_plan``, ``restart`` or ``transfer``.

        :param list items: at most 2,000; they are done one after the other
        :param bool dry_run: say what would happen, and write nothing
        :return: per item, in order, ``{"key", "status", "id", "result", "reason"}``: ``status`` is ``accepted``,
            ``duplicate`` (this very item was done before) or ``refused`` (``reason`` says why); ``result`` is what the
            method answers
        :raises AccessError: for who neither manages sales nor invoices
        :raises UserError: when ``items`` is no such list, or ``dry_run`` neither true nor false
        """
        self._check_may_change()
        items = read_argument(self.env, "items", values.items, items, MOST_ITEMS)
        dry_run = read_argument(self.env, "dry_run", values.flag, dry_run)
        try:
            with self.env.cr.savepoint():
                results = [self._apply_item(item, f"items[{place}]") for place, item in enumerate(items)]
                if dry_run:
                    raise DryRun
        except DryRun:
            self.env.invalidate_all()
        return results

    @api.model
    def _apply_item(self, item, path):
        """Return what became of an item: see ``apply``."""
        key = item.get("key") if isinstance(item, dict) else ""
        result = {
            "key": key if values.is_storable(key) else "",
            "status": "refused",
            "id": 0,
            "result": {},
            "reason": "",
        }
        try:
            with self.env.cr.savepoint():
                charge, done = self._apply_checked(item, path)
            status = "duplicate" if done is None else "accepted"
            result |= {"status": status, "id": charge.id, "result": done or {}}
        except (UserError, ValidationError, AccessError) as error:
            self.env.invalidate_all()
            result["reason"] = str(error)
        except UniqueViolation as error:
            raise ConcurrencyError(str(error)) from error
        return result

    @api.model
    def _apply_checked(self, item, path):
        """Do what an item asks for; return its charge and the answer, None where it was done before.

        :raises UserError: naming what is wrong
        """
        Request = self.env["subscription.request"]
        if not isinstance(item, dict):
            raise UserError(
                self.env._("%(path)s: a dictionary is expected, not %(value)s.", path=path, value=values.quoted(item))
            )
        key = read_argument(self.env, f"{path}.key", values.key, item.get("key"))
        act = read_argument(self.env, f"{path}.do", values.choice, item.get("do"), ACTS)
        arguments = {name: value for name, value in item.items() if name not in ("key", "do", "subscription")}
        content = Request._plain(item)
        known = Request._of(key)
        if known:
            known._check_same(content)
            return known.charge_id, None
        charge = self._find_subscription(item.get("subscription"), f"{path}.subscription")
        method = getattr(charge, act)
        self._check_arguments(method, arguments, path)
        answer = method(**arguments)
        Request._keep(key, "act", content, charge)
        return charge, answer

    @api.model
    def _check_arguments(self, method, arguments, path):
        """Refuse arguments that a method does not take, or lacks.

        :raises UserError: naming them
        """
        parameters = inspect.signature(method).parameters
        for name in arguments:
            if name not in parameters:
                raise UserError(self.env._("%(path)s: unknown key %(name)s.", path=path, name=values.quoted(name)))
        for name, parameter in parameters.items():
            if parameter.default is parameter.empty and name not in arguments:
                raise UserError(self.env._("%(path)s.%(name)s is needed.", path=path, name=name))

    @api.model
    def _find_subscription(self, ref, place):
        """Return the charge that a caller names by its id, or by the key it was imported by.

        :raises UserError: when there is none in the current company that the user may read
        """
        ref = read_argument(self.env, place, values.ref, ref)
        domain = [("company_id", "=", self.env.company.id)]
        if isinstance(ref, int):
            charge = self.search([*domain, ("id", "=", ref)])
        else:
            request = (
                self.env["subscription.request"].sudo().search([*domain, ("key", "=", ref), ("kind", "=", "import")])
            )
            charge = self.search([*domain, ("id", "=", request.charge_id.id)])
        if not charge:
            raise UserError(
                self.env._("%(place)s: there is no subscription %(ref)s that you may use.", place=place, ref=ref)
            )
        return charge
