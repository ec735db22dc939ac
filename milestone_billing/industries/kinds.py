"""What an industry is made of: texts are lazy translations, amounts whole units of whatever currency a company has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Text = Any


@dataclass(frozen=True)
class Step:
    """One milestone of a plan.

    :param due_on: what makes it due, as the field of the milestone says it
    :param percent: of the lines it covers; None for the balance
    :param lines: the keys of the samples it bills, and of all products of their category; none for every line
    :param after: the key of the step that ``number`` of ``unit`` are counted from; None for the order's confirmation
    """

    key: str
    name: Text
    due_on: str
    percent: float | None
    lines: tuple[str, ...] = ()
    number: int = 0
    unit: str = "days"
    after: str | None = None


@dataclass(frozen=True)
class Plan:
    """A schedule template: its steps, and where it says something else than the company."""

    key: str
    name: Text
    note: Text
    steps: tuple[Step, ...]
    policies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sample:
    """A product to start with.

    :param tracking: what a confirmed order makes of it: a project, a task in it, or nothing
    :param goods: whether it is something that is delivered
    :param category: its own one, below that of the industry, where steps bill its lines apart
    """

    key: str
    name: Text
    price: float
    tracking: str = "no"
    goods: bool = False
    category: Text | None = None


@dataclass(frozen=True)
class Industry:
    """Everything that one click sets.

    The rule gives the first plan to every quotation that sells something of the category of the samples.

    :param settings: of the company, by field
    """

    key: str
    category: Text
    plans: tuple[Plan, ...]
    samples: tuple[Sample, ...]
    settings: Mapping[str, str]
