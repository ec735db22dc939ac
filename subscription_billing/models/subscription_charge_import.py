from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.addons.record_protection.reading import values
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import ConcurrencyError, UserError, ValidationError
from odoo.fields import Command, Domain

from .subscription_request import MOST_ITEMS, DryRun

#: What an imported subscription says, beside its key.
NEEDED = ("key", "customer", "product", "plan", "start", "price")
FURTHER = ("quantity", "discount", "end", "billed_until", "text", "pricelist", "salesperson", "metered_as")


def _is_missing(value):
    # A price of 0 is one, and equals False.
    return value is None or value is False or value == ""


class SubscriptionCharge(models.Model):
    """Running subscriptions of another system: go on here, from the day after what is billed there."""

    _inherit = "subscription.charge"

    @api.model
    def import_subscriptions(self, items: list, dry_run: bool = False) -> list:
        """Make running subscriptions from another system, each all or nothing; the same key again makes none.

        An item is ``{"key": str, "customer": id or name, "product": id, code or name, "plan": id or name, "start": ISO
        date, "price": number, "quantity"?: number, "discount"?: percent, "end"?: ISO date, "billed_until"?: ISO date,
        "text"?: str, "pricelist"?: id or name, "salesperson"?: id or login, "metered_as"?: str}``. A product of usage
        has the price 0, and ``metered_as`` says whose usage it is. ``start`` is when it began, by which
        its periods and terms are counted; ``price`` that of one unit and period as it holds now; ``billed_until`` the
        last day that is billed elsewhere: of the period that holds it, the days after it are billed here. Each gets a
        confirmed order in the current company, with one line. Terms until the one that holds today and the first day
        billed here are on record as renewed elsewhere, whatever the plan says of renewals; a plan that ends with its
        term ends with that one where no ``end`` is given. The price rises with terms that begin after today.

        :param list items: at most 2,000
        :param bool dry_run: say what would happen, and write nothing
        :return: per item, in order, ``{"key", "status", "id", "order", "next_due", "reason"}``: ``status`` is
            ``created``, ``unchanged`` (the same key and content as before) or ``refused`` (``reason`` names what is
            wrong); ``id`` is that of the charge, 0 for none or one that a dry run took back
        :raises AccessError: for who may not make orders, or neither manages sales nor invoices
        :raises UserError: when ``items`` is no such list, or ``dry_run`` neither true nor false
        """
        self._check_may_change()
        self.env["sale.order"].check_access("create")
        items = read_argument(self.env, "items", values.items, items, MOST_ITEMS)
        dry_run = read_argument(self.env, "dry_run", values.flag, dry_run)
        return [self._import_item(item, f"items[{place}]", dry_run) for place, item in enumerate(items)]

    @api.model
    def _import_item(self, item, path, dry_run):
        """Return what became of an item: see ``import_subscriptions``."""
        key = item.get("key") if isinstance(item, dict) else ""
        result = {"key": key if values.is_storable(key) else "", "status": "refused", "id": 0}
        result |= {"order": "", "next_due": False, "reason": ""}
        try:
            with self.env.cr.savepoint():
                charge, status = self._import_checked(item, path)
                kept = not dry_run or status == "unchanged"
                result |= {"status": status, "id": charge.id if kept else 0, **charge._say_next_due()}
                result["order"] = charge.order_id.name if kept else ""
                if dry_run:
                    raise DryRun
        except DryRun:
            self.env.invalidate_all()
        except (UserError, ValidationError) as error:
            self.env.invalidate_all()
            result |= {"status": "refused", "id": 0, "order": "", "next_due": False, "reason": str(error)}
        except UniqueViolation as error:
            # Another sender of this key was faster: Odoo tries again, and finds what that one made.
            raise ConcurrencyError(str(error)) from error
        return result

    @api.model
    def _import_checked(self, item, path):
        """Make the subscription of an item; return its charge, with all rights, and its status.

        :raises UserError: naming what is wrong
        """
        Request = self.env["subscription.request"]
        said = self._read_item(item, path)
        content = Request._plain(item)
        known = Request._of(said["key"])
        if known:
            known._check_same(content)
            return known.charge_id, "unchanged"
        orders = self.env["sale.order"]._flagged("subscription_taking_over")
        order = orders.create([self._import_order(said)]).with_env(self.env)
        order.order_line.sudo()._subscription_end_with_current_term(said["billed_until"])
        order.action_confirm()
        charge = order.order_line.sudo().subscription_charge_ids
        if not charge:
            raise UserError(self.env._("%s: no subscription came of it.", path))
        charge._take_over_from_elsewhere(said["billed_until"])
        charge._check_bills_something(path)
        Request._keep(said["key"], "import", content, charge)
        return charge, "created"

    @api.model
    def _import_order(self, said):
        """Return the values of the order of an imported subscription."""
        line = {
            "product_id": said["product"].id,
            "product_uom_qty": said["quantity"],
            "price_unit": said["price"],
            "discount": said["discount"],
            "subscription_plan_id": said["plan"].id,
            "subscription_start": said["start"],
            "subscription_end": said["end"],
            "subscription_metered_as": said["metered_as"],
        }
        if said["text"]:
            line["name"] = said["text"]
        order = {
            "partner_id": said["customer"].id,
            "company_id": self.env.company.id,
            "origin": said["key"],
            "order_line": [Command.create(line)],
        }
        if said["pricelist"]:
            order["pricelist_id"] = said["pricelist"].id
        if said["salesperson"]:
            order["user_id"] = said["salesperson"].id
        return order

    # === READING === #

    @api.model
    def _read_item(self, item, path):
        """Return what an item says, by name: records, dates and numbers.

        :raises UserError: naming the place of what is wrong
        """
        if not isinstance(item, dict):
            raise UserError(
                self.env._("%(path)s: a dictionary is expected, not %(value)s.", path=path, value=values.quoted(item))
            )
        for name in item:
            if name not in NEEDED + FURTHER:
                raise UserError(self.env._("%(path)s: unknown key %(name)s.", path=path, name=values.quoted(name)))
        for name in NEEDED:
            if _is_missing(item.get(name)):
                raise UserError(self.env._("%(path)s.%(name)s is needed.", path=path, name=name))
        company = Domain("company_id", "in", (False, self.env.company.id))
        services = company & Domain("type", "=", "service")
        said = {
            "key": read_argument(self.env, f"{path}.key", values.key, item["key"]),
            "customer": self._find_one("res.partner", ("name",), company, item, "customer", path),
            "product": self._find_one("product.product", ("default_code", "name"), services, item, "product", path),
            "plan": self._find_one("subscription.plan", ("name",), company, item, "plan", path),
            "pricelist": self._find_one("product.pricelist", ("name",), company, item, "pricelist", path),
            "salesperson": self._find_one("res.users", ("login",), Domain.TRUE, item, "salesperson", path),
            "text": read_argument(self.env, f"{path}.text", values.text, item.get("text"), 2000),
            "metered_as": read_argument(self.env, f"{path}.metered_as", values.text, item.get("metered_as"), 256),
        }
        for name, default in (("price", 0.0), ("quantity", 1.0), ("discount", 0.0)):
            sent = item.get(name, default)
            said[name] = float(read_argument(self.env, f"{path}.{name}", values.number, sent))
        for name in ("start", "end", "billed_until"):
            sent = item.get(name)
            said[name] = read_argument(self.env, f"{path}.{name}", values.day, sent) if sent else False
        self._check_item_days(said, path)
        return said

    @api.model
    def _check_item_days(self, said, path):
        start, end, billed = said["start"], said["end"], said["billed_until"]
        if end and end < start:
            raise UserError(
                self.env._("%(path)s.end: %(end)s is before the start, %(start)s.", path=path, end=end, start=start)
            )
        if billed and billed < start - timedelta(days=1):
            raise UserError(
                self.env._(
                    "%(path)s.billed_until: %(day)s is before the start, %(start)s.", path=path, day=billed, start=start
                )
            )

    @api.model
    def _find_one(self, model, names, domain, item, name, path):
        """Return the one record that an item names by its id or by a text; an empty one where it names none.

        :param names: of the fields that are searched, one after the other
        :raises UserError: when there is none that the user may read, or several
        """
        Model = self.env[model]
        if item.get(name) is None or item[name] is False:
            return Model
        place = f"{path}.{name}"
        ref = read_argument(self.env, place, values.ref, item[name])
        for field in ("id",) if isinstance(ref, int) else names:
            found = Model.search(domain & Domain(field, "=", ref), limit=2)
            if len(found) > 1:
                raise UserError(self.env._("%(place)s: several are called %(ref)s. Send the id.", place=place, ref=ref))
            if found:
                return found
        raise UserError(self.env._("%(place)s: there is no %(ref)s that you may use.", place=place, ref=ref))
