from unittest.mock import patch

from odoo.fields import Domain
from odoo.tests import tagged

from .close_common import CloseCommon

SUMS = ["__count", "amount:sum", "company_amount:sum"]
POSTED = ("state", "in", ("posting", "posted", "locked"))


@tagged("post_install", "-at_install")
class TestEntrySums(CloseCommon):
    """What the rows of a posting share is summed from the postings, and comes to what the rows come to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        support = cls._make_product("Support", "subscription")
        terms = {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}
        for price in (1200, 2400, 60):
            cls._confirm(cls._make_order((support, price, terms)), "2026-01-01")
        for day in ("2026-01-31", "2026-02-28"):
            close = cls.env["revenue.close"].with_user(cls.preparer).create({"date": day})
            close.action_compute()
            if day == "2026-01-31":
                close.with_user(cls.approver).action_approve()
                close.with_user(cls.approver).action_post()
        cls.close = close
        cls.entries = cls.env["revenue.entry"].with_user(cls.preparer)

    def _of_rows(self, method, *arguments):
        """Call a method that does not look at postings."""
        with patch.object(type(self.entries), "_known_of_postings", return_value=False):
            return getattr(self.entries, method)(*arguments)

    def _of_postings(self, method, *arguments):
        """Call a method that does not look at rows."""
        postings = type(self.env["revenue.posting"])
        read = postings._read_grouping_sets
        with patch.object(postings, "_read_grouping_sets", autospec=True, side_effect=read) as asked:
            result = getattr(self.entries, method)(*arguments)
        asked.assert_called_once()
        return result

    def test_as_the_rows_say(self):
        sets = [[], ["kind"], ["date:month"], ["kind", "date:month"], ["close_id", "debit_account_id"]]
        account = self.entries.search([("debit_account_id", "!=", False)], limit=1).debit_account_id
        domains = (
            [],
            [POSTED],
            [POSTED, ("kind", "=", "revenue")],
            ["|", ("kind", "!=", "revenue"), "!", ("date", ">", "2026-01-31")],
            [("debit_account_id", "ilike", account.name), ("close_id", "=", self.close.id)],
            [("date", "<", "2000-01-01")],
        )
        for domain in domains:
            with self.subTest(domain=domain):
                rows = self._of_rows("formatted_read_grouping_sets", domain, sets, SUMS)
                self.assertEqual(self._of_postings("formatted_read_grouping_sets", domain, sets, SUMS), rows)
        self.assertGreater(self.entries.formatted_read_group([], [], SUMS)[0]["__count"], 5)

    def test_a_graph_is_read_alike(self):
        asked = ([POSTED], ["date:month", "kind"], SUMS)
        self.assertEqual(
            self._of_postings("formatted_read_group", *asked), self._of_rows("formatted_read_group", *asked)
        )

    def test_what_only_rows_know_is_asked_of_them(self):
        for domain, groupby, sums in (
            ([], ["contract_id"], SUMS),
            ([("partner_id", "=", self.customer.id)], ["kind"], SUMS),
            ([], ["kind"], ["cumulative:sum"]),
        ):
            self.assertEqual(
                self.entries.formatted_read_group(domain, groupby, sums),
                self._of_rows("formatted_read_group", domain, groupby, sums),
            )
            self.assertFalse(self.entries._known_of_postings(Domain(domain), [groupby], sums, None))

    def test_a_close_that_is_computed_has_no_sums_yet(self):
        self.assertTrue(self.entries._known_of_postings(Domain([]), [["kind"]], SUMS, "kind"))
        self.close.sudo().state = "computing"
        self.assertFalse(self.entries._known_of_postings(Domain([]), [["kind"]], SUMS, "kind"))

    def test_only_of_the_companies_of_the_reader(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.preparer.company_ids |= other
        entries = self.entries.with_context(allowed_company_ids=other.ids)
        self.assertEqual(entries.formatted_read_group([], [], SUMS)[0]["__count"], 0)
