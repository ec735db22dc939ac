"""What the revenue benchmark does in a process of its own; every function takes the registry first."""

import os
import time
from contextlib import contextmanager
from pathlib import Path

from odoo import SUPERUSER_ID, api, fields
from odoo.fields import Command

from benchmarks import views

CLOSE = "2025-09-30"


@contextmanager
def environment(registry, user=SUPERUSER_ID):
    """Yield an environment with nothing cached, as a request or a cron gets it; commit at the end."""
    with registry.cursor() as cr:
        yield api.Environment(cr, user, {})


# === OURS === #


def populate(registry, obligations, size):
    """Set the company up and write its contracts; return the id of the first one."""
    # It needs the addon, which the database of Odoo alone has not.
    from benchmarks import revenue_data

    with environment(registry) as env:
        revenue_data.set_up(env)
        first = revenue_data.populate(env, obligations, size)
    with environment(registry) as env:
        env.cr.execute("ANALYZE")
    return first


def start_close(registry):
    """Make a close that is to be computed in the background."""
    with environment(registry) as env:
        record = env["revenue.close"].create({"date": CLOSE})
        record._lock_row()
        record._start()


def compute(registry):
    """Work at a close as a scheduled action does, until nothing is left to take; return seconds and memory."""
    Path("/proc/self/clear_refs").write_text("5")
    watch = Stopwatch()
    with environment(registry) as env, watch.on(env.cr):
        env["revenue.close"].search([("state", "=", "computing")])._work()
    return {**watch.seconds, "peak_mib": peak_mib()}


def post_close(registry):
    """Approve and post the close that was computed; return the seconds of posting, and what was written."""
    with environment(registry, views.admin(registry)) as env:
        record = env["revenue.close"].sudo().search([("state", "=", "computed")])
        blocked = record.exception_ids.mapped("message")
        assert not blocked, blocked[:5]
        record._approve()
    started = time.perf_counter()
    with environment(registry) as env:
        record = env["revenue.close"].search([("state", "=", "approved")])
        record._post()
        assert record.state == "posted", record.state
    return {"post": time.perf_counter() - started, **outcome(registry)}


def outcome(registry):
    """Count what the last close wrote, and check that it is all in the ledger."""
    with environment(registry) as env:
        record = env["revenue.close"].search([], limit=1)
        env.cr.execute("SELECT COUNT(*), SUM(company_amount) FROM revenue_entry WHERE kind = 'revenue'")
        rows, revenue = env.cr.fetchone()
        items = record.move_ids.line_ids.filtered(lambda one: one.revenue_posting_id.kind == "revenue")
        booked = -sum(items.filtered(lambda one: one.account_id.internal_group == "income").mapped("balance"))
        assert abs(float(revenue) - booked) < 0.005, (revenue, booked)
        return {"rows": record.entry_count, "revenue_rows": rows, "items": len(record.move_ids.line_ids)}


def peak_mib():
    """Return the peak of the resident memory of this process since it was reset."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


class Stopwatch:
    """Adds up the seconds of the parts of a close, from outside."""

    def __init__(self):
        self.seconds = {}

    @contextmanager
    def on(self, cr):
        """Measure while the block runs; ``busy`` is what this process and the database's were at work."""
        from odoo.addons.revenue_recognition.closing import EntryWriter, PostedSums, Targets
        from odoo.addons.revenue_recognition.loading import Loader

        parts = {
            "read": [(Loader, "load"), (PostedSums, "of")],
            "engine": [(Targets, "of")],
            "write": [(EntryWriter, "add"), (EntryWriter, "flush")],
        }
        wrapped = [(owner, name, getattr(owner, name), part) for part, ones in parts.items() for owner, name in ones]
        for owner, name, function, part in wrapped:
            setattr(owner, name, self._measured(function, part))
        started, busy = time.perf_counter(), time.process_time() + database_seconds(cr)
        try:
            yield
        finally:
            self.seconds["compute"] = time.perf_counter() - started
            self.seconds["busy"] = time.process_time() + database_seconds(cr) - busy
            for owner, name, function, _part in wrapped:
                setattr(owner, name, function)

    def _measured(self, function, part):
        seconds, clock = self.seconds, time.perf_counter
        seconds.setdefault(part, 0.0)

        def measured(*arguments):
            started = clock()
            try:
                return function(*arguments)
            finally:
                seconds[part] += clock() - started

        return measured


def database_seconds(cr):
    """Return the seconds for which the database's process of a connection was at work, where this machine tells."""
    cr.execute("SELECT pg_backend_pid()")
    stat = Path(f"/proc/{cr.fetchone()[0]}/stat")
    if not stat.exists():
        return 0.0
    ticks = stat.read_text().rsplit(")", 1)[1].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def profile(registry, path):
    """Compute one close under cProfile; write the statistics to a file."""
    import cProfile

    start_close(registry)
    with environment(registry) as env:
        profiler = cProfile.Profile()
        profiler.runcall(env["revenue.close"].search([("state", "=", "computing")])._work)
        profiler.dump_stats(path)


