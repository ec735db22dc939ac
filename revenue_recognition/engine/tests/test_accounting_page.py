"""Every figure of docs/accounting.md is what the engine gives.

A ``json`` block of the page is a scenario with its ``expect``. The tables after it, up to
the next block, are about it; their first heading says what they show:

=============  ==========================================================================
first heading  rows and columns
=============  ==========================================================================
``at``         positions: a column per figure, dotted for those of an obligation
``obligation`` obligations at the last date: allocated, progress, recognised
``date``       T-accounts beside each other: a row per date, a column per account
``kind``       the journal line by line, for the dates shown
=============  ==========================================================================

A quoted line (``>``) is a step that explains a position. Any amount in the words of a
section is one of the amounts of its scenarios, positions, steps or tables.
"""

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from .. import Refusal, simulate
from ..measures import MEASURES
from ..reading.events import READERS
from .published import DECIMALS, question, wrong

PAGE = Path(__file__).resolve().parents[3] / "docs" / "accounting.md"
BLOCK = re.compile(r"```json\n(.*?)```\n", re.DOTALL)
AMOUNT = re.compile(r"(?<![\d.,-])\d{1,3}(?:(?:,\d{3})+(?:\.\d+)?|\.\d\d)(?![\d%])")
#: A paragraph of an IFRS, which looks like an amount.
PARAGRAPH = re.compile(r"\b(?:IFRS |IFRIC |IAS )?(?:15|21|22|37)\.[\dIB]\d*")


@dataclass
class Example:
    """A scenario of the page and the text that is about it."""

    name: str
    scenario: dict
    text: str
    answer: dict = field(default_factory=dict)

    def tables(self):
        """Return the tables after the scenario, each a list of rows, each a list of cells."""
        found = [[]]
        for line in self.text.splitlines():
            if line.startswith("|"):
                found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
            elif found[-1]:
                found.append([])
        return [[table[0], *table[2:]] for table in found if table]

    def quotes(self):
        """Return the quoted lines."""
        return [line[2:] for line in self.text.splitlines() if line.startswith("> ")]


def sections():
    """Return (heading, text) of every section."""
    parts = re.split(r"^#{2,3} (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def examples_of(heading, text):
    """Return the examples of a section, worked out where they are not refused."""
    parts = BLOCK.split(text)
    found = []
    for number, (block, after) in enumerate(zip(parts[1::2], parts[2::2], strict=True), 1):
        scenario = json.loads(block, parse_float=Decimal)
        example = Example(f"{heading} {number}", scenario, after)
        if "expect" in scenario:
            example.answer = simulate(question(scenario), DECIMALS)
        found.append(example)
    return found


SECTIONS = {heading: (text, examples_of(heading, text)) for heading, text in sections()}
EXAMPLES = [example for _text, found in SECTIONS.values() for example in found]
by_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)


# === WHAT A TABLE HAS TO SAY === #


def amount(value):
    """Return an amount as the page writes it, with two decimals."""
    return f"{Decimal(repr(value)):,.2f}"


def figure(value):
    """Return a figure of a position as the page writes it."""
    return value if isinstance(value, str) else amount(value)


def share(value):
    """Return a progress as the page writes it: a percentage, to four decimals where it has more."""
    return f"{value * 100:.4f}".rstrip("0").rstrip(".") + " %"


def figures_table(answer, columns):
    """Return the table of these figures at every date."""
    rows = []
    for position in answer["positions"]:
        rows.append([position["at"]])
        for column in columns:
            value = position
            for key in column.split("."):
                value = value[key]
            rows[-1].append(share(value) if column.endswith(".progress") else figure(value))
    return [["at", *columns], *rows]


def obligations_table(answer):
    """Return the table of the obligations at the last date."""
    rows = [["obligation", "allocated", "progress", "recognised"]]
    for key, one in answer["positions"][-1]["obligations"].items():
        rows.append([key, amount(one["allocated"]), share(one["progress"]), amount(one["recognised"])])
    return rows


def accounts_table(answer, prefix=""):
    """Return the T-accounts: what each date adds to each account, and what is left."""
    dates, accounts = {}, []
    for line in answer["journal"]:
        account = " ".join(filter(None, (line["account"], line["obligation"])))
        net = Decimal(repr(line[f"{prefix}debit"])) - Decimal(repr(line[f"{prefix}credit"]))
        row = dates.setdefault(line["date"], {})
        row[account] = row.get(account, 0) + net
    moved = {day: {account: net for account, net in row.items() if net} for day, row in dates.items()}
    for row in moved.values():
        accounts += [account for account in row if account not in accounts]
    balance = {account: sum(row.get(account, 0) for row in moved.values()) for account in accounts}
    rows = [["date", *accounts]]
    for day, row in {**moved, "balance": balance}.items():
        if row:
            rows.append([day, *(side(row.get(account, 0)) for account in accounts)])
    return rows


