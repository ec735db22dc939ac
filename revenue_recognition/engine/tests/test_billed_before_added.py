"""What is billed of an obligation before the modification that adds it: of the contract at once, of its own then."""

from datetime import date

import pytest

from .. import Contract, Obligation, Refusal, position_at
from ..events import CreditNote, Invoice, Modify, Treatment
from ..measures import AsInvoiced, Observed

START, BEFORE, ADDED = date(2026, 1, 1), date(2026, 2, 10), date(2026, 2, 20)


def contract(*events, first=AsInvoiced, added=AsInvoiced, treatment=Treatment.AUTO):
    """A contract of A, to which B is added."""
    change = Modify(date=ADDED, treatment=treatment, add=(Obligation(key="B", recognition=added(), price=0, ssp=500),))
    promised = Obligation(key="A", recognition=first(), price=0, ssp=500)
    return Contract(date=START, obligations=(promised,), events=(change, *events))


def earned(one, day):
    return {line.key: line.recognised for line in position_at(one, day).lines}


@pytest.mark.parametrize("treatment", [Treatment.AUTO, Treatment.PROSPECTIVE, Treatment.CATCH_UP])
def test_billed_at_once_and_its_own_once_it_is_there(treatment):
    """As an invoice of no obligation before, as one of that day from then on."""
    early = contract(Invoice(date=BEFORE, amount=80, obligation="B"), treatment=treatment)
    of_none = contract(Invoice(date=BEFORE, amount=80), treatment=treatment)
    that_day = contract(Invoice(date=ADDED, amount=80, obligation="B"), treatment=treatment)
    assert position_at(early, BEFORE) == position_at(of_none, BEFORE)
    assert position_at(early, BEFORE).billed == 80
    assert position_at(early, ADDED) == position_at(that_day, ADDED)
    assert earned(early, ADDED) == {"A": 0, "B": 80}


def test_credited_before_it_is_there():
    early = contract(
        Invoice(date=BEFORE, amount=80, obligation="B"), CreditNote(date=BEFORE, amount=30, obligation="B")
    )
    assert earned(early, ADDED) == {"A": 0, "B": 50}


def test_others_keep_what_is_theirs():
    early = contract(Invoice(date=BEFORE, amount=80, obligation="B"), Invoice(date=BEFORE, amount=100, obligation="A"))
    assert earned(early, ADDED) == {"A": 100, "B": 80}
    measured = contract(Invoice(date=BEFORE, amount=80, obligation="B"), first=Observed, added=Observed)
    assert position_at(measured, ADDED).contract_liability == 80


def test_what_nothing_adds_is_refused():
    with pytest.raises(Refusal, match='no obligation "C"'):
        position_at(contract(Invoice(date=BEFORE, amount=80, obligation="C")), ADDED)
