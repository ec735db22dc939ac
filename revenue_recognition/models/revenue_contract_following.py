from odoo import models
from odoo.fields import Command

from ..engine.money import in_currency
from .revenue_obligation import fixed_price


class RevenueContract(models.Model):
    """How contracts follow their orders once these are confirmed: never silently.

    A draft takes over the lines of its orders. An active contract keeps its terms; the differences of its orders are
    proposed as one modification, which replaces an earlier proposal.
    """

    _inherit = "revenue.contract"

    def _follow_orders(self):
        """Bring contracts in line with their orders, or propose how."""
        for contract in self:
            if contract.state == "draft" and not contract._is_booked():
                contract._follow_as_draft()
            elif contract.state == "active":
                contract._propose()
        self._note_billed_above()

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
        kept = {obligation.key: obligation for obligation in self.obligation_ids}
        wanted = {promise["key"] for promise in promises}
        gone = self.obligation_ids.filtered(
            lambda obligation: obligation.key not in wanted and not obligation.evidence_ids
        )
        gone.sale_line_ids.revenue_contract_id = False
        commands = [Command.delete(one.id) for one in gone]
        for values in promises:
            if values["key"] in kept:
                commands.append(Command.update(kept[values["key"]].id, values))
            else:
                commands.append(Command.create(values))
        fixed += fixed_price(promises)
        self.write({"obligation_ids": commands})
        self.fixed = fixed + self._order_cents()
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
        self._join_added_lines()
        followed = self._follow_concessions()
        earlier = self._waiting_proposals()
        spare = earlier._added_obligations()
        added = self._added_promises(spare)
        changes = self._changed_obligations()
        delta = in_currency(followed.delta, self._decimals()) + self._added_cents(added)
        if not changes and self._is_rounding_only(delta):
            delta = 0.0
        delta = self.currency_id.round(delta + fixed_price(added))
        if not (added or delta or _are_news(changes, followed)):
            earlier._withdraw()
            return self.env["revenue.modification"]
        if not added and earlier._says(changes, delta, followed.carried):
            return earlier
        modification = self.env["revenue.modification"].create(
            {
                "contract_id": self.id,
                "name": self._proposal_name(added, changes),
                "date": self._proposal_date(changes),
                "fixed_delta": delta,
                "followed_delta": delta,
                "carried": followed.carried,
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
        return self.modification_ids.filtered(
            lambda modification: modification.state == "proposed" and modification.of_order
        )

    def _proposal_date(self, changes):
        """Return the day from which a proposal counts: today, but not before what it changes was agreed."""
        changed = self.env["revenue.obligation"].browse([modification["obligation_id"] for modification in changes])
        agreed = changed.modification_id.mapped("date")
        return max([self.date, self.company_id._revenue_today(), *agreed])

    def _live_obligations(self):
        """Return the obligations that hold: agreed, and not removed."""
        applied = self.modification_ids.filtered(lambda modification: modification.state == "applied")
        removed = applied.line_ids.filtered(lambda line: line.action == "remove").obligation_id
        agreed = self.obligation_ids.filtered(
            lambda obligation: not obligation.modification_id or obligation.modification_id in applied
        )
        return agreed - removed

    def _removed_by_hand(self):
        """Return the obligations that a modification removed without the order."""
        applied = self.modification_ids.filtered(
            lambda modification: modification.state == "applied" and not modification.of_order
        )
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
                for values in fresh._revenue_promises(self.company_id._revenue_today())
            ]
        return promises

    def _join_added_lines(self):
        """Add order lines to the obligation that all lines of their order under their policy are together.

        What is not distinct of it raises its price (ASC 606-10-25-22): that is proposed as any other change of a line.
        """
        live = self._live_obligations()
        live -= live._with_own_terms()
        known = live.sale_line_ids | self._removed_by_hand().sale_line_ids
        for line in self.order_ids.filtered(lambda order: order.state == "sale").order_line - known:
            version = line._revenue_version(self.company_id._revenue_today())
            if not version or line._revenue_has_own_terms():
                continue
            together = live.filtered(lambda one, line=line, version=version: one._takes_in(line, version))
            if together:
                together.sale_line_ids |= line
                line.revenue_contract_id = self

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
        found, live = [], self._live_obligations()._with_fixed_price()
        own = live._with_own_terms()
        for obligation in live:
            lines = obligation.sale_line_ids.filtered(lambda line: line.order_id.state == "sale")
            if not (lines if obligation in own else lines.filtered("product_uom_qty")):
                found.append({"obligation_id": obligation.id, "action": "remove"})
                continue
            terms = obligation not in own and obligation._changed_terms(lines.filtered("product_uom_qty"))
            if terms:
                found.append({"obligation_id": obligation.id, "action": "change", "terms": terms})
        return found

    def _price_now(self):
        """Return what the order lines of the contract's obligations and its reductions come to now."""
        lines = self._followed_obligations().sale_line_ids.filtered(lambda line: line.order_id.state == "sale")
        reductions = self.order_ids.filtered(lambda order: order.state == "sale").order_line._revenue_reductions()
        price = sum((lines | reductions).mapped("price_subtotal")) + (lines | reductions)._revenue_cents()
        return price + self._price_of_own_terms()

    def _price_of_own_terms(self):
        """Return what was agreed at first of obligations that change by facts of their own: no order says it anew."""
        obligations = (self._live_obligations() | self._removed_by_hand())._with_fixed_price()._with_own_terms()
        standing = obligations.filtered(lambda one: "sale" in one.sale_line_ids.order_id.mapped("state"))
        return sum(obligation._agreed_terms()["price"] for obligation in standing)

    def _price_agreed(self):
        """Return the fixed consideration that the order stood for: at inception, and as its changes were applied."""
        applied = self.modification_ids.filtered(
            lambda modification: modification.state == "applied" and modification.of_order
        )
        carried = in_currency(sum(self._carried().values()), self._decimals())
        return self.fixed + sum(applied.mapped("fixed_delta")) + carried

    def _proposal_name(self, added, changes):
        """Return what a proposal is about, in words."""
        names = [obligation["name"] for obligation in added]
        names += (
            self.env["revenue.obligation"]
            .browse([modification["obligation_id"] for modification in changes])
            .mapped("name")
        )
        return ", ".join(names) or self.env._("Price of %s", self.name)

    # === CANCELLATION === #

    def _is_ended(self):
        """Return whether the end of a contract was applied."""
        return bool(
            self.modification_ids.filtered(
                lambda modification: modification.kind == "terminate" and modification.state == "applied"
            )
        )

    def _orders_cancelled(self):
        """Follow the cancellation of orders: what is promised in them will not be delivered."""
        for contract in self:
            if contract.order_ids.filtered(lambda order: order.state == "sale"):
                contract._follow_orders()
            elif contract._is_booked() or contract._billed_lines():
                contract._propose_termination()
            else:
                contract._give_up()
        self._note_billed_above()

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
        at = max(self.date, self.company_id._revenue_today())
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
        modification._log_on_orders()
        return modification


def _are_news(changes, followed):
    """Return whether changed terms say more than a price that credit notes, or changes by hand, lowered already."""
    prices_only = all(set(modification.get("terms") or {"action"}) == {"price"} for modification in changes)
    return bool(changes) and not (prices_only and followed.carried and not followed.left)
