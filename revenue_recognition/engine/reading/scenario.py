"""Reading a whole scenario (the format is in docs/api.md)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ..contract import Contract, Question, Rates, Scenario
from ..errors import Refusal
from ..terms import Discount, Financing, Obligation, Variable
from ..wording import Day, _
from .events import EventReader
from .node import Node, day, quoted
from .obligations import read_obligation

SCENARIO = (
    *("id", "title", "source", "book", "currency", "company_currency", "rates"),
    *("contract", "events", "expect", "expect_error", "at"),
)
MONEY = (
    *("transaction_price", "revenue", "billed", "paid", "receivable", "contract_asset", "contract_liability"),
    *("refund_liability", "interest", "cost", "cost_asset", "loss_provision"),
)
EXPECTED = ("at", "bands", "obligations", "rpo", "treatment", "company", *MONEY)
BOOKS = ("asc606", "ifrs15")


def read_scenario(scenario: Any, decimals: Mapping[str, int]) -> Scenario:
    """Return the contract of a scenario and the questions about it.

    :param scenario: plain values, in the scenario format
    :param decimals: of every currency, by ISO code
    :raises Refusal: at the first thing that is malformed
    """
    root = Node(scenario, "", 2)
    root.only(*SCENARIO)
    root.decimals = _decimals(root, "currency", decimals)
    book = root.text("book") if root.has("book") else BOOKS[0]
    if book not in BOOKS:
        raise Refusal(
            "book", _("unknown: %(value)s; there are %(choices)s", value=quoted(book), choices=", ".join(BOOKS))
        )
    contract = _contract(root)
    return Scenario(
        contract=contract,
        questions=_questions(root, contract.date),
        rates=_rates(root, contract.date, decimals),
        book=book,
    )


def _decimals(root: Node, key: str, decimals: Mapping[str, int]) -> int:
    code = root.text(key)
    if code not in decimals:
        raise Refusal(key, _('no currency "%(name)s"', name=code))
    return decimals[code]


def _contract(root: Node) -> Contract:
    node = root.node("contract")
    node.only("date", "fixed", "variable", "discount", "financing", "obligations")
    inception = node.day("date")
    obligations = _obligations(node)
    keys = {obligation.key for obligation in obligations}
    variable = tuple(_variable(item, keys) for item in node.nodes("variable"))
    names = _unique(variable)
    return Contract(
        date=inception,
        fixed=node.optional("fixed", node.money),
        obligations=obligations,
        variable=variable,
        discount=tuple(_discount(item, keys) for item in node.nodes("discount")),
        financing=_financing(node.node("financing")) if node.has("financing") else None,
        events=EventReader(inception, obligations, names).read(list(root.nodes("events"))),
        decimals=root.decimals,
    )


def _obligations(node: Node) -> tuple[Obligation, ...]:
    node.need("obligations")
    found: dict[str, Obligation] = {}
    for item in node.nodes("obligations"):
        obligation = read_obligation(item)
        if obligation.key in found:
            raise Refusal(item.at("key"), _('"%(name)s" is used twice', name=obligation.key))
        if obligation.residual and any(other.residual for other in found.values()):
            raise Refusal(item.at("ssp_method"), _("only one obligation can take the residual"))
        found[obligation.key] = obligation
    if not found:
        raise Refusal(node.at("obligations"), _("at least one obligation is needed"))
    _need_prices(list(found.values()))
    return tuple(found.values())


def _need_prices(obligations: list[Obligation]) -> None:
    """Refuse an obligation without a standalone selling price where there is something to share."""
    sharing = [obligation for obligation in obligations if not obligation.recognition.measure(obligation).open_ended]
    for one in sharing if len(sharing) > 1 else ():
        if one.ssp is None and one.ssp_range is None and not one.residual:
            raise Refusal(f"{one.place}.ssp", _("needed to share the price"))


def _variable(node: Node, keys: set[str]) -> Variable:
    node.only("key", "amount", "constrained", "allocate_to")
    return Variable(
        key=node.text("key"),
        amount=node.money("amount"),
        constrained=node.flag("constrained") if node.has("constrained") else False,
        allocate_to=_targets(node, keys) if node.has("allocate_to") else (),
        place=node.place,
    )


def _unique(variables: tuple[Variable, ...]) -> set[str]:
    names: set[str] = set()
    for variable in variables:
        if variable.key in names:
            raise Refusal(f"{variable.place}.key", _('"%(name)s" is used twice', name=variable.key))
        names.add(variable.key)
    return names


def _discount(node: Node, keys: set[str]) -> Discount:
    node.only("amount", "allocate_to")
    node.need("allocate_to")
    return Discount(amount=node.money("amount"), allocate_to=_targets(node, keys), place=node.place)


def _targets(node: Node, keys: set[str]) -> tuple[str, ...]:
    targets = node.names("allocate_to")
    for key in targets:
        if key not in keys:
            raise Refusal(node.at("allocate_to"), _('no obligation "%(name)s"', name=key))
    if not targets:
        raise Refusal(node.at("allocate_to"), _("no obligation named"))
    return targets


def _financing(node: Node) -> Financing:
    node.only("rate", "from")
    return Financing(rate=node.above("rate", reached=True), start=node.day("from"))


def _questions(root: Node, inception: date) -> tuple[Question, ...]:
    """Return the dates asked for: those of ``expect``, or a list ``at``."""
    if root.has("expect"):
        questions = tuple(_question(item, inception) for item in root.nodes("expect"))
        place = "expect"
    elif root.has("at"):
        questions = tuple(Question(at=day(item, place, inception)) for item, place in root.items("at"))
        place = "at"
    else:
        raise Refusal("scenario.expect", _("needed, but there is no expect, and no at instead"))
    if not questions:
        raise Refusal(place, _("needed, at least one date"))
    return questions


def _question(node: Node, inception: date) -> Question:
    node.only(*EXPECTED)
    at = node.day("at", earliest=inception)
    bands: list[date] = []
    for item, _place in node.items("bands"):
        end = day(item, node.at("bands"), earliest=at)
        if bands and end <= bands[-1]:
            raise Refusal(node.at("bands"), _("%(date)s is not after %(before)s", date=Day(end), before=Day(bands[-1])))
        bands.append(end)
    return Question(at=at, bands=tuple(bands))


def _rates(root: Node, inception: date, decimals: Mapping[str, int]) -> Rates | None:
    """Return the rates into the company currency."""
    if not root.has("company_currency") and not root.has("rates"):
        return None
    for key in ("company_currency", "rates"):
        root.need(key)
    dates: list[date] = []
    rates = []
    for node in root.nodes("rates"):
        node.only("date", "rate")
        found = node.day("date")
        if dates and found <= dates[-1]:
            raise Refusal(
                node.at("date"), _("%(date)s is not after %(before)s", date=Day(found), before=Day(dates[-1]))
            )
        dates.append(found)
        rates.append(node.above("rate"))
    if not dates:
        raise Refusal("rates", _("needed, at least one rate"))
    if dates[0] > inception:
        raise Refusal(
            "rates[0].date",
            _("%(date)s is later than inception, %(inception)s", date=Day(dates[0]), inception=Day(inception)),
        )
    places = _decimals(root, "company_currency", decimals)
    scale = 10**places, 10**root.decimals
    return Rates(dates=tuple(dates), rates=tuple(rate * scale[0] / scale[1] for rate in rates), decimals=places)
