"""Facts as other systems send them: what they are about is looked up for all of them at once."""

from odoo.addons.record_protection.reading import is_ref
from odoo.addons.record_protection.reading import is_storable as storable

from ..engine import Refusal
from ..engine.reading.node import day, is_text, quoted
from .evidence_kinds import KINDS, Wrong

KEYS = ("key", "contract", "order", "obligation", "date", "kind", "value", "source", "note")


class EvidenceReader:
    """Finds the obligation of each item of a list. Takes anything, and refuses what it is not.

    :param env: environment of the one who sends
    :param items: dictionaries, or what others take for that
    """

    def __init__(self, env, items):
        self.env = env
        sent = [item for item in items if isinstance(item, dict)]
        self.keys = {item["key"] for item in sent if storable(item.get("key"))}
        self.contracts = self._find_contracts({ref for item in sent if is_ref(ref := item.get("contract"))})
        self.orders = self._find_orders({ref for item in sent if is_ref(ref := item.get("order"))})
        found = env["revenue.contract"].union(*self.contracts.values(), *self.orders.values())
        self.obligations = env["revenue.obligation"].search([("contract_id", "in", found.ids)])
        self.of_contract = self.obligations.grouped("contract_id")
        self.lines = {obligation.id: set(obligation.sudo().sale_line_ids.ids) for obligation in self.obligations}
        self.outcomes = [self._outcome(item) for item in items]

    def fitting(self):
        """Return the obligations that some item is about."""
        found = {outcome[1].id for outcome in self.outcomes if isinstance(outcome, tuple)}
        return self.obligations.browse(sorted(found)).with_prefetch(self.obligations.ids)

    def find(self, number):
        """Return an item's fact, its date read, and its obligation.

        :param int number: which item
        :raises Wrong: naming the part that is wrong
        :raises Refusal: when its date is none
        """
        outcome = self.outcomes[number]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _outcome(self, item):
        try:
            return self._find(item)
        except (Wrong, Refusal) as wrong:
            return wrong

    def _find(self, item):
        if not isinstance(item, dict):
            raise Wrong("", self.env._("Not a dictionary: %s", quoted(item)))
        for name in item:
            if name not in KEYS:
                at = name if is_text(name) and name.isidentifier() else ""
                raise Wrong(at, self.env._("Unknown field %(name)s; there are %(names)s.", **self._names(name)))
        obligation = self._obligation(item)
        date = item.get("date")
        if date is None or date is False:
            raise Wrong("date", self.env._("A date is needed."))
        fact = {**item, "date": day(date, "date")}
        if fact.get("source") in (None, False, ""):
            fact["source"] = "api"
        return fact, obligation

    def _names(self, name):
        return {"name": quoted(name), "names": ", ".join(KEYS)}

    # === LOOKING UP === #

    def _find_contracts(self, refs):
        """Return ``{id or name: contracts}`` that the sender may read."""
        found = self.env["revenue.contract"].search(self._domain(refs))
        return self._by_ref(refs, found, found)

    def _find_orders(self, refs):
        """Return ``{id or name: contracts}`` that the sender may read; orders themselves need not be readable."""
        if not refs:
            return {}
        orders = self.env["sale.order"].sudo()
        orders = orders.search([("revenue_contract_id", "!=", False), *self._domain(refs)])
        readable = self.env["revenue.contract"].search([("id", "in", orders.revenue_contract_id.ids)])
        orders = orders.filtered(lambda order: order.revenue_contract_id in readable)
        contracts = [readable.browse(order.revenue_contract_id.id) for order in orders]
        return self._by_ref(refs, orders, contracts)

    def _domain(self, refs):
        ids = [ref for ref in refs if isinstance(ref, int)]
        return ["|", ("id", "in", ids), ("name", "in", [ref for ref in refs if isinstance(ref, str)])]

    def _by_ref(self, refs, records, contracts):
        found = {}
        for record, contract in zip(records, contracts, strict=True):
            for ref in {record.id, record.name} & refs:
                found[ref] = found.get(ref, contract) | contract
        # An order that was confirmed again has made a new contract of the same name.
        return {ref: contracts._prefer_live() for ref, contracts in found.items()}

    # === WHAT AN ITEM IS ABOUT === #

    def _contract(self, item):
        given = [name for name in ("contract", "order") if item.get(name) not in (None, False)]
        if len(given) != 1:
            raise Wrong(given[0] if given else "contract", self.env._("Either a contract or an order is needed."))
        [name] = given
        ref = item[name]
        if not is_ref(ref):
            raise Wrong(name, self.env._("Neither an id nor a name: %s", quoted(ref)))
        found = (self.contracts if name == "contract" else self.orders).get(ref)
        if not found and name == "contract":
            raise Wrong(name, self.env._("No contract %s that you may read.", quoted(ref)))
        if not found:
            raise Wrong(name, self.env._("No order %s with a revenue contract that you may read.", quoted(ref)))
        if set(found.mapped("state")) == {"cancelled"}:
            raise Wrong(name, self.env._("The contract %s is cancelled: nothing of it counts any more.", quoted(ref)))
        if len(found) > 1:
            count = len(found)
            raise Wrong(name, self.env._("%(count)s are named %(name)s: send the id.", count=count, name=quoted(ref)))
        return found

    def _obligation(self, item):
        contract = self._contract(item)
        candidates = self.of_contract.get(contract, self.obligations.browse())
        ref = item.get("obligation")
        if ref is not None and ref is not False:
            candidates = self._named(ref, candidates, contract)
        if len(candidates) > 1:
            candidates = candidates.filtered(lambda one: self._suits(item, one)) or candidates
        if not candidates:
            raise Wrong("obligation", self.env._("Contract %s has no obligation.", contract.name))
        if len(candidates) > 1:
            keys = ", ".join(candidates.mapped("key")[:5])
            raise Wrong("obligation", self.env._("Several are meant: name one by its key, as %s.", keys))
        return candidates

    def _named(self, ref, candidates, contract):
        if not is_ref(ref):
            raise Wrong("obligation", self.env._("Neither a key nor the id of an order line: %s", quoted(ref)))
        if isinstance(ref, str):
            found = candidates.filtered(lambda one: one.key == ref)
        else:
            found = candidates.filtered(lambda one: ref in self.lines[one.id])
        if not found:
            keys = ", ".join(candidates.mapped("key")[:5])
            words = {"ref": quoted(ref), "name": contract.name, "keys": keys}
            raise Wrong(
                "obligation", self.env._("Contract %(name)s has no obligation %(ref)s; it has %(keys)s.", **words)
            )
        return found

    def _suits(self, item, obligation):
        kind = item.get("kind")
        return isinstance(kind, str) and kind in KINDS and KINDS[kind].suits(obligation.measure, obligation.trigger)
