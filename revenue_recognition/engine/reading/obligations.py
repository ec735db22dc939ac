"""Reading obligations and their measures."""

from fractions import Fraction

from ..errors import Refusal
from ..measures import METHODS
from ..terms import Obligation, Recognition
from ..wording import _
from .node import Node, exact, quoted

OBLIGATION = (
    *("key", "name", "recognition", "distinct"),
    *("price", "ssp", "ssp_range", "ssp_method", "quantity", "unit_price"),
)


def read_obligation(node: Node) -> Obligation:
    """Return an obligation.

    :raises Refusal: when something about it does not fit
    """
    node.only(*OBLIGATION)
    key = node.text("key")
    recognition = read_recognition(node.node("recognition"))
    obligation = Obligation(
        key=key,
        name=node.text("name") if node.has("name") else key,
        price=node.optional("price", node.money),
        ssp=node.optional("ssp", lambda name: _not_negative(node, name)),
        ssp_range=_range(node),
        residual=_residual(node),
        quantity=node.optional("quantity", node.above),
        unit_price=node.optional("unit_price", lambda name: _not_negative(node, name)),
        distinct=node.optional("distinct", node.flag),
        recognition=recognition,
        place=node.place,
    )
    if recognition.method == "units" and obligation.quantity is None and obligation.unit_price is None:
        raise Refusal(node.at("unit_price"), _("needed where there is no quantity"))
    return obligation


def read_recognition(node: Node) -> Recognition:
    """Return how an obligation is measured."""
    readers = {name: method.read for name, method in METHODS.items()}
    return node.one_of("method", readers, "method")(node)


def _not_negative(node: Node, key: str) -> Fraction:
    node.above(key, reached=True)
    return node.units(key)


def _range(node: Node) -> tuple[Fraction, Fraction] | None:
    """Return the lowest and the highest selling price."""
    if not node.has("ssp_range"):
        return None
    ends = [exact(item, node.at("ssp_range")) * 10**node.decimals for item, _place in node.items("ssp_range")]
    if len(ends) != 2 or not 0 <= ends[0] <= ends[1]:
        raise Refusal(node.at("ssp_range"), _("not [low, high]: %(value)s", value=quoted(node.value["ssp_range"])))
    return ends[0], ends[1]


def _residual(node: Node) -> bool:
    if not node.has("ssp_method"):
        return False
    if node.text("ssp_method") != "residual":
        raise Refusal(
            node.at("ssp_method"), _("unknown: %(value)s; there is residual", value=quoted(node.value["ssp_method"]))
        )
    return True
