from odoo import fields, models
from odoo.fields import Command

from .revenue_contract_making import OPEN_ENDED


class RevenueContract(models.Model):
    """How contracts follow their orders once these are confirmed: never silently.

    A draft takes over what its orders say. A contract that is active keeps its terms; what the
    orders say differently is proposed as one modification, which replaces an earlier proposal.
    """

    _inherit = "revenue.contract"

    def _follow_orders(self):
        """Bring contracts in line with their orders, or propose how."""
        for contract in self:
            if contract.state == "draft" and not contract._is_booked():
                contract._follow_as_draft()
            elif contract.state == "active":
                contract._propose()

    # === DRAFTS === #

    def _follow_as_draft(self):
        """Take over the lines as they are now; obligations keep their identity by their key."""
        self._waiting_proposals()._withdraw()
        promises = []
        fixed = 0.0
        for order in self.order_ids.filtered(lambda order: order.state == "sale"):
            lines = order.order_line
            promises += lines._revenue_promises(self.date)
            fixed += sum(lines._revenue_reductions().mapped("price_subtotal"))
        kept = {one.key: one for one in self.obligation_ids}
        wanted = {one["key"] for one in promises}
        gone = self.obligation_ids.filtered(lambda one: one.key not in wanted and not one.evidence_ids)
        gone.sale_line_ids.revenue_contract_id = False
        commands = [Command.delete(one.id) for one in gone]
        for values in promises:
            if values["key"] in kept:
                commands.append(Command.update(kept[values["key"]].id, values))
            else:
                commands.append(Command.create(values))
        fixed += sum(one["price"] for one in promises if one["measure"] not in OPEN_ENDED)
        self.write({"obligation_ids": commands, "fixed": fixed})
        self._cover_lines()
        self._review()

    def _cover_lines(self):
        """Mark the order lines that belong to the contract."""
        lines = self.order_ids.order_line
        covered = self.obligation_ids.sale_line_ids | lines._revenue_reductions() | lines.filtered("is_downpayment")
        covered.filtered(lambda line: line.revenue_contract_id != self).revenue_contract_id = self

    # === PROPOSALS === #

    def _propose(self):
        """Propose what the orders say differently from what is agreed, as one modification.

        :return: the modification: proposed, or applied where its policies say so and it is certain; none where there
            is no difference
        """
        self.ensure_one()
        earlier = self._waiting_proposals()
        spare = earlier._added_obligations()
        added = self._added_promises(spare)
        changes = self._changed_obligations()
        delta = self._price_now() + sum(one["price"] for one in added if one["measure"] not in OPEN_ENDED)
        delta -= self._price_agreed()
        delta = self.currency_id.round(delta)
        if not (added or changes or delta):
            earlier._withdraw()
            return self.env["revenue.modification"]
        modification = self.env["revenue.modification"].create(
            {
                "contract_id": self.id,
                "name": self._proposal_name(added, changes),
                "date": self._proposal_date(changes),
                "fixed_delta": delta,
                "of_order": True,
                "line_ids": [Command.create(values) for values in changes],
            }
        )
        modification._add_promises(added, spare)
        earlier._withdraw()
        self._cover_lines()
        modification._settle()
        return modification

    def _waiting_proposals(self):
        """Return what the contract's orders made propose that has no answer yet."""
        return self.modification_ids.filtered(lambda one: one.state == "proposed" and one.of_order)

    def _proposal_date(self, changes):
        """Return the day from which a proposal counts: today, but not before what it changes was agreed."""
        changed = self.env["revenue.obligation"].browse([one["obligation_id"] for one in changes])
        agreed = changed.modification_id.mapped("date")
        return max([self.date, fields.Date.context_today(self), *agreed])

    def _live_obligations(self):
        """Return the obligations that hold: agreed, and not removed."""
        applied = self.modification_ids.filtered(lambda one: one.state == "applied")
        removed = applied.line_ids.filtered(lambda line: line.action == "remove").obligation_id
        agreed = self.obligation_ids.filtered(lambda one: not one.modification_id or one.modification_id in applied)
        return agreed - removed

    def _removed_by_hand(self):
        """Return the obligations that a modification removed without the order."""
        applied = self.modification_ids.filtered(lambda one: one.state == "applied" and not one.of_order)
        return applied.line_ids.filtered(lambda line: line.action == "remove").obligation_id

    def _added_promises(self, spare):
        """Return what order lines promise that belong to no obligation yet.

        :param spare: obligations of an earlier proposal, whose keys may be used again
        """
        promises = []
        known = self._live_obligations().sale_line_ids | self._removed_by_hand().sale_line_ids
        for order in self.order_ids.filtered(lambda order: order.state == "sale"):
            fresh = order.order_line - known
            promises += [
                {**values, "key": self._free_key(values["key"], spare)}
                for values in fresh._revenue_promises(fields.Date.context_today(self))
            ]
        return promises

    def _free_key(self, key, spare):
        """Return a key that no obligation of the contract has, but for some that are spare."""
        taken = set((self.obligation_ids - spare).mapped("key"))
        number = 1
        while key in taken:
            number += 1
            key = f"{key.split('+')[0]}+{number}"
        return key

    def _changed_obligations(self):
        """Return the values of modification lines for obligations whose order lines changed."""
        found = []
        for one in self._live_obligations().filtered(lambda one: one.measure not in OPEN_ENDED and one.sale_line_ids):
            lines = one.sale_line_ids.filtered(lambda line: line.order_id.state == "sale" and line.product_uom_qty)
            if not lines:
                found.append({"obligation_id": one.id, "action": "remove"})
                continue
            terms = one._changed_terms(lines)
            if terms:
                found.append({"obligation_id": one.id, "action": "change", "terms": terms})
        return found

    def _price_now(self):
        """Return what the order lines of the contract's obligations and its reductions come to now."""
        obligations = self._live_obligations() | self._removed_by_hand()
        lines = obligations.filtered(lambda one: one.measure not in OPEN_ENDED).sale_line_ids
        lines = lines.filtered(lambda line: line.order_id.state == "sale")
        reductions = self.order_ids.filtered(lambda order: order.state == "sale").order_line._revenue_reductions()
        return sum((lines | reductions).mapped("price_subtotal"))

    def _price_agreed(self):
        """Return the fixed consideration that the order stood for: at inception, and as its changes were applied."""
        applied = self.modification_ids.filtered(lambda one: one.state == "applied" and one.of_order)
        return self.fixed + sum(applied.mapped("fixed_delta"))

    def _proposal_name(self, added, changes):
        """Return what a proposal is about, in words."""
        names = [one["name"] for one in added]
        names += self.env["revenue.obligation"].browse([one["obligation_id"] for one in changes]).mapped("name")
        return ", ".join(names) or self.env._("Price of %s", self.name)

    # === CREDIT NOTES === #

    def _propose_concession(self, move):
        """Propose that a credit note lowers the price (ASC 606-10-32-42, 25-10).

        One that takes a whole invoice back lowers nothing: it is billed again, or its order changes. Of what is earned
        as invoiced, revenue follows by itself. Rejected, the price stays and may be billed again.

        :param move: a posted credit note
        """
        self.ensure_one()
        lines = move.invoice_line_ids.filtered(
            lambda line: (
                line.revenue_contract_id == self
                and not set(line.sale_line_ids.revenue_obligation_ids.mapped("measure")) & set(OPEN_ENDED)
            )
        )
        amount = sum(lines.mapped("price_subtotal"))
        if not amount or self.state != "active" or self._takes_back_an_invoice(move):
            return self.env["revenue.modification"]
        if self.modification_ids.filtered(lambda one: one.move_id == move or one.kind == "terminate"):
            return self.env["revenue.modification"]
        modification = self.env["revenue.modification"].create(
            {
                "contract_id": self.id,
                "name": self.env._("Price concession: %s", move.name),
                "date": max(self.date, move.date),
                "fixed_delta": -amount,
                "move_id": move.id,
            }
        )
        modification._settle()
        return modification

    def _takes_back_an_invoice(self, move):
        """Return whether a credit note takes back all that an invoice billed of the contract."""
        own = move.invoice_line_ids.filtered(lambda line: line.revenue_contract_id == self)
        billed = move.reversed_entry_id.invoice_line_ids.filtered(lambda line: line.revenue_contract_id == self)
        amounts = [sum(lines.mapped("price_subtotal")) for lines in (own, billed)]
        return bool(billed) and not self.currency_id.compare_amounts(*amounts)

    # === CANCELLATION === #

    def _orders_cancelled(self):
        """Follow the cancellation of orders: what is promised in them will not be delivered."""
        for contract in self:
            if contract.order_ids.filtered(lambda order: order.state == "sale"):
                contract._follow_orders()
            elif contract._is_booked() or contract._billed_lines():
                contract._propose_termination()
            else:
                contract._give_up()

    def _give_up(self):
        """Cancel contracts of which nothing is billed or booked; their orders may make new ones."""
        self._waiting_proposals()._withdraw()
        # Facts about the lines belong to the contract that the orders may make from now on.
        self.obligation_ids.sale_line_ids = False
        self.order_ids.order_line.revenue_contract_id = False
        self.order_ids.revenue_contract_id = False
        self.exception_ids.unlink()
        self.state = "cancelled"

    def _propose_termination(self):
        """Propose the end of a contract: what is billed above what is earned goes back."""
        self._waiting_proposals()._withdraw()
        at = max(self.date, fields.Date.context_today(self))
        position = self._position_at(at)
        refund = max(0.0, position["billed"] - position["revenue"]) if position else 0.0
        modification = self.env["revenue.modification"].create(
            {
                "contract_id": self.id,
                "name": self.env._("End of %s", self.name),
                "date": at,
                "kind": "terminate",
                "refund": refund,
                "of_order": True,
            }
        )
        modification._tell()
        return modification
