import math
import re
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta

from odoo import api, models
from odoo.exceptions import AccessError, UserError

COLUMNS = ("product", "currency", "date_from", "date_to", "kind", "amount", "low", "high", "note", "company")
KINDS = ("amount", "range", "residual")
MAX_ROWS = 100_000
MAX_PRICE = 1e12
PRICE_FIELDS = ("date_to", "kind", "amount", "low", "high", "note")


class RowError(Exception):
    """Why a row is refused, and because of which column."""

    def __init__(self, column, message):
        super().__init__(message)
        self.column = column
        self.message = message


@dataclass
class Price:
    """A price of the book: one that is there (``record``), or a row to import (``index``)."""

    date_from: date
    date_to: date | None = None
    terms: dict = field(default_factory=dict)
    record: object = None
    index: int | None = None

    def covers(self, other):
        """Whether both hold on some day, where ``other`` begins later."""
        return self.date_to is None or self.date_to >= other.date_from


class RevenueSsp(models.Model):
    """The price book as other systems and spreadsheets fill it."""

    _inherit = "revenue.ssp"

    @api.model
    def import_rows(self, rows: list, dry_run: bool = False) -> dict:
        """Put prices into the book: all of them, or none when one is refused. Safe to repeat.

        A row is known by its product, currency, company and first day. The same again is ``unchanged``; other terms
        change the price. A price without a last day holds until the next one of its product begins: a row that starts
        later ends an open earlier one the day before.

        :param list rows: dictionaries ``{"product": internal reference, barcode, name or id, "currency": ISO code,
            "date_from": "YYYY-MM-DD", "date_to"?: "YYYY-MM-DD", "kind"?: "amount" | "range" | "residual",
            "amount"?: number, "low"?: number, "high"?: number, "note"?: str, "company"?: name or id}``. ``kind`` is
            ``amount`` when left out, ``company`` the current one. A number may be text with a decimal point. Prices are
            per unit, net of taxes.
        :param bool dry_run: say what would happen, and write nothing
        :return: ``{"created": n, "updated": n, "unchanged": n, "closed": n, "errors": [{"row": i, "column": str,
            "message": str}]}``; ``closed`` counts the earlier prices that were ended; ``row`` counts from 0. With
            errors nothing is written and the counts are 0.
        :raises AccessError: for anybody but revenue accountants.
        :raises UserError: when ``rows`` is no list of at most 100,000 rows, or ``dry_run`` is neither true nor false.
        """
        self._check_may_import()
        if not isinstance(rows, list) or len(rows) > MAX_ROWS:
            raise UserError(self.env._("rows: a list of at most %s dictionaries is expected.", MAX_ROWS))
        if not isinstance(dry_run, bool):
            raise UserError(self.env._("dry_run: true or false is expected."))
        books, errors = self._read_rows(rows)
        if not errors:
            known = self._known(books)
            errors = [error for key, book in books.items() for error in self._arrange(book, known[key])]
        done = {"created": 0, "updated": 0, "unchanged": 0, "closed": 0}
        if not errors:
            changes = self._changes(books)
            done.update({name: len(found) for name, found in changes.items()})
            if not dry_run:
                self._write_changes(changes)
        return {**done, "errors": sorted(errors, key=lambda error: (error["row"], error["column"]))}

    def _check_may_import(self):
        if not self.env.su and not self.env.user.has_group("revenue_recognition.group_revenue_accountant"):
            raise AccessError(self.env._("Only revenue accountants fill the book of standalone selling prices."))
        self.check_access("create")
        self.check_access("write")

    # === READING === #

    def _read_rows(self, rows):
        """Return the prices by product, currency and company, and what is wrong with single rows."""
        find, books, errors = _Finder(self.env, rows), defaultdict(dict), []
        for index, row in enumerate(rows):
            key, price, refusals = self._read_row(row, find)
            if not refusals:
                price.index = index
                twin = books[key].setdefault(price.date_from, price)
                if twin is not price:
                    message = self.env._(
                        "Another row gives this price already: same product, currency and day. Its values: %s.",
                        ", ".join(f"{name} {_shown(value)}" for name, value in rows[twin.index].items()),
                    )
                    refusals = [RowError("date_from", message)]
            errors += [{"row": index, "column": error.column, "message": error.message} for error in refusals]
        return books, errors

    def _read_row(self, row, find):
        """Return the key and the price that a row gives, and all that is wrong with it."""
        if not isinstance(row, dict):
            return None, None, [RowError("", self.env._("A dictionary is expected, not %s.", _shown(row)))]
        refusals = [
            RowError(_shown(column), self.env._("There is no such column. There are: %s.", ", ".join(COLUMNS)))
            for column in row
            if column not in COLUMNS
        ]

        def take(read, *values):
            try:
                return read(*values)
            except RowError as error:
                refusals.append(error)
                return None

        cells = {
            column: value for column, value in row.items() if value is not None and value is not False and value != ""
        }
        company = take(find.company, cells.get("company"))
        key = (take(find.product, cells.get("product"), company), take(find.currency, cells.get("currency")), company)
        price = Price(take(self._read_first_day, cells), take(self._read_date, cells, "date_to"))
        price.terms = take(self._read_terms, cells)
        if price.date_from and price.date_to and price.date_to < price.date_from:
            refusals.append(RowError("date_to", self.env._("It ends before it begins.")))
        return key, price, refusals

    def _read_first_day(self, cells):
        if "date_from" not in cells:
            raise RowError("date_from", self.env._("A day is needed, as YYYY-MM-DD."))
        return self._read_date(cells, "date_from")

    def _read_terms(self, cells):
        kind = cells.get("kind", "amount")
        if kind not in KINDS:
            raise RowError(
                "kind", self.env._("%(value)s is none of: %(kinds)s.", value=_shown(kind), kinds=", ".join(KINDS))
            )
        numbers = {column: self._read_number(cells, column) for column in ("amount", "low", "high")}
        for column in ("low", "high") if kind == "amount" else ("amount",):
            if numbers[column]:
                raise RowError(column, self.env._("The kind %s takes no such number: leave it out.", kind))
        refusal = self._price_refusal(kind, **numbers)
        if refusal:
            raise RowError(*refusal)
        note = cells.get("note", "")
        if not isinstance(note, str | int | float) or not _is_text(str(note)):
            raise RowError("note", self.env._("Text is expected, not %s.", _shown(note)))
        return {"kind": kind, **numbers, "note": str(note).strip() or False}

    def _read_number(self, cells, column):
        value = cells.get(column, 0)
        if isinstance(value, str) and re.fullmatch(r"\d{1,15}(\.\d{1,15})?", value.strip(), re.ASCII):
            value = float(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RowError(column, self.env._("A number is expected, with a decimal point: not %s.", _shown(value)))
        # In this order: a whole number may be too large to be a float at all.
        if abs(value) > MAX_PRICE or not math.isfinite(value):
            raise RowError(column, self.env._("%s is no price.", _shown(value)))
        return float(value)

    def _read_date(self, cells, column):
        value = cells.get(column)
        if value is None:
            return None
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip(), re.ASCII):
            with suppress(ValueError):
                return date.fromisoformat(value.strip())
        raise RowError(column, self.env._("A day is expected as YYYY-MM-DD, not %s.", _shown(value)))

    # === ARRANGING === #

    def _known(self, books):
        """Return the prices there are of what the rows name, by product, currency and company."""
        known = defaultdict(self.browse)
        products, currencies, companies = (list({key[part] for key in books}) for part in range(3))
        domain = [("product_id", "in", products), ("currency_id", "in", currencies), ("company_id", "in", companies)]
        for record in self.search(domain):
            known[record.product_id.id, record.currency_id.id, record.company_id.id] |= record
        return known

    def _arrange(self, book, known):
        """Put the rows of a product among the prices it has: let each open one end where the next begins.

        ``book`` then holds all its prices by their first day. Return the errors: rows that overlap.
        """
        eves = {start - timedelta(days=1) for start in known.mapped("date_from") if start > date.min}
        for record in known:
            # What ends where the next begins is as open as when it was imported.
            ends = record.date_to and record.date_to not in eves
            terms = {name: record[name] for name in PRICE_FIELDS if name != "date_to"}
            there = book.setdefault(record.date_from, Price(record.date_from, record.date_to if ends else None, terms))
            there.record = record
        prices = sorted(book.values(), key=lambda price: price.date_from)
        errors = []
        for earlier, later in zip(prices, prices[1:], strict=False):
            if earlier.date_to is None:
                earlier.date_to = later.date_from - timedelta(days=1)
            elif earlier.covers(later):
                index = later.index if later.index is not None else earlier.index
                errors.append(self._overlap(index, earlier, later))
        return errors

    def _overlap(self, index, earlier, later):
        return {
            "row": index,
            "column": "date_from" if index == later.index else "date_to",
            "message": self.env._(
                "The price from %(start)s ends on %(end)s, and the next one begins on %(next)s: they overlap.",
                start=earlier.date_from,
                end=earlier.date_to,
                next=later.date_from,
            ),
        }

    def _changes(self, books):
        """Sort what to do into ``created``, ``updated``, ``closed`` and ``unchanged``: pairs of a record and values."""
        changes = {"created": [], "updated": [], "unchanged": [], "closed": []}
        for (product, currency, company), book in books.items():
            for price in book.values():
                values = {"date_to": price.date_to or False, **price.terms}
                if not price.record:
                    key = {"product_id": product, "currency_id": currency, "company_id": company}
                    changes["created"].append((None, {**key, "date_from": price.date_from, **values}))
                    continue
                differs = {name: value for name, value in values.items() if price.record[name] != value}
                if price.index is not None:
                    changes["updated" if differs else "unchanged"].append((price.record, differs))
                elif differs:
                    changes["closed"].append((price.record, differs))
        return changes

    def _write_changes(self, changes):
        # What is there makes room first: each write is checked for overlaps by itself.
        for record, values in changes["closed"] + changes["updated"]:
            record.write(values)
        self.create([values for _record, values in changes["created"]])


