"""A firm's year: what it sells, what happens month by month, and how it is closed."""

from dataclasses import dataclass

from freezegun import freeze_time

from odoo.fields import Date

from .papers import Papers

#: What one euro is worth from the first of each month on.
RATES = (1.04, 1.05, 1.08, 1.10, 1.13, 1.14, 1.16, 1.17, 1.16, 1.17, 1.16, 1.15)
MONTH_ENDS = [Date.end_of(Date.to_date(f"2025-{month:02}-01"), "month") for month in range(1, 13)]
SKIPPED = MONTH_ENDS[4]
REOPENED = MONTH_ENDS[7]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The books on the day of a close, right after it.

    :ivar balances: of the ledger by role, credits above zero
    :ivar positions: of every contract, by its id
    :ivar earlier: positions on the day of the close before, as they are worked out now
    :ivar checked: whether subledger and ledger agree on every account
    """

    date: object
    close: object
    balances: dict
    positions: dict
    earlier: dict
    checked: bool


class Year(Papers):
    """Lives through 2025.

    Sixteen orders: one or more of each measure, two currencies, down payment with interest, contract cost, variable
    consideration, an onerous project, a modification, a credit note, a termination, facts that come late, a skipped
    month, one that is opened again; a contract that stays a draft, an order that is cancelled, one that stays a
    quotation.
    """

    def __init__(self, test):
        super().__init__(test)
        self.orders = {}
        self.contracts = {}
        self.snapshots = []
        self.late = {}
        self.clock = None
        self.other = self.env["res.partner"].create({"name": "Canal Company"})
        self.euro = self.env.ref("base.EUR")
        self.euro.active = True
        self.euro.rate_ids.unlink()
        for month, rate in enumerate(RATES, start=1):
            self.rate(self.euro, f"2025-{month:02}-01", rate)
        self.pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": self.euro.id})

    def live(self):
        """Have everything happen, in order."""
        months = (self._winter, self._february, self._march, self._april, self._may, self._june)
        months += (self._july, self._august, self._september, self._october, self._november, self._december)
        with freeze_time("2025-01-01 12:00:00") as self.clock:
            for day, happen in zip(MONTH_ENDS, months, strict=True):
                happen()
                self._at(day)
                self.commit()
                if day != SKIPPED:
                    self._close(day)
                if day == REOPENED:
                    self._reopen()

    # === CLOSING === #

    def _close(self, day, lock=True):
        steps = (("compute", self.test.preparer), ("approve", self.test.approver), ("post", self.test.approver))
        for step, user in steps + ((("lock", self.test.approver),) if lock and day != REOPENED else ()):
            closes = self.env["revenue.close"].with_user(user)
            found = closes.run(self.test.company.id, day.isoformat(), step, "Its price is being agreed")
        self._remember(day, self.env["revenue.close"].browse(found["close"]))

    def _remember(self, day, close):
        contracts = self.env["revenue.contract"].search([("date", "<=", day)], order="id")
        check = self.env["revenue.check"].create({"company_id": self.test.company.id, "date": day})
        check.action_check()
        before = self.snapshots[-1].date if self.snapshots else None
        self.snapshots.append(
            Snapshot(
                date=day,
                close=close,
                balances=self.balances(day),
                positions=contracts._positions(day),
                earlier=contracts._positions(before) if before else {},
                checked=check.tied and not close.difference,
            )
        )

    def _reopen(self):
        """A bill of the month turns up when it is closed."""
        reopened = self.snapshots.pop()
        reopened.close.with_user(self.test.approver).action_reopen("A bill of the month was missing")
        self.spend(self.orders["bridge"].order_line, 5000)
        self.commit()
        self._close(reopened.date)
        self.reopened = reopened

    def balances(self, day):
        """Return the balance of every account with a part, at the end of a day."""
        return {role: self.test._balance(role, day) for role in self.test.accounts}

    # === SHORTCUTS === #

    def _at(self, day):
        """Let it be noon of a day of the year."""
        day = Date.to_string(day) if not isinstance(day, str) else f"2025-{day}"
        self.clock.move_to(f"{day} 12:00:00")

    def _sell(self, name, *lines, euro=False, **values):
        """Confirm an order today."""
        if euro:
            values["pricelist_id"] = self.pricelist.id
        order = self.test._make_order(*lines, **values)
        order.action_confirm()
        self.orders[name] = order
        self.contracts[name] = order.revenue_contract_id
        return order

    def _product(self, name, policy, **values):
        if isinstance(policy, dict):
            policy = self.test._make_policy(name, **policy)
        return self.test._make_product(name, policy, **values)

    def promise(self, name, number=0):
        """Return an obligation of an order."""
        return self.orders[name].order_line[number].revenue_obligation_ids

    def _apply(self, name, treatment=None):
        proposal = self.contracts[name].modification_ids.filtered(lambda one: one.state == "proposed")
        proposal = proposal.with_user(self.test.preparer)
        if treatment:
            proposal.treatment = treatment
        proposal.action_apply()

    # === THE YEAR === #

    def _winter(self):
        """What is sold in January; most of it is billed at once."""
        project = {"service_tracking": "project_only"}
        hosting = self._product("Hosting", "subscription")
        span = {"revenue_start": "2025-01-01", "revenue_end": "2025-12-31"}
        for name, price in (("hosting", 1200), ("ended", 2400)):
            self._sell(name, (hosting, price, span))
            self.pay(self.bill(self.orders[name]))
        self.commission(self.contracts["hosting"], 240)
        advance = self._product("Machine", "one_time")
        order = self._sell("machine", (advance, 10000), partner_id=self.other.id)
        self.contracts["machine"].write({"financing_rate": 6.0, "financing_date": "2025-01-01"})
        self.pay(self.advance(order, 10000))
        self._at("01-10")
        bridge = self._product("Bridge", {"method": "over_time", "measure": "cost", "ssp_source": "price"}, **project)
        self._sell("bridge", (bridge, 90000))
        self.evidence(self.promise("bridge"), "estimate_cost", 60000)
        self.expect(self.contracts["bridge"], "Bonus", 5000, constrained=True)
        self.contracts["bridge"].action_review()
        self.spend(self.orders["bridge"].order_line, 6000)
        pipes = self._product("Pipe", {"method": "over_time", "measure": "delivered", "ssp_source": "price"})
        self._sell("pipes", (pipes, 50, {"product_uom_qty": 100}), partner_id=self.other.id)
        self.evidence(self.promise("pipes"), "estimate_returns", 0.05)

    def _february(self):
        self._at("02-03")
        audit = self._product(
            "Audit", "hours", service_tracking="task_in_project", uom_id=self.env.ref("uom.product_uom_hour").id
        )
        self._sell("audit", (audit, 50, {"product_uom_qty": 400}), euro=True)
        advice = self._product("Advice", "time_material")
        self._sell("advice", (advice, 150, {"product_uom_qty": 40}))
        licence, support = self._product("Licence", "activation_fee"), self._product("Support", "subscription")
        licence.revenue_policy_id = self.test._make_policy("Accepted", method="point_in_time", trigger="acceptance")
        self.test._make_ssp(licence, 6600)
        self.test._make_ssp(support, 4400)
        span = {"revenue_start": "2025-02-01", "revenue_end": "2027-01-31"}
        self._sell("bundle", (licence, 6000), (support, 4000, span), partner_id=self.other.id)
        self._at("02-17")
        self.work(self.orders["audit"].order_line, 40)
        self.bill(self.orders["advice"], {self.orders["advice"].order_line: 1500})
        self.bill(self.orders["bundle"])
        bare = self._product("Unpriced", "one_time")
        self._sell("draft", (bare, 500), (support, 100, span))
        given_up = self._sell("cancelled", (licence, 6000))
        given_up._action_cancel()
        self.orders["quotation"] = self.test._make_order((licence, 6000))

    def _march(self):
        self._at("03-12")
        self.bill(self.orders["bridge"], {self.orders["bridge"].order_line: 30000})
        self.spend(self.orders["bridge"].order_line, 9000)
        self.orders["pipes"].order_line.qty_delivered = 40
        self.bill(self.orders["pipes"], {self.orders["pipes"].order_line: 2000})
        self.bill(self.orders["draft"], {self.orders["draft"].order_line[0]: 500})
        calls = self._product("Calls", "usage")
        self._sell("calls", (calls, 0), euro=True)
        self.evidence(self.promise("calls"), "usage", 310.4)

    def _april(self):
        """The licence was accepted in March, which is locked; now it is known."""
        self._at("04-02")
        self.late["bundle"] = Date.to_date("2025-03-10")
        self.evidence(self.promise("bundle"), "satisfy", day=self.late["bundle"])
        rent = self._product("Rent", "subscription")
        self._sell("rent", (rent, 2400, {"revenue_start": "2025-04-01", "revenue_end": "2026-03-31"}), euro=True)
        self.bill(self.orders["rent"], {self.orders["rent"].order_line: 600})
        site = self._product(
            "Site",
            "milestones",
            service_tracking="project_only",
            invoice_policy="delivery",
            service_type="milestones",
        )
        self._sell("site", (site, 12000), partner_id=self.other.id)
        self.milestones = self.plan(self.orders["site"].order_line, {"Plan": 0.25, "Works": 0.5, "Handover": 0.25})
        self.contracts["site"].action_review()
        self._at("04-20")
        self.milestones["Plan"].is_reached = True
        self.work(self.orders["audit"].order_line, 80)
        self.pay(self.bill(self.orders["audit"], {self.orders["audit"].order_line: 8000}))

    def _may(self):
        """Nobody closes this month."""
        self._at("05-15")
        self.bill(self.orders["audit"], {self.orders["audit"].order_line: 1000}, kind="out_refund")
        self.orders["pipes"].order_line.qty_delivered = 70
        self.spend(self.orders["bridge"].order_line, 12000)
        self.work(self.orders["audit"].order_line, 30)

    def _june(self):
        """A customer leaves, and gets back what was not earned yet."""
        self._at("06-16")
        self.bill(self.orders["advice"], {self.orders["advice"].order_line: 2250})
        self.evidence(self.promise("calls"), "usage", 275.05)
        self.bill(self.orders["calls"], {self.orders["calls"].order_line: 585.45})
        self.orders["ended"]._action_cancel()
        end = self.contracts["ended"].modification_ids
        end.with_user(self.test.preparer).action_apply()
        self.bill(self.orders["ended"], {self.orders["ended"].order_line: end.refund}, kind="out_refund")
        observed = {"method": "over_time", "measure": "observed", "ssp_source": "price"}
        self._sell("survey", (self._product("Survey", observed), 8000))
        self.evidence(self.promise("survey"), "progress", 0.1)

    def _july(self):
        self._at("07-09")
        self.bill(self.orders["bridge"], {self.orders["bridge"].order_line: 40000})
        self.spend(self.orders["bridge"].order_line, 20000)
        self.bill(self.orders["rent"], {self.orders["rent"].order_line: 900})
        self.milestones["Works"].is_reached = True
        self.bill(self.orders["site"], {self.orders["site"].order_line: 9000})
        self.work(self.orders["audit"].order_line, 60)

    def _august(self):
        """The bridge turns out to be onerous."""
        self._at("08-20")
        self.evidence(self.promise("bridge"), "estimate_cost", 99500.5)
        self.spend(self.orders["bridge"].order_line, 8000, "wasted")
        self.orders["pipes"].order_line.qty_delivered = 100
        self.bill(self.orders["pipes"], {self.orders["pipes"].order_line: 3000})

    def _september(self):
        """Support gets cheaper; the bonus of the bridge is safe now; it was half done when the survey was counted."""
        self._at("09-01")
        self.orders["bundle"].order_line[1].price_unit = 3000
        self._apply("bundle", "prospective")
        self._at("09-15")
        self.expect(self.contracts["bridge"], "Bonus", 5000)
        self.evidence(self.promise("calls"), "usage", 199.99)

    def _october(self):
        self._at("10-08")
        self.orders["bridge"].order_line.price_unit = 98000
        self._apply("bridge", "catch_up")
        self.bill(self.orders["bundle"], {self.orders["bundle"].order_line[1]: 1000}, kind="out_refund")
        self.bill(self.orders["rent"], {self.orders["rent"].order_line: 900})
        self.work(self.orders["audit"].order_line, 120)

    def _november(self):
        """September's survey comes in when September and October are locked; pipes come back."""
        self._at("11-05")
        self.late["survey"] = Date.to_date("2025-09-20")
        self.evidence(self.promise("survey"), "progress", 0.6, day=self.late["survey"])
        self.orders["machine"].order_line[:1].qty_delivered = 1
        self.orders["pipes"].order_line.qty_delivered = 97
        self.bill(self.orders["pipes"], {self.orders["pipes"].order_line: 150}, kind="out_refund")
        self.bill(self.orders["audit"], {self.orders["audit"].order_line: 9000})

    def _december(self):
        self._at("12-10")
        self.milestones["Handover"].is_reached = True
        self.bill(self.orders["site"], {self.orders["site"].order_line: 3000})
        self.spend(self.orders["bridge"].order_line, 25000)
        self.work(self.orders["audit"].order_line, 90)