def position(registry, contract):
    """Return the milliseconds of asking where one contract stands, and how many obligations it has."""
    join_controllers(registry)
    started = time.perf_counter()
    with environment(registry, views.admin(registry)) as env:
        [found] = env["revenue.contract"].get_position([contract], CLOSE)
    milliseconds = (time.perf_counter() - started) * 1000
    return {"ms": milliseconds, "obligations": len(found["obligations"])}


def open_contracts(registry):
    """Return the milliseconds the server takes for the list of contracts, as the web client asks for it."""
    join_controllers(registry)
    return views.open_list(registry, "revenue.contract", [])


def open_waterfall(registry, group_by=None):
    """Return the milliseconds of the waterfall of two years over all contracts, and what it comes to."""
    join_controllers(registry)
    started = time.perf_counter()
    with environment(registry, views.admin(registry)) as env:
        found = env["revenue.contract"].get_waterfall([], "2025-01-01", "2026-12-31", group_by)
    totals = found["totals"]
    return {
        "ms": (time.perf_counter() - started) * 1000,
        "rows": len(found["rows"]),
        "recognised": round(sum(totals["recognised"].values()), 2),
        "forecast": round(sum(totals["forecast"].values()) + totals["after"], 2),
    }


def join_controllers(registry):
    """Let the administrator see revenue; once, for Odoo forgets all it knows of rights whenever a user changes."""
    with environment(registry, views.admin(registry)) as env:
        if not env.user.has_group("revenue_recognition.group_revenue_controller"):
            env.user.group_ids |= env.ref("revenue_recognition.group_revenue_controller")


# === ODOO ALONE === #


def prepare_native(registry):
    """Give the company books, a customer and a product."""
    with environment(registry) as env:
        if not env.company.chart_template:
            env["account.chart.template"].try_loading("generic_coa", env.company, install_demo=False)
        env["res.partner"].create({"name": "Bench Customer"})
        env["product.product"].create(
            {
                "name": "Bench Service",
                "type": "service",
                "invoice_policy": "delivery",
                "service_policy": "delivered_manual",
                "taxes_id": [Command.clear()],
            }
        )


def native_moves(registry, count):
    """Return the seconds of an entry per obligation, made and posted all at once."""
    with environment(registry) as env:
        company = env.company
        journal = env["account.journal"].search([("type", "=", "general"), ("company_id", "=", company.id)], limit=1)
        income = env["account.account"].search([("account_type", "=", "income")], limit=1)
        liability = env["account.account"].search([("account_type", "=", "liability_current")], limit=1)
        started = time.perf_counter()
        moves = env["account.move"].create(
            [
                {
                    "journal_id": journal.id,
                    "date": CLOSE,
                    "line_ids": [
                        Command.create({"account_id": liability.id, "debit": 10.0 + number}),
                        Command.create({"account_id": income.id, "credit": 10.0 + number}),
                    ],
                }
                for number in range(count)
            ]
        )
        moves.action_post()
        env.cr.commit()
        return time.perf_counter() - started


def make_orders(registry, count, lines):
    """Confirm orders that are delivered and not invoiced; return their ids."""
    with environment(registry) as env:
        line = {
            "product_id": env["product.product"].search([("name", "=", "Bench Service")]).id,
            "product_uom_qty": 1.0,
            "price_unit": 100.0,
        }
        customer = env["res.partner"].search([("name", "=", "Bench Customer")])
        orders = env["sale.order"].create(
            [
                {"partner_id": customer.id, "order_line": [Command.create(line) for _line in range(lines)]}
                for _order in range(count)
            ]
        )
        orders.action_confirm()
        orders.date_order = f"{CLOSE} 00:00:00"
        orders.order_line.qty_delivered = 1.0
        return orders.ids


def native_accrual(registry, orders):
    """Return the seconds of Odoo's wizard of accrued orders, and the order lines it accrued."""
    with environment(registry) as env:
        account = env["account.account"].search([("account_type", "=", "asset_current")], limit=1)
        context = {"active_model": "sale.order", "active_ids": orders}
        started = time.perf_counter()
        wizard = env["account.accrued.orders.wizard"].with_context(**context)
        # Before today it sees no quantity that was delivered by hand.
        action = wizard.create({"account_id": account.id, "date": fields.Date.today()}).create_entries()
        env.cr.commit()
        seconds = time.perf_counter() - started
        moves = env["account.move"].search(action["domain"])
        return {"seconds": seconds, "lines": len(moves.line_ids) // 2 - 1}