def side(net):
    """Return a debit or a credit as the page writes it."""
    if not net:
        return ""
    return f"{'Dr' if net > 0 else 'Cr'} {abs(net):,.2f}"


def journal_table(answer, days):
    """Return the lines of the journal of some days."""
    rows = [["kind", "date", "account", "obligation", "debit", "credit"]]
    for line in answer["journal"]:
        if line["date"] in days:
            money = [amount(line[name]) if line[name] else "" for name in ("debit", "credit")]
            rows.append([line["kind"], line["date"], line["account"], line["obligation"], *money])
    return rows


def expected_table(answer, table):
    """Return what a table of the page has to be."""
    head = table[0]
    if head[0] == "at":
        return figures_table(answer, head[1:])
    if head[0] == "obligation":
        return obligations_table(answer)
    if head[0] == "date":
        return accounts_table(answer)
    if head[0] == "date, company":
        rows = accounts_table(answer, "company_")
        return [["date, company", *rows[0][1:]], *rows[1:]]
    if head[0] == "kind":
        return journal_table(answer, {row[1] for row in table[1:]})
    return table


# === THE TESTS === #


@by_example
def test_the_engine_gives_the_figures_of_an_example(example):
    scenario = example.scenario
    if "expect_error" in scenario:
        with pytest.raises(Refusal) as refused:
            simulate(json.loads(json.dumps(scenario, default=float)), DECIMALS)
        assert str(refused.value) == scenario["expect_error"]
    else:
        assert wrong(scenario, example.answer) == []


@by_example
def test_the_tables_of_an_example_are_those_of_its_answer(example):
    for table in example.tables() if example.answer else ():
        assert table == expected_table(example.answer, table)


@by_example
def test_the_steps_quoted_are_those_of_a_position(example):
    positions = example.answer.get("positions", ())
    steps = {f"{step['text']} ({step['paragraph']})" for found in positions for step in found["steps"]}
    assert [quote for quote in example.quotes() if quote not in steps] == []


@pytest.mark.parametrize("heading", [heading for heading, (_text, found) in SECTIONS.items() if found])
def test_every_amount_in_words_is_an_amount_of_the_section(heading):
    text, found = SECTIONS[heading]
    lines = [line for line in BLOCK.sub("", text).splitlines() if not line.startswith(("|", "> "))]
    words = PARAGRAPH.sub("", "\n".join(lines))
    known = set()
    for example in found:
        known.update(amounts_in([example.scenario, example.answer]))
        known.update(amounts_in(accounts_table(example.answer)) if example.answer else ())
    said = {shown: Decimal(shown.replace(",", "")) for shown in AMOUNT.findall(words)}
    assert [shown for shown, value in said.items() if value not in known] == []


def amounts_in(value):
    """Yield every number in plain values, those in texts too."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from amounts_in(part)
    elif isinstance(value, str):
        yield from (Decimal(text.replace(",", "")) for text in re.findall(r"\d[\d,]*(?:\.\d+)?", value))
    elif not isinstance(value, bool):
        yield abs(Decimal(str(value)))


def test_there_is_an_example_of_every_measure_event_and_account():
    methods, kinds, accounts = set(), set(), set()
    for example in EXAMPLES:
        events = example.scenario.get("events", [])
        kinds.update(event["type"] for event in events)
        added = [new for event in events for new in event.get("add", ())]
        obligations = [*example.scenario["contract"]["obligations"], *added]
        methods.update(one["recognition"]["method"] for one in obligations)
        accounts.update(line["account"] for line in example.answer.get("journal", ()))
    assert set(MEASURES) - methods == set()
    assert set(READERS) - kinds == set()
    assert "fx" in accounts and len(accounts) == 12


def test_every_table_of_the_page_can_be_read():
    heads = {table[0][0] for example in EXAMPLES for table in example.tables()}
    assert heads >= {"at", "obligation", "date", "date, company", "kind"}


def test_every_invariant_of_the_page_has_a_test_with_its_number():
    tested = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        names = re.findall(r"^def test_(\d\d(?:_and_\d\d)*)_", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        tested.update(int(number) for name in names for number in name.split("_and_"))
    rows = re.findall(r"^\| (\d[\d, ]*) \|", SECTIONS["Invariants by number"][0], flags=re.MULTILINE)
    named = {int(number) for row in rows for number in row.split(", ")}
    assert named == tested
