from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .common import StoryActs
from .test_usage_billing import UsageCommon

ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("wait", "wait", "use", "use", "use", "late", "replace", "back", "dimension", "price"),
                *("clock", "clock", "create", "credit", "delete", "cancel", "end", "plan", "again"),
            ]
        ),
        st.integers(0, 5),
        st.integers(1, 45),
    ),
    min_size=5,
    max_size=16,
)
MODELS = {
    "flat": {"price": 0.37},
    "graduated": {"tiers": [(20, 1.0, 3.0), (60, 0.5), (0, 0.25, 1.0)]},
    "volume": {"tiers": [(20, 1.0), (60, 0.9, 2.0), (0, 0.3)]},
    "stairstep": {"tiers": [(10, 0, 5.0), (50, 0, 20.0), (0, 0, 31.0)]},
    "package": {"price": 1.25, "size": 7},
}
SETTINGS = ({}, {"free": 15}, {"minimum": 25, "maximum": 60}, {"commitment": 30, "commitment_factor": 1.5})
GROUPS = ("period", "day", "dimension", "record")


@tagged("post_install", "-at_install")
class TestUsageProperty(StoryActs, UsageCommon):
    """Whatever is used, early or late, whatever is agreed and billed: in the end it stands as the what-if has it."""

    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        phases=(Phase.generate,),
    )
    @given(
        st.sampled_from(list(MODELS)),
        st.sampled_from(SETTINGS),
        st.sampled_from(GROUPS),
        st.sampled_from(["sum", "max", "count", "last"]),
        st.sampled_from(["Asia/Tokyo", "America/New_York", "Europe/Paris"]),
        ACTIONS,
    )
    def test_what_stands_is_what_the_what_if_says(self, model, told, group, aggregation, zone, actions):
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            self._tell_story(model, told, group, aggregation, zone, actions)
        finally:
            self.env.transaction.clear()
            savepoint.close(rollback=True)

    def _tell_story(self, model, told, group, aggregation, zone, actions):
        self._on("2026-01-28")
        self.customer.tz = zone
        self.rows = []
        self.story_meter = self._make_meter("story", aggregation=aggregation)
        said = dict(MODELS[model])
        self.story_book = self._make_price(
            self.story_meter, tiers=said.pop("tiers", ()), settings={**told, "group_by": group}, model=model, **said
        )
        order = self._sell_usage(self.story_book, start="2026-01-10")
        for action, which, amount in actions:
            getattr(self, f"_{action}_in_story")(order, which, amount)
        self._clock()
        order.with_context(raise_if_nothing_to_invoice=False)._create_invoices(final=True)
        total = sum(self._simulated(charge, zone) for charge in self._charge(order))
        self.assertEqual(round(sum(self._billed(order).values()), 2), round(total, 2))
        self.assertEqual(order.order_line.qty_to_invoice, 0.0)
        for charge in self._charge(order):
            self.assertFalse(charge._open(charge._stands().get(charge, {}), self.today))

    def _simulated(self, charge, zone):
        """Return what a charge comes to by today, as the what-if has it."""
        if charge.last_day and charge.last_day < charge.first_day:
            return 0.0
        book, meter = charge.price_book_id, self.story_meter
        begun = [price for price in book._in_force() if price.first_day <= charge.first_day]
        first = begun[-1] if begun else book._in_force()[0]
        further = [price for price in book._in_force() if price.first_day > max(charge.first_day, first.first_day)]
        usage = {
            "key": "A",
            "kind": "usage",
            "start": str(charge.first_day),
            "anchor": str(charge.anchor),
            "every": {"count": charge.interval_count, "unit": "months"},
            "aggregation": meter.aggregation,
            "group_by": book.group_by,
            "rating": as_rating(first),
            "versions": [{"from": str(price.first_day), "rating": as_rating(price)} for price in further],
        }
        if charge.last_day:
            usage["end"] = str(charge.last_day + timedelta(days=1))
        for name in ("free", "minimum", "maximum"):
            if book[name]:
                usage[name] = book[name]
        if book.commitment:
            usage["commitment"] = {"amount": book.commitment, "factor": book.commitment_factor}
        last = charge.last_day or date.max
        rows = [row for row in self.rows if charge.first_day <= local_day(row["at"], zone) <= last]
        scenario = {
            "id": "STORY",
            "title": "What was used",
            "source": "this test",
            "currency": charge.currency_id.name,
            "customer": {"timezone": zone},
            "charges": [usage],
            "events": [{**row, "type": "usage", "charge": "A"} for row in rows],
            "expect": [{"run": str(self.today)}],
        }
        [run] = self.env["subscription.plan"].simulate(scenario)["results"]
        return run["total"]

    # === WHAT HAPPENS === #

    def _record_in_story(self, at, quantity, **further):
        row = {"at": at, "quantity": quantity, "key": f"row/{next(self.numbers)}", **further}
        [found] = self.env["subscription.usage"].record([{**row, "meter": "story", "subject": "ACME"}])
        self.assertEqual(found["status"], "recorded", found)
        self.rows = [one for one in self.rows if one["key"] != row.get("replaces")]
        self.rows.append({name: value for name, value in row.items() if name != "replaces"})

    def _use_in_story(self, order, which, amount):
        for number in range(which + 1):
            day = self.today - timedelta(days=number * 2)
            self._record_in_story(f"{day}T{(7 * amount + number) % 10:02}:1{which}:00Z", amount + number / 4)

    def _late_in_story(self, order, which, amount):
        day = self.today - timedelta(days=3 * amount)
        self._record_in_story(f"{day}T{4 * which:02}:59:59.5Z", amount)

    def _replace_in_story(self, order, which, amount):
        if self.rows:
            old = self.rows[-which % len(self.rows)]
            kept = {name: old[name] for name in ("at", "dimension") if name in old}
            self._record_in_story(kept.pop("at"), amount, replaces=old["key"], **kept)

    def _back_in_story(self, order, which, amount):
        self._record_in_story(f"{self.today - timedelta(days=amount)}T03:00:00Z", -which - 0.5)

    def _dimension_in_story(self, order, which, amount):
        self._record_in_story(f"{self.today}T02:00:0{which}Z", amount, dimension=f"region-{which % 2}")

    def _price_in_story(self, order, which, amount):
        day = self.today + timedelta(days=amount - 30)
        self._make_price(self.story_meter, day=str(day), book=self.story_book, model="flat", price=which + 0.05)

    def _end_in_story(self, order, which, amount):
        first = order.order_line._subscription_last().first_day
        day = max(first - timedelta(days=1), self.today + timedelta(days=amount - 20))
        order.order_line.subscription_end = day if which else False

    def _plan_in_story(self, order, which, amount):
        charge = order.order_line._subscription_last()
        day = max(charge.first_day, self.today + timedelta(days=amount - 20))
        if not charge.last_day or day <= charge.last_day:
            plan = self._make_plan("Another", timing="arrears", interval_count=1 if which % 2 else 3)
            charge.change_plan(plan.id, str(day))

    def _again_in_story(self, order, which, amount):
        charge = order.order_line._subscription_last()
        day = self.today + timedelta(days=amount - 20)
        if charge.last_day and day > charge.last_day:
            charge.restart(str(day))


def as_rating(price):
    """Return a price as scenarios write it."""
    ladder = [{name: tier[name] for name in ("up_to", "price", "flat") if tier[name]} for tier in price._tiers()]
    if price.model == "stairstep":
        ladder = [{name: tier[name] for name in ("up_to", "flat") if name in tier} for tier in ladder]
    found = {"model": price.model, **({"tiers": ladder} if ladder else {})}
    names = {"flat": ("price", "per"), "package": ("price", "size")}.get(price.model, ())
    return {**found, **{name: price[name] for name in names}}


def local_day(at, zone):
    """Return the local day (date) of an instant."""
    return datetime.fromisoformat(at).astimezone(ZoneInfo(zone)).date()
