"""Reading events."""

from collections.abc import Callable
from datetime import date
from typing import Any

from .. import events as e
from ..errors import Refusal
from ..measures import MEASURES, Milestones
from ..terms import Obligation
from ..wording import Day, _
from .node import Node, quoted
from .obligations import read_obligation

KINDS = {kind.value: kind for kind in e.CostKind}
TREATMENTS = {treatment.value: treatment for treatment in e.Treatment}
Values = dict[str, Any]


class EventReader:
    """Reads the events of a contract, which may refer to its obligations and to those added by then.

    :param inception: no event is before it
    :param obligations: at inception
    :param variables: keys of the variable amounts
    """

    def __init__(self, inception: date, obligations: tuple[Obligation, ...], variables: set[str]) -> None:
        self.inception = inception
        self.variables = variables
        self.obligations = {obligation.key: obligation for obligation in obligations}
        self.since = dict.fromkeys(self.obligations, inception)

    def read(self, nodes: list[Node]) -> tuple[e.Event, ...]:
        """Return the events, in the order they are listed.

        :raises Refusal: at the first that does not fit
        """
        heads = [self._head(node) for node in nodes]
        added = [self._added(node, day) for node, (_kind, day) in zip(nodes, heads, strict=True)]
        return tuple(
            self._event(node, kind, day, new) for node, (kind, day), new in zip(nodes, heads, added, strict=True)
        )

    def _head(self, node: Node) -> tuple[str, date]:
        kind = node.text("type")
        if kind not in READERS:
            raise Refusal(
                node.at("type"),
                _('no event type "%(name)s"; there are %(choices)s', name=str(kind), choices=", ".join(READERS)),
            )
        return kind, node.day("date", earliest=self.inception)

    def _added(self, node: Node, day: date) -> tuple[Obligation, ...]:
        """Note the obligations that a modification adds, so that later events may name them."""
        added = []
        for item in node.nodes("add") if node.value["type"] == "modify" else ():
            obligation = read_obligation(item)
            if obligation.key in self.obligations:
                raise Refusal(item.at("key"), _('"%(name)s" is used twice', name=obligation.key))
            self.obligations[obligation.key] = obligation
            self.since[obligation.key] = day
            added.append(obligation)
        return tuple(added)

    def _event(self, node: Node, kind: str, day: date, added: tuple[Obligation, ...]) -> e.Event:
        keys, made, read = READERS[kind]
        node.only("date", "type", *keys)
        values = read(self, node, day)
        if issubclass(made, e.Performance):
            values["obligation"] = self._fitting(node, kind, made, day)
        elif node.has("obligation"):
            # What a modification adds may be billed before.
            values["obligation"] = self._known(node, "obligation", node.text("obligation"))
        if made is e.Modify:
            values["add"] = added
        return made(date=day, place=node.place, **values)

    def _known(self, node: Node, at: str, key: str, day: date | None = None) -> str:
        """Return the key of an obligation, refused where it is none, or none yet on a day."""
        if key not in self.obligations:
            raise Refusal(node.at(at), _('no obligation "%(name)s"', name=key))
        if day is not None and day < self.since[key]:
            raise Refusal(node.at(at), _('"%(name)s" is only added on %(date)s', name=key, date=Day(self.since[key])))
        return key

    def _fitting(self, node: Node, kind: str, made: type[e.Performance], day: date) -> str:
        """Return the obligation of a fact, refused when its measure has no use for such a fact."""
        key = self._known(node, "obligation", node.text("obligation"), day)
        recognition = self.obligations[key].recognition
        if made is not e.Cost and made not in MEASURES[recognition.method].takes:
            raise Refusal(
                node.at("type"), _("%(kind)s does not go with %(method)s", kind=kind, method=recognition.method)
            )
        if isinstance(recognition, Milestones) and made is e.Milestone:
            name = node.text("milestone")
            if name not in recognition.weights:
                raise Refusal(node.at("milestone"), _('no milestone "%(name)s"', name=name))
        return key

    # === ONE READER A TYPE: WHAT IT HAS BESIDE DATE AND OBLIGATION === #

    def _satisfy(self, node: Node, day: date) -> Values:
        return {"share": node.share("share", zero=False)} if node.has("share") else {}

    def _progress(self, node: Node, day: date) -> Values:
        return {"progress": node.share("progress")}

    def _deliver(self, node: Node, day: date) -> Values:
        return {"units": node.number("units")}

    def _milestone(self, node: Node, day: date) -> Values:
        undo = node.flag("undo") if node.has("undo") else False
        return {"milestone": node.text("milestone"), "undo": undo}

    def _cost(self, node: Node, day: date) -> Values:
        kind = node.one_of("kind", KINDS, "kind") if node.has("kind") else e.CostKind.NORMAL
        return {"amount": node.units("amount"), "kind": kind}

    def _estimate_cost(self, node: Node, day: date) -> Values:
        node.above("total")
        return {"total": node.units("total")}

    def _estimate_hours(self, node: Node, day: date) -> Values:
        return {"total": node.above("total")}

    def _hours(self, node: Node, day: date) -> Values:
        return {"hours": node.number("hours")}

    def _usage(self, node: Node, day: date) -> Values:
        return {"amount": node.money("amount")}

    def _estimate(self, node: Node, day: date) -> Values:
        name = node.text("variable")
        if name not in self.variables:
            raise Refusal(node.at("variable"), _('no variable "%(name)s"', name=name))
        constrained = node.optional("constrained", node.flag)
        return {"variable": name, "amount": node.money("amount"), "constrained": constrained}

    def _estimate_unit_price(self, node: Node, day: date) -> Values:
        node.above("amount", reached=True)
        return {"amount": node.units("amount")}

    def _estimate_returns(self, node: Node, day: date) -> Values:
        return {"rate": node.share("rate")}

    def _modify(self, node: Node, day: date) -> Values:
        values: Values = {"treatment": node.one_of("treatment", TREATMENTS, "treatment")}
        if node.has("fixed_delta"):
            values["fixed_delta"] = node.money("fixed_delta")
        if node.has("refund"):
            values["refund"] = node.money("refund", sign=False)
        if node.has("alone"):
            values["alone"] = node.flag("alone")
        values["remove"] = tuple(self._known(node, "remove", key, day) for key in node.names("remove"))
        values["change"] = tuple(self._change(item, day) for item in node.nodes("change"))
        return values

    def _change(self, node: Node, day: date) -> e.Change:
        node.only("obligation", "ssp", "quantity", "start", "end", "total_cost", "price")
        if node.has("ssp"):
            node.above("ssp", reached=True)
        if node.has("total_cost"):
            node.above("total_cost")
        key = self._known(node, "obligation", node.text("obligation"), day)
        changes = MEASURES[self.obligations[key].recognition.method].changes
        for term in ("quantity", "start", "end", "total_cost"):
            if node.has(term) and term not in changes:
                raise Refusal(node.at(term), _('obligation "%(name)s" has no %(term)s to change', name=key, term=term))
        return e.Change(
            obligation=key,
            ssp=node.optional("ssp", node.units),
            quantity=node.optional("quantity", node.above),
            end=node.optional("end", lambda name: node.day(name, earliest=self.inception)),
            start=node.optional("start", lambda name: node.day(name, earliest=self.inception)),
            total_cost=node.optional("total_cost", node.units),
            price=node.optional("price", node.money),
            place=node.place,
        )

    def _invoice(self, node: Node, day: date) -> Values:
        unconditional = node.flag("unconditional") if node.has("unconditional") else True
        return {"amount": node.money("amount"), "unconditional": unconditional, **self._advance(node)}

    def _credit_note(self, node: Node, day: date) -> Values:
        return {"amount": node.money("amount", sign=False), **self._advance(node)}

    def _advance(self, node: Node) -> Values:
        return {"advance": node.flag("advance")} if node.has("advance") else {}

    def _payment(self, node: Node, day: date) -> Values:
        return {"amount": node.money("amount")}

    def _terminate(self, node: Node, day: date) -> Values:
        return {"refund": node.money("refund", sign=False)} if node.has("refund") else {}

    def _contract_cost(self, node: Node, day: date) -> Values:
        node.need("over")
        over = tuple(self._known(node, "over", key, day) for key in node.names("over"))
        if not over:
            raise Refusal(node.at("over"), _("no obligation named: %(value)s", value=quoted(node.value["over"])))
        return {"amount": node.money("amount", sign=False), "over": over}

    def _impair(self, node: Node, day: date) -> Values:
        return {"amount": node.money("amount", sign=False)}


