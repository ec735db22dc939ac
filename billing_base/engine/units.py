"""Odoo's floats to whole currency units, and back."""

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

# Room for any amount a float can hold without the context itself rounding first.
_CONTEXT = Context(prec=400)
_NOISE = Decimal("1e-9")
_ONE = Decimal(1)


def to_units(amount: float | Decimal | str, rounding: float) -> int:
    """Return an amount as a whole number of the currency's smallest unit.

    Halves go away from zero, as Odoo rounds. What the amount carries beyond nine
    decimals of a unit is float noise and is dropped first, so that an amount meant as
    half a unit is one.

    :param amount: in the currency, e.g. euros
    :param rounding: the currency's ``rounding``: 0.01, 0.001, 1.0, 0.05…
    :return: units of ``rounding``
    :raises ValueError: when the amount is not a finite number or the rounding is not
        above zero

    >>> to_units(33333.335, 0.01)
    3333334
    >>> to_units(0.1 + 0.2, 0.01)
    30
    >>> to_units(-1.005, 0.01), to_units("2.34", 0.05), to_units(99.5, 1.0)
    (-101, 47, 100)
    """
    number = _exact(amount)
    units = _CONTEXT.divide(number, _unit(rounding))
    units = units.quantize(_NOISE, ROUND_HALF_UP, _CONTEXT)
    return int(units.quantize(_ONE, ROUND_HALF_UP, _CONTEXT))


def from_units(units: int, rounding: float) -> float:
    """Return the float nearest to a whole number of units, in the currency.

    :param units: units of ``rounding``
    :param rounding: the currency's ``rounding``
    :raises ValueError: when the rounding is not above zero

    >>> from_units(3333334, 0.01), from_units(47, 0.05), from_units(-100, 1.0)
    (33333.34, 2.35, -100.0)
    """
    return float(_CONTEXT.multiply(Decimal(units), _unit(rounding)))


def to_fraction(percent: float | Decimal | str) -> Fraction:
    """Return percent points as an exact share of one.

    :param percent: points, as shown to people; a text may also be a quotient
    :raises ValueError: when it is not a finite number

    >>> to_fraction(33.33)
    Fraction(3333, 10000)
    >>> to_fraction("100/3")
    Fraction(1, 3)
    """
    if isinstance(percent, str):
        return Fraction(percent) / 100
    return Fraction(_exact(percent)) / 100


def _unit(rounding: float) -> Decimal:
    unit = _exact(rounding)
    if unit <= 0:
        raise ValueError(f"A currency's rounding is above zero, not {rounding!r}.")
    return unit


def _exact(number: float | Decimal | str) -> Decimal:
    """Return the decimal a person wrote: of a float, its shortest notation."""
    if isinstance(number, float):
        number = repr(float(number))
    try:
        exact = Decimal(number)
    except ArithmeticError:
        raise ValueError(f"{number!r} is not a number.") from None
    if not exact.is_finite():
        raise ValueError(f"{number!r} is not a finite number.")
    return exact
