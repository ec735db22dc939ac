"""The entries that take the books from one position to the next.

What the books show is cumulative, like everything here; an entry is the difference of two
books. Each kind of entry is balanced in itself, in contract and in company currency:

=============  =====================================  ======================
kind           debit                                  credit
=============  =====================================  ======================
money          cash, receivable                       contract liability
interest       interest expense                       contract liability
revenue        contract liability                     revenue
refund         contract liability                     refund liability
presentation   contract asset                         contract liability
exchange       contract liability                     fx
cost           cost                                   cash
loss           cost                                   loss provision
contract cost  cost asset                             cash
amortisation   cost                                   cost asset
=============  =====================================  ======================
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from .currency import CompanyPosition
from .position import Position

Account = tuple[str, str, str]
Amounts = tuple[int, int]
Books = dict[Account, Amounts]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a balanced entry, in units; debits are above zero, credits below.

    ``company`` is the amount in company currency, 0 where there is none.
    """

    date: date
    kind: str
    account: str
    obligation: str
    amount: int
    company: int


class Journal:
    """Collects entries from position to position."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.books: Books = {}

    def post(self, position: Position, company: CompanyPosition | None = None) -> None:
        """Add the entries that take the books to a new position."""
        books = books_of(position, company)
        for head in {**self.books, **books}:
            now, before = books.get(head, (0, 0)), self.books.get(head, (0, 0))
            amounts = now[0] - before[0], now[1] - before[1]
            self.entries.extend(_lines(position.at, head, amounts))
        self.books = books


def books_of(position: Position, company: CompanyPosition | None) -> Books:
    """Return what the books show at a position: amounts by kind, account and obligation, debits above zero."""
    books: Books = {}
    for kind, other, lines in _kinds(position, company):
        total = [0, 0]
        for account, obligation, amount, converted in lines:
            books[kind, account, obligation] = amount, converted
            total[0] -= amount
            total[1] -= converted
        books[kind, other, ""] = total[0], total[1]
    return books


Line = tuple[str, str, int, int]


def _kinds(position: Position, company: CompanyPosition | None) -> Iterator[tuple[str, str, list[Line]]]:
    """Yield each kind of entry with the account that balances it and its other lines."""

    def line(account: str, name: str, sign: int = 1, obligation: str = "") -> Line:
        converted = getattr(company, name) if company else 0
        return account, obligation, sign * getattr(position, name), sign * converted

    def signed(account: str, side: int) -> Line:
        amount, converted = position.interest, company.interest if company else 0
        inside = (amount or converted) * side > 0
        return account, "", amount if inside else 0, converted if inside else 0

    liability = "contract_liability"
    yield "money", liability, [line("cash", "paid"), line("receivable", "receivable")]
    yield "interest", liability, [signed("interest_expense", 1), signed("interest_income", -1)]
    yield (
        "revenue",
        liability,
        [
            ("revenue", one.key, -one.recognised, -company.by_obligation[one.key] if company else 0)
            for one in position.lines
        ],
    )
    yield "refund", liability, [line("refund_liability", "refund_liability", -1)]
    yield "presentation", liability, [line("contract_asset", "contract_asset")]
    yield "exchange", liability, [("fx", "", 0, -company.fx if company else 0)]
    yield "cost", "cash", [line("cost", "incurred")]
    yield "loss", "cost", [line("loss_provision", "loss_provision", -1)]
    yield "contract cost", "cash", [line("cost_asset", "capitalised")]
    yield "amortisation", "cost", [line("cost_asset", "amortised", -1)]


def _lines(day: date, head: Account, amounts: Amounts) -> Iterator[Entry]:
    """Yield a line where something changed; one for each currency where these do not agree on the side."""
    kind, account, obligation = head
    amount, company = amounts
    if amount and company and (amount > 0) != (company > 0):
        yield Entry(day, kind, account, obligation, amount, 0)
        yield Entry(day, kind, account, obligation, 0, company)
    elif amount or company:
        yield Entry(day, kind, account, obligation, amount, company)
