"""Credit notes that lower the price of a contract, and what becomes of that when documents or orders change again."""

from collections import defaultdict

from odoo import models

from ..engine.concession import WHOLE, Lines, follow
from ..engine.money import in_currency


class RevenueContract(models.Model):
    """One concession is one change of the price, whether credit notes give it, the order, or both (ASC 606-10-32-42).

    What is proposed follows from how documents, order and applied changes stand now, not from the order in which they
    came: so it may be worked out at any time, and what lost its cause goes.
    """

    _inherit = "revenue.contract"

    # === BUSINESS METHODS === #

    def _follow_documents(self):
        """Bring proposals in line with the credit notes and invoices of contracts, after some of them changed."""
        for contract in self.filtered(lambda contract: contract.state == "active")._with_credit_notes():
            contract._propose()
        self._note_billed_above()

    def _with_credit_notes(self):
        """Return the contracts that have posted credit notes, or changes that followed some."""
        documents = [("move_id.move_type", "=", "out_refund"), ("parent_state", "=", "posted")]
        lines = self.env["account.move.line"]._read_group(
            [("revenue_contract_id", "in", self.ids), *documents], aggregates=["revenue_contract_id:recordset"]
        )
        changes = self.env["revenue.modification"]._read_group(
            [("contract_id", "in", self.ids), ("move_id", "!=", False)], aggregates=["contract_id:recordset"]
        )
        return self & (lines[0][0] | changes[0][0] | self._billed_below_order())

    def _follow_concessions(self):
        """Propose what credit notes take off the price, take back proposals whose cause is gone.

        A credit note that takes back what an invoice billed lowers nothing: it is billed again, or its order changes.
        Of what is earned as invoiced, revenue follows by itself. Rejected, the price stays and may be billed again.

        :return: what the order changes beyond that, a :class:`~..engine.concession.Followed`
        """
        self.ensure_one()
        followed, given, lost, credited = self._set_against_order()
        if self.modification_ids.filtered(
            lambda modification: modification.kind == "terminate" and modification.state != "rejected"
        ):
            return followed
        for amounts, gone in ((given, followed.refuted), (lost, followed.lost)):
            left = dict(gone)
            for move in sorted(amounts, reverse=True):
                taken = {name: min(left.get(name, 0), amount) for name, amount in amounts[move].items()}
                left.update({name: left.get(name, 0) - amount for name, amount in taken.items()})
                self._settle_credit_note(move, sum(taken.values()) - sum(amounts[move].values()))
        for move in self._concessions().move_id - self.env["account.move"].browse([*credited, *lost]):
            self._settle_credit_note(move.id, 0)
        return followed

    def _set_against_order(self):
        """Set what the order says against what was agreed another way.

        :return: a :class:`~..engine.concession.Followed`; what credit notes take off, what of that is gone, and what
            they would take off had nobody refused it: units by move and name
        """
        credited = self._beyond_lowering(self._credited()) if self._with_credit_notes() else {}
        refused = {move: credited[move] for move in self._refused_concessions(credited)}
        given = {move: amounts for move, amounts in credited.items() if move not in refused}
        lost = self._lost_concessions(credited)
        lines = self._lines_to_follow({"credited": given, "refused": refused, "lost": lost})
        followed = follow(lines, self._raised_by_hand(), self.said_by_order)
        self._remember_said(followed.said)
        return followed, given, lost, credited

    def _settle_credit_note(self, move_id, amount):
        """Have a credit note change the price by an amount, in units: propose what is not applied yet of it."""
        changes = self._concessions().filtered(lambda modification: modification.move_id.id == move_id)
        waiting = changes.filtered(lambda modification: modification.state == "proposed")
        applied = changes.filtered(lambda modification: modification.state == "applied")
        delta = in_currency(amount - self._units(sum(applied.mapped("followed_delta"))), self._decimals())
        answered = changes.filtered(
            lambda modification: modification.state == "rejected" and modification.followed_delta == delta
        )
        if not delta or answered:
            waiting._log_withdrawn()
            waiting._withdraw()
        elif self._units(waiting.followed_delta) != self._units(delta):
            waiting._withdraw()
            self._propose_concession(self.env["account.move"].browse(move_id), delta)

    def _propose_concession(self, move, delta):
        """Propose that a credit note lowers the price, or that what it lowered is taken back.

        :param move: the credit note
        :param float delta: by how much it changes the price beyond what is applied, in the contract's currency
        :return: the modification
        """
        words = self.env._("Price concession: %s", move.name)
        if move.move_type != "out_refund":
            words = self.env._("Invoiced below the order's price: %s", move.name)
        days = [self.date, move.date]
        if delta > 0:
            applied = self._concessions().filtered(
                lambda concession: concession.move_id == move and concession.state == "applied"
            )
            days += [self.company_id._revenue_today(), *applied.mapped("date")]
            name = move.name or move.ref or ""
            if move.move_type != "out_refund":
                words = self.env._("Not invoiced below the order's price any more: %s", name)
            elif move.state == "posted":
                words = self.env._("Credited, and billed again: %s", name)
            else:
                words = self.env._("Credit note taken back: %s", name)
        modification = self.env["revenue.modification"].create(
            {
                "contract_id": self.id,
                "name": words,
                "date": max(days),
                "fixed_delta": delta,
                "followed_delta": delta,
                "move_id": move.id,
            }
        )
        modification._settle()
        return modification

    def _concessions(self):
        """Return the modifications that follow credit notes."""
        return self.modification_ids.filtered("move_id")

    # === WHAT IS KNOWN === #

    def _lines_to_follow(self, documents):
        """Return what is known of the order lines, by a name of those that are promised together.

        :param dict documents: what credit notes took off, units by move and name of lines: those that stand
            (``credited``), that are no concession (``refused``), and that do not stand any more (``lost``)
        """
        carried = self._carried()
        whole = Lines(change=self._units(self._price_now() - self._price_agreed()), carried=carried.pop(WHOLE, 0))
        if not (any(documents.values()) or self._changes_by_hand()):
            return {WHOLE: whole}
        found = self._promised_lines()
        found[WHOLE] = whole
        whole.change -= sum(one.change for name, one in found.items() if name != WHOLE)
        for part, amounts in documents.items():
            for move in amounts.values():
                for name, amount in move.items():
                    setattr(found[name], part, getattr(found[name], part) + amount)
        for name, amount in self._lowered_by_hand().items():
            found[name].by_hand += amount
        for name, amount in carried.items():
            if name in found:
                found[name].carried = amount
        self._note_agreed(found, documents["credited"])
        return found

    def _promised_lines(self):
        """Return change and billing of the order lines of obligations, by their name."""
        names, found = self._line_names(), defaultdict(Lines)
        removed = self._removed_by_hand()
        for obligation in self._followed_obligations():
            lines = found[self._name_of(obligation.sale_line_ids, names)]
            lines.change -= self._units(obligation._agreed_terms()["price"])
            lines.removed = lines.removed or obligation in removed
        ordered = self._followed_obligations().sale_line_ids.filtered(lambda line: line.order_id.state == "sale")
        cents = ordered._revenue_cents_by_line()
        for line in ordered:
            price = self._units(line.price_subtotal)
            found[names[line.id]].change += price
            found[names[line.id]].unbilled += price + self._units(cents.get(line.id, 0.0))
        for line in self._document_lines():
            name = self._name_of(line.sale_line_ids, names)
            if name:
                found[name].unbilled -= self._units(-line.amount_currency)
        return dict(found)

    def _followed_obligations(self):
        """Return the obligations of which order lines say the fixed consideration, and change it."""
        obligations = (self._live_obligations() | self._removed_by_hand())._with_fixed_price()
        return obligations - obligations._with_own_terms()

    def _line_names(self):
        """Return a name for each order line of obligations; lines that are promised together have the same."""
        names = {}
        for obligation in self._followed_obligations().sorted("id"):
            name = self._name_of(obligation.sale_line_ids, names) or str(obligation.id)
            names.update(dict.fromkeys(obligation.sale_line_ids.ids, name))
        return names

    def _name_of(self, lines, names):
        return next((names[line.id] for line in lines if line.id in names), None)

    def _document_lines(self):
        """Return the posted invoice lines of the contract in its currency; what is in another one is an exception."""
        lines = self._billed_lines().filtered(lambda line: line.currency_id == self.currency_id)
        return lines.sorted(lambda line: (line.move_id.id, line.id))

    # === CREDIT NOTES === #

    def _credited(self):
        """Return what credit notes take off the price: units by the id of the move and the name of order lines."""
        names, found = self._line_names(), {}
        lines = self._document_lines()
        whole = self._taken_back_wholly(lines)
        reductions = self.order_ids.order_line._revenue_reductions()
        for line in lines.filtered(lambda line: line.move_id.move_type == "out_refund"):
            if self._origin_of(line) in whole or self._takes_line_back(line, lines):
                continue
            name = self._name_of(line.sale_line_ids, names)
            name = WHOLE if not name and line.sale_line_ids & reductions else name
            if name is not None:
                amounts = found.setdefault(line.move_id.id, defaultdict(int))
                amounts[name] += self._units(line.amount_currency)
        found = {move: _without_discounts(amounts) for move, amounts in found.items()}
        return {**found, **self._billed_below()}

    def _refused_concessions(self, credited):
        """Return the ids of the moves of which somebody said that they change no price."""
        rejected = self._concessions().filtered(lambda modification: modification.state == "rejected")
        applied = self._concessions().filtered(lambda modification: modification.state == "applied").move_id
        return {
            one.move_id.id
            for one in rejected
            if one.move_id not in applied
            and one.move_id.id in credited
            and self._units(one.followed_delta) == -sum(credited[one.move_id.id].values())
        }

    def _origin_of(self, line):
        """Return what a line of a document belongs to: the invoice it bills or takes back, and its order lines."""
        move = line.move_id.reversed_entry_id if line.move_id.move_type == "out_refund" else line.move_id
        return (move or line.move_id).id, tuple(line.sale_line_ids.ids)

    def _taken_back_wholly(self, lines):
        """Return the origins of which credit notes, one or several, took back all that was billed."""
        by_line, by_move = defaultdict(int), defaultdict(int)
        for line in lines:
            origin = self._origin_of(line)
            by_line[origin] += self._units(line.amount_currency)
            by_move[origin[0]] += self._units(line.amount_currency)
        return {origin for origin, left in by_line.items() if not left or not by_move[origin[0]]}

    def _takes_line_back(self, line, lines):
        """Return whether a line of a credit note is one that an invoice billed, such as a milestone that is undone."""
        source = line.move_id.reversed_entry_id
        return bool(
            lines.filtered(
                lambda other: (
                    other.move_id.move_type != "out_refund"
                    and (other.move_id == source or not source)
                    and other.sale_line_ids == line.sale_line_ids
                    and not self.currency_id.compare_amounts(other.amount_currency, -line.amount_currency)
                )
            )
        )

    def _lost_concessions(self, credited):
        """Return what was applied for credit notes that do not stand any more: units by move and name."""
        names, lost = self._line_names(), {}
        applied = self._concessions().filtered(lambda modification: modification.state == "applied")
        for move, changes in applied.grouped("move_id").items():
            amount = -self._units(sum(changes.mapped("followed_delta")))
            if move.id not in credited and move.state != "posted" and amount > 0:
                name = self._name_of(move.invoice_line_ids.sale_line_ids, names) or WHOLE
                lost[move.id] = {name: amount}
        return lost

    # === CHANGES BY HAND === #

    def _changes_by_hand(self):
        """Return the changes of the price that nobody's order or credit note made, and nobody rejected."""
        return self.modification_ids.filtered(
            lambda modification: (
                not modification.of_order
                and not modification.move_id
                and modification.kind == "modify"
                and modification.state != "rejected"
            )
        )

    def _lowered_by_hand(self, states=("proposed", "applied")):
        """Return what changes by hand took off the price: units by the name of the order lines they are about."""
        names, found = self._line_names(), defaultdict(int)
        for one in self._changes_by_hand().filtered(lambda one: one.state in states):
            about = {self._name_of(line.obligation_id.sale_line_ids, names) for line in one.line_ids}
            name = about.pop() if len(about) == 1 else WHOLE
            found[name or WHOLE] += max(0, self._units(one.refund - one.fixed_delta))
        return found

    def _raised_by_hand(self, states=("proposed", "applied")):
        """Return what changes by hand added to the price of what the order promises, in units."""
        return sum(
            max(0, self._units(one.fixed_delta - one.refund))
            for one in self._changes_by_hand()
            if one.state in states and not one._added_obligations()
        )

    # === UNITS === #

    def _carried(self):
        """Return what applied changes of the order contain that was agreed another way: units by name."""
        found = defaultdict(int)
        for modification in self.modification_ids.filtered(
            lambda modification: modification.state == "applied" and modification.of_order
        ):
            for name, amount in (modification.carried or {}).items():
                found[name] += amount
        return found

    def _decimals(self):
        return self.currency_id.decimal_places

    def _units(self, amount):
        """Return an amount of the contract's currency in its smallest units."""
        return round(amount * 10 ** self._decimals())


def _without_discounts(amounts):
    """Return what a credit note takes off by order lines, its discounts of the whole set against the first of them.

    >>> _without_discounts({"L1": 100, "": -10})
    {'L1': 90}
    """
    back = -min(0, amounts.get(WHOLE, 0))
    found = {}
    for name, amount in amounts.items():
        if name != WHOLE and amount > 0:
            taken = min(amount, back)
            back -= taken
            found[name] = amount - taken
    return found
