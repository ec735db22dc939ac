"""The measures there are: a record for each, which everything else reads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..terms import Recognition
from .base import Measure

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A way of measuring progress.

    :ivar terms: what is agreed about it; its ``method`` is the name in the scenario format
    :ivar measure: what counts its progress
    :ivar starts: returns a fresh measure of an obligation (an :class:`~..terms.Obligation`)
    :ivar read: returns the terms from a place of a scenario (a :class:`~..reading.node.Node`)
    :ivar write: returns what :attr:`read` reads beside the method, given the terms and how money is written
    """

    terms: type[Recognition]
    measure: type[Measure]
    starts: Callable[[Any], Measure]
    read: Callable[[Any], Recognition]
    write: Callable[[Any, Callable[[Any], float]], Plain] = lambda terms, money: {}

    @property
    def name(self) -> str:
        """The name of the method in the scenario format."""
        return self.terms.method

    @property
    def open_ended(self) -> bool:
        """Whether it never takes a share of the price, but earns amounts of its own."""
        return self.measure.open_ended is True


#: By their name in the scenario format, in the order they were registered.
METHODS: dict[str, Method] = {}
#: What counts the progress, by the name of the method.
MEASURES: dict[str, type[Measure]] = {}


def register(method: Method) -> Method:
    """Add a way of measuring progress; from then on contracts and scenarios know it.

    :raises ValueError: when there is one of its name
    """
    if method.name in METHODS:
        raise ValueError(f"there is a measure {method.name} already")
    METHODS[method.name] = method
    MEASURES[method.name] = method.measure
    method.terms.starts = staticmethod(method.starts)
    return method


def open_ended() -> tuple[str, ...]:
    """Return the names of the methods that never take a share of the price.

    >>> from . import METHODS
    >>> open_ended()
    ('usage', 'as_invoiced')
    """
    return tuple(name for name, method in METHODS.items() if method.open_ended)