class _Finder:
    """Finds what rows name, with a query per kind of record instead of one per row."""

    def __init__(self, env, rows):
        self.env = env
        self.companies = env.companies
        self.currencies = {
            currency.name: currency for currency in env["res.currency"].with_context(active_test=False).search([])
        }
        named = {row["product"] for row in rows if isinstance(row, dict) and isinstance(row.get("product"), int | str)}
        ids = [name for name in named if isinstance(name, int) and not isinstance(name, bool) and 0 < name < 2**31]
        texts = [name.strip() for name in named if isinstance(name, str) and _is_text(name)]
        products = env["product.product"]
        domain = ["|", ("default_code", "in", texts), ("barcode", "in", texts)]
        self.products = defaultdict(products.browse)
        for product in products.search(domain if texts else [("id", "=", 0)]):
            for name in filter(None, {product.default_code, product.barcode}):
                self.products[name] |= product
        for product in products.search([("id", "in", ids)]):
            self.products[product.id] = product
        self._find_by_name([text for text in texts if text not in self.products])

    def _find_by_name(self, names):
        """Find products by their whole name, where no reference or barcode is meant."""
        products = self.env["product.product"]
        for product in products.search([("name", "in", names)]) if names else products:
            self.products[product.name] |= product

    def company(self, name):
        """Return the id of a company the caller works in."""
        if name is None:
            return self.env.company.id
        found = self.companies.browse()
        if isinstance(name, int) and not isinstance(name, bool):
            found = self.companies.filtered(lambda company: company.id == name)
        elif isinstance(name, str):
            found = self.companies.filtered(lambda company: company.name == name.strip())
        if len(found) != 1:
            raise RowError("company", self.env._("%s is none of the companies you work in.", _shown(name)))
        return found.id

    def product(self, name, company):
        """Return the id of the only product with a reference, a barcode or an id."""
        if name is None:
            raise RowError("product", self.env._("A product is needed: its internal reference, barcode, name or id."))
        if isinstance(name, bool) or not isinstance(name, int | str):
            raise RowError(
                "product", self.env._("An internal reference, barcode, name or id is expected, not %s.", _shown(name))
            )
        found = self.products.get(name.strip() if isinstance(name, str) else name, self.env["product.product"])
        # Without a company its own refusal is enough.
        found = found.filtered(lambda product: not company or product.company_id.id in (False, company))
        if not found:
            raise RowError(
                "product", self.env._("There is no product with the reference, barcode or name %s.", _shown(name))
            )
        if len(found) > 1:
            raise RowError(
                "product",
                self.env._(
                    "%(count)s products have the reference or the name %(name)s: give the reference of one.",
                    count=len(found),
                    name=_shown(name),
                ),
            )
        return found.id

    def currency(self, name):
        """Return the id of an active currency."""
        if name is None:
            raise RowError("currency", self.env._("A currency is needed: its ISO code."))
        found = self.currencies.get(name.strip().upper()) if isinstance(name, str) else None
        if not found:
            raise RowError("currency", self.env._("There is no currency %s.", _shown(name)))
        if not found.active:
            raise RowError("currency", self.env._("The currency %s is not active.", found.name))
        return found.id


def _is_text(text):
    """Whether the database can hold it: JSON also carries half characters, and the character 0."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _shown(value):
    """Return a value as a refusal quotes it: short, on one line, and text whatever it was."""
    text = value if isinstance(value, str) and _is_text(value) else ascii(value)
    return " ".join(text[:64].split()) or "''"
