from odoo import api, models
from odoo.addons.billing_base.engine.units import from_units
from odoo.addons.record_protection.reading import values
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import AccessError

from ..engine.bill import bills, rounded
from ..engine.life import due_parts, end_of
from ..engine.standing import Open, due_on, open_parts

#: How many periods of the past, and to come, a timeline shows unless asked for more.
BEHIND, AHEAD = 6, 6
MOST = 1000
SETTLED = ("paid", "in_payment", "reversed")


class SubscriptionCharge(models.Model):
    """The life of a charge as its form shows it: past and coming periods with their invoices, changes between them."""

    _inherit = "subscription.charge"

    @api.readonly
    def get_timeline(self, behind: int = BEHIND, ahead: int = AHEAD) -> dict:
        """Return the periods of this charge around today, and what changed.

        :param int behind: how many periods that are due already, the last ones
        :param int ahead: how many to come
        :return: ``{"currency_id", "earlier", "periods", "changes"}``: how many periods precede those shown; periods,
            each with ``number``, ``from``, ``to``, ``due``, ``total`` (what it comes to), ``billed`` (what stands on
            invoices), ``open`` (what is to be billed), ``status`` (``paid``, ``billed``, ``drafted``, ``due``,
            ``credit``, ``nothing`` or ``planned``), ``label``, ``why`` (lines of text) and ``invoices`` (``id``,
            ``name``, ``may_open``); changes with ``day``, ``text``, ``note``, ``by`` and ``recorded``, oldest first
        :raises AccessError: for customers, and for who may not read it
        """
        self.ensure_one()
        self._check_may_see_timeline()
        behind = read_argument(self.env, "behind", values.whole, behind, MOST, 0)
        ahead = read_argument(self.env, "ahead", values.whole, ahead, 120, 0)
        past, planned = self.sudo()._past_and_coming(ahead)
        shown = past[len(past) - min(behind, len(past)) :]
        moves = self._moves_by_period()
        readable = self._readable(moves)
        periods = [self._period_node(one, moves, readable) for one in shown]
        periods += [self._period_node(one, {}, readable, planned=True) for one in planned]
        versions = self.sudo().version_ids.sorted(lambda version: (version.day, version.id))
        return {
            "currency_id": self.currency_id.id,
            "earlier": len(past) - len(shown),
            "periods": periods,
            "changes": [version._change_node() for version in versions],
        }

    def _check_may_see_timeline(self):
        if not self.env.su and not self.env.user._is_internal():
            raise AccessError(self.env._("Subscriptions with their changes are for internal users."))
        self.check_access("read")

    def _past_and_coming(self, ahead):
        """Return the periods that are due or on invoices, and the next ones: lists of ``engine.standing.Open``."""
        stands = self._stands().get(self, {})
        if not self.version_ids:
            return [], []
        terms, known = self._terms()
        today, scale = self._reached(self.company_id._billing_today()).toordinal(), self._scale()
        parts = due_parts(terms, end_of(terms, known), today) if self.state == "running" else []
        made = [rounded(bill) for bill in bills(terms, known, parts, self._zone(), scale)]
        found = {one.part.number: Open(one, stands.get(one.part.number, 0), due_on(terms, one.part)) for one in made}
        for one in open_parts(terms, known, stands, today, self._zone(), scale):
            found.setdefault(one.part.number, one)
        opened = {one.part.number for one in found.values() if one.units}
        coming = self._coming(stands, ahead + len(opened)) if ahead else []
        past = [found[number] for number in sorted(found)]
        return past, [one for one in coming if one.part.number not in found]

    def _moves_by_period(self):
        """Return the invoices that bill periods of this charge: ``{number: account.move}``, with all rights."""
        found = {}
        lines = self.sudo().invoice_line_ids.filtered(lambda line: not line.subscription_pays_id)
        for line in lines.filtered(lambda line: line.parent_state != "cancel").sorted("id"):
            number = line.subscription_period
            found[number] = found.get(number, line.move_id) | line.move_id
        return found

    def _readable(self, moves):
        """Return the invoices among those of ``_moves_by_period`` that the user may open."""
        return self.env["account.move"].union(*moves.values()).sudo(self.env.su)._filtered_access("read")

    def _period_node(self, one, moves, readable, planned=False):
        charge, unit = self.sudo(), self.currency_id.rounding
        moves = moves.get(one.part.number, readable.browse())
        status = "planned" if planned else self._period_state(one, moves)
        return {
            "number": one.part.number,
            "from": self._iso(one.part.start),
            "to": self._iso(one.part.to - 1),
            "due": self._iso(one.since),
            "days": charge._tell_days(one.part.start, one.part.to, self.env),
            "total": from_units(one.should.total, unit),
            "billed": from_units(one.stands, unit),
            "open": from_units(one.units, unit),
            "status": status,
            "label": self._period_label(status),
            "why": charge._tell_open(one._replace(stands=0), self.env).splitlines(),
            "invoices": [self._invoice_node(move, readable) for move in moves],
        }

    @api.model
    def _period_state(self, one, moves):
        """Return where a period that is due stands."""
        if one.units:
            return "due" if one.units > 0 else "credit"
        if not moves:
            return "nothing"
        if any(move.state == "draft" for move in moves):
            return "drafted"
        return "paid" if all(move.payment_state in SETTLED for move in moves) else "billed"

    @api.model
    def _period_label(self, status):
        return {
            "paid": self.env._("Paid"),
            "billed": self.env._("Invoiced"),
            "drafted": self.env._("Draft Invoice"),
            "due": self.env._("To Bill"),
            "credit": self.env._("To Give Back"),
            "nothing": self.env._("Nothing to Bill"),
            "planned": self.env._("To Come"),
        }[status]

    @api.model
    def _invoice_node(self, move, readable):
        draft = self.env._("Draft credit note") if move.move_type == "out_refund" else self.env._("Draft invoice")
        name = move.name if move.name and move.name != "/" else draft
        return {"id": move.id, "name": name, "may_open": move.id in readable.ids}
