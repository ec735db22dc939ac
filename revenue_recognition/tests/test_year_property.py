import os
from collections import defaultdict
from contextlib import closing
from datetime import timedelta

from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.fields import Date
from odoo.tests import tagged

from .close_common import CloseCommon
from .papers import Papers

MONTHS = [Date.to_date(day) for day in ("2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30")]
#: What happens: the day, and what a method of the test needs.
FACTS = [
    ("2025-01-08", "_bill", ("works", 0, 1200)),
    ("2025-01-20", "_observe", ("works", 0, "progress", 0.2)),
    ("2025-01-22", "_observe", ("works", 1, "units", 12)),
    ("2025-02-03", "_bill", ("abroad", 0, 800)),
    ("2025-02-11", "_observe", ("works", 1, "estimate_returns", 0.04)),
    ("2025-02-20", "_observe", ("works", 0, "progress", 0.65)),
    ("2025-03-05", "_observe", ("abroad", 1, "satisfy", 0.5)),
    ("2025-03-12", "_bill", ("works", 1, 1500)),
    ("2025-03-17", "_observe", ("works", 0, "progress", 0.5)),
    ("2025-04-02", "_bill", ("abroad", 1, 1200)),
    ("2025-04-09", "_observe", ("works", 1, "units", -2)),
]
# PROPERTY_EXAMPLES=50 looks longer.
LIVES = settings(
    max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "5")),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    # Making a failure smaller takes minutes: a life takes seconds.
    phases=[Phase.explicit, Phase.generate],
)
histories = st.tuples(
    st.lists(st.sampled_from(["close", "skip", "reopen", "twice"]), min_size=3, max_size=3),
    st.lists(st.integers(0, 3), min_size=len(FACTS), max_size=len(FACTS)),
)


@tagged("post_install", "-at_install")
class TestYearProperty(CloseCommon):
    """However months are closed and whenever facts come in, the cumulative is that of one clean close."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.papers = Papers(cls)
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.euro.rate_ids.unlink()
        for day, rate in (("2025-01-01", 1.04), ("2025-02-01", 1.1), ("2025-03-01", 1.07), ("2025-04-01", 1.21)):
            cls.papers.rate(cls.euro, day, rate)
        with freeze_time("2025-01-01 12:00:00"):
            cls.orders = {"works": cls._works(), "abroad": cls._abroad()}
            cls.papers.commission(cls.orders["works"].revenue_contract_id, 100.01)
        cls.papers.commit()
        cls.clean = cls._lived(["skip"] * 3, [0] * len(FACTS))

    @classmethod
    def _works(cls):
        survey = {"method": "over_time", "measure": "observed"}
        pipes = {"method": "over_time", "measure": "delivered"}
        lines = []
        for name, policy, price, quantity in (("Survey", survey, 7000, 1), ("Pipe", pipes, 55, 60)):
            product = cls._make_product(name, cls._make_policy(name, **policy))
            cls._make_ssp(product, price * 1.1)
            lines.append((product, price, {"product_uom_qty": quantity}))
        return cls._confirmed(lines)

    @classmethod
    def _abroad(cls):
        pricelist = cls.env["product.pricelist"].create({"name": "Euro", "currency_id": cls.euro.id})
        support = cls._make_product("Support", "subscription")
        licence = cls._make_product("Licence", "activation_fee")
        cls._make_ssp(support, 1000, currency_id=cls.euro.id)
        span = {"revenue_start": "2025-01-01", "revenue_end": "2025-06-30"}
        return cls._confirmed([(support, 1000, span), (licence, 2000)], pricelist_id=pricelist.id)

    @classmethod
    def _confirmed(cls, lines, **values):
        order = cls._make_order(*lines, **values)
        order.action_confirm()
        return order

    # === WHAT HAPPENS === #

    @classmethod
    def _lived(cls, closes, delays):
        """Live through four months and return what is booked then; afterwards it never happened.

        :param closes: what is done at the end of each month but the last, which is closed
        :param delays: by how many months each fact comes in late
        """
        with closing(cls.env.cr.savepoint()), freeze_time("2025-01-01 12:00:00") as clock:
            for month, end in enumerate(MONTHS):
                clock.move_to(f"{end} 12:00:00")
                for (day, happen, what), delay in zip(FACTS, delays, strict=True):
                    if min(len(MONTHS) - 1, Date.to_date(day).month - 1 + delay) == month:
                        getattr(cls, happen)(Date.to_date(day), *what)
                cls._end_month(end, closes[month] if month < len(closes) else "close")
            return cls._books()

    @classmethod
    def _end_month(cls, end, how):
        if how == "twice":
            cls._close(end - timedelta(days=9))
        if how != "skip":
            close = cls._close(end)
        if how == "reopen":
            close.with_user(cls.approver).action_reopen("It was too early")
            cls._close(end)

    @classmethod
    def _observe(cls, day, name, number, kind, value):
        cls.papers.evidence(cls.orders[name].order_line[number].revenue_obligation_ids, kind, value, day)

    @classmethod
    def _bill(cls, day, name, number, amount):
        order = cls.orders[name]
        row = {"price_unit": amount, "sale_line_ids": order.order_line[number].ids}
        invoice = cls.papers.move("out_invoice", order.partner_id, order.currency_id, [row])
        invoice.write({"invoice_date": day, "date": day})
        invoice.action_post()

    @classmethod
    def _books(cls):
        """Return the cumulative of every row of the subledger, and every balance."""
        rows = cls.env["revenue.entry"].search([("close_id.state", "in", ("posted", "locked"))])
        sums = defaultdict(lambda: (0.0, 0.0))
        for row in rows:
            key = row.contract_id.id, row.obligation_id.id, row.kind
            sums[key] = round(sums[key][0] + row.amount, 2), round(sums[key][1] + row.company_amount, 2)
        booked = {key: amounts for key, amounts in sums.items() if any(amounts)}
        return booked, {role: cls._balance(role) for role in cls.accounts}

    # === PROPERTY === #

    def test_the_clean_year_has_something_to_compare(self):
        booked, balances = self.clean
        kinds = {kind for _contract, _obligation, kind in booked}
        self.assertEqual(
            kinds, {"billing", "revenue", "refund", "presentation", "exchange", "contract_cost", "amortisation"}
        )
        self.assertTrue(all(balances[role] for role in ("revenue", "contract_asset", "contract_liability")))

    @LIVES
    @given(histories)
    def test_37_38_40_any_order_gives_the_same(self, history):
        """37, 38, 40: closes, skipped months, reopened ones, late facts and late invoices in any order."""
        booked, balances = self._lived(*history)
        self.assertEqual(booked, self.clean[0])
        self.assertEqual(balances, self.clean[1])
