"""Writes the subledger in bulk: rows by COPY, and the postings they belong to."""

from io import StringIO

from odoo.tools import SQL

COLUMNS = (
    "close_id",
    "posting_id",
    "contract_id",
    "obligation_id",
    "kind",
    "amount",
    "company_amount",
    "cumulative",
    "allocated",
    "progress",
)
#: Kinds of entries that mirror invoices; they are written for contracts that are left out as well.
DOCUMENTS = ("billing", "routing")
NULL = "\\N"


class Posting:
    """The fields that some rows have in common; becomes a ``revenue.posting``."""

    __slots__ = ("id",)

    def __init__(self, row_id=None):
        self.id = row_id


class EntryWriter:
    """Collects the rows of a chunk of contracts and writes them with their postings.

    :param close: the close they belong to
    :param loader: a :class:`~..loading.Loader`, for its company and currencies
    :param roles: a :class:`~.roles.RoleBook`
    """

    def __init__(self, close, loader, roles):
        self.close_id = close.id
        self.date = close.date
        self.granularity = close.granularity
        self.loader = loader
        self.roles = roles
        self.cr = loader.cr
        self.start()

    def start(self):
        """Begin a chunk without what is cached: since the last commit another worker may have changed it."""
        self.postings = self._known()
        self.new = {}
        self.rows = []

    def add(self, contract, targets, booked, complete):
        """Add what takes the books of one contract from what is booked to its targets.

        :param contract: a :class:`~..loading.Loaded`
        :param dict targets: :class:`~.targets.Target` by key
        :param dict booked: units of both currencies by key
        :param complete: whether all targets count; else only those of invoices
        """
        for key, target in targets.items():
            if not complete and key[0] not in DOCUMENTS:
                continue
            before = booked.get(key)
            amount, company = target.amount, target.company
            if before:
                amount, company = amount - before[0], company - before[1]
            if amount or company:
                self._row(contract, key, target, amount, company)

    def flush(self):
        """Write what was collected; :meth:`start` comes before more is."""
        if not self.rows:
            return
        self._make_postings()
        buffer = StringIO()
        for posting, row in self.rows:
            buffer.write(f"{self.close_id}\t{posting.id}\t{row}")
        buffer.seek(0)
        self.cr.copy_expert(f"COPY revenue_entry ({', '.join(COLUMNS)}) FROM STDIN", buffer)

    def _row(self, contract, key, target, amount, company):
        kind, obligation_id, _account = key
        places, company_places = contract.decimals, self.loader.company_decimals
        line = target.line
        allocated = f"{line.allocated}e-{places}" if line is not None else NULL
        progress = f"{float(line.progress):.12g}" if line is not None else NULL
        row = (
            f"{contract.id}\t{obligation_id or NULL}\t{kind}\t{amount}e-{places}\t{company}e-{company_places}"
            f"\t{target.amount}e-{places}\t{allocated}\t{progress}\n"
        )
        self.rows.append((self._posting(contract, kind, target, company), row))

    def _posting(self, contract, kind, target, company):
        """Return the posting that a row belongs to."""
        credit = target.credit
        if kind == "exchange":
            credit = self.roles.gain if company > 0 else self.roles.loss
        who = (None, None)
        if self.granularity == "contract":
            who = (contract.id, contract.partner_id)
        elif self.granularity == "customer":
            who = (None, contract.partner_id)
        journal = None if kind == "billing" else contract.journal_id or self.roles.journal_id
        head = (kind, journal, target.debit, credit, contract.currency_id, target.analytic, *who)
        posting = self.postings.get(head)
        if posting is None:
            posting = self.postings[head] = self.new[head] = Posting()
        return posting

    # === DATABASE === #

    def _known(self):
        """Return the postings the close has already.

        A contract has postings of its own where the ledger tells contracts apart: no other one adds to them.
        """
        if self.granularity == "contract":
            return {}
        rows = self.loader.rows(
            SQL(
                """
                SELECT kind, journal_id, debit_account_id, credit_account_id, currency_id, analytic_distribution::text,
                       contract_id, partner_id, id
                  FROM revenue_posting WHERE close_id = %s
                """,
                self.close_id,
            )
        )
        postings = {}
        for *head, posting_id in rows:
            postings[tuple(head)] = Posting(posting_id)
        return postings

    def _make_postings(self):
        """Insert the postings that are new, so that rows may refer to them."""
        new = list(self.new.items())
        for start in range(0, len(new), 1000):
            part = new[start : start + 1000]
            values = SQL(", ").join(
                SQL("(%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, 0, 0, 0)", *self._common(), *head)
                for head, _posting in part
            )
            rows = self.loader.rows(
                SQL(
                    """
                    INSERT INTO revenue_posting
                           (close_id, company_id, date, kind, journal_id, debit_account_id, credit_account_id,
                            currency_id, analytic_distribution, contract_id, partner_id, amount, company_amount, rows)
                    VALUES %s RETURNING id
                    """,
                    values,
                )
            )
            for (_head, posting), (posting_id,) in zip(part, rows, strict=True):
                posting.id = posting_id

    def _common(self):
        return self.close_id, self.loader.company.id, self.date