Reader = Callable[[EventReader, Node, date], Values]
_R = EventReader

#: Of each event type: its keys beside date and type, the event it makes, and what reads it.
READERS: dict[str, tuple[tuple[str, ...], type[e.Event], Reader]] = {
    "satisfy": (("obligation", "share"), e.Satisfy, _R._satisfy),
    "progress": (("obligation", "progress"), e.Progress, _R._progress),
    "deliver": (("obligation", "units"), e.Deliver, _R._deliver),
    "milestone": (("obligation", "milestone", "undo"), e.Milestone, _R._milestone),
    "cost": (("obligation", "amount", "kind"), e.Cost, _R._cost),
    "estimate_cost": (("obligation", "total"), e.EstimateCost, _R._estimate_cost),
    "estimate_hours": (("obligation", "total"), e.EstimateHours, _R._estimate_hours),
    "hours": (("obligation", "hours"), e.Hours, _R._hours),
    "usage": (("obligation", "amount"), e.Usage, _R._usage),
    "estimate": (("variable", "amount", "constrained"), e.Estimate, _R._estimate),
    "estimate_unit_price": (("obligation", "amount"), e.EstimateUnitPrice, _R._estimate_unit_price),
    "estimate_returns": (("obligation", "rate"), e.EstimateReturns, _R._estimate_returns),
    "modify": (("treatment", "fixed_delta", "add", "remove", "change", "refund", "alone"), e.Modify, _R._modify),
    "invoice": (("amount", "obligation", "unconditional", "advance"), e.Invoice, _R._invoice),
    "credit_note": (("amount", "obligation", "advance"), e.CreditNote, _R._credit_note),
    "payment": (("amount",), e.Payment, _R._payment),
    "terminate": (("refund",), e.Terminate, _R._terminate),
    "contract_cost": (("amount", "over"), e.ContractCost, _R._contract_cost),
    "impair": (("amount",), e.Impair, _R._impair),
}
