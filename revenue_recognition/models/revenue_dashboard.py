"""The first screen of whoever answers for revenue: closes, exceptions, balances, forecast."""

from datetime import date

from odoo import api, fields, models
from odoo.tools import SQL

from ..closing.states import AT_WORK, COUNTING
from .revenue_rollforward import EFFECTS

#: Kinds of entries that are neither in contract liability nor in contract asset: their balance, and their sign on it.
OTHERS = (
    ("refund", "refund_liability", 1),
    ("loss", "loss_provision", 1),
    ("contract_cost", "contract_cost", 1),
    ("amortisation", "contract_cost", -1),
)
BALANCES = ("contract_asset", "contract_liability", "refund_liability", "loss_provision", "contract_cost")
#: So many months are forecast.
MONTHS = 12


class RevenueClose(models.Model):
    """The figures of the revenue dashboard; those that take long have methods of their own."""

    _inherit = "revenue.close"

    # === CLOSES, EXCEPTIONS, BALANCES === #

    @api.model
    @api.readonly
    def get_dashboard(self) -> dict:
        """Return where revenue stands in each company chosen: closes, exceptions, balances.

        Subledger to ledger and the forecast are asked for apart: :meth:`get_ledger_status`, :meth:`get_forecast`.

        :return: ``{"today": ISO date, "companies": [{"id", "name", "currency": id, "close": {"closed": last day that a
            posted close covers or false, "next": last day of the period to close, "days": days since that day, below
            zero until it, "open": {"id", "name", "state", "hint"} or false}, "exceptions": {"blocking", "hints",
            "proposed", "drafts"}: numbers, "balances": {"contract_asset", "contract_liability", "refund_liability",
            "loss_provision", "contract_cost"}, "setup": see :meth:`_setup_status`}]}``,
            amounts in the currency of each company, as posted closes left them
        :raises AccessError: for users who are neither revenue accountants, controllers nor auditors
        """
        self._check_may_look()
        self.env.flush_all()
        companies = self.env.companies
        exceptions = self._count_exceptions(companies)
        return {
            "today": self.env.company._revenue_today().isoformat(),
            "companies": [
                {
                    "id": company.id,
                    "name": company.name,
                    "currency": company.currency_id.id,
                    "close": self._close_status(company),
                    "exceptions": exceptions[company.id],
                    "balances": self._sum_balances(company),
                    "setup": self._setup_status(company),
                }
                for company in companies
            ],
        }

    def _check_may_look(self):
        """Refuse users who are of no revenue group.

        :raises AccessError: for others
        """
        self.check_access("read")
        self.env["revenue.contract"]._check_may_simulate()

    def _close_status(self, company):
        """Return what is closed, what is to be closed next, and the close at work."""
        last = self._last_posted(company)
        work = self.search([("company_id", "=", company.id), ("state", "in", AT_WORK)], limit=1)
        today = company._revenue_today()
        due = work.date or self._first_open_end(company)
        opened = {"id": work.id, "name": work.name, "state": work._state_label(), "hint": work.next_step}
        return {
            "closed": last.date.isoformat() if last else False,
            "next": due.isoformat(),
            "days": (today - due).days,
            "open": opened if work else False,
        }

    def _state_label(self):
        return dict(self._fields["state"]._description_selection(self.env)).get(self.state, "")

    def _count_exceptions(self, companies):
        """Return the numbers of what waits for somebody, by company."""
        counts = {one.id: dict.fromkeys(("blocking", "hints", "proposed", "drafts"), 0) for one in companies}
        among = [("company_id", "in", companies.ids)]
        todo = [*among, ("is_todo", "=", True)]
        for company, blocking, count in self.env["revenue.exception"]._read_group(
            todo, ["company_id", "blocking"], ["__count"]
        ):
            counts[company.id]["blocking" if blocking else "hints"] = count
        waiting = {"proposed": ("revenue.modification", "proposed"), "drafts": ("revenue.contract", "draft")}
        for name, (model, state) in waiting.items():
            groups = self.env[model]._read_group([*among, ("state", "=", state)], ["company_id"], ["__count"])
            for company, count in groups:
                counts[company.id][name] = count
        return counts

    def _sum_balances(self, company):
        """Return the balances of contracts by posted closes, from the sums that these posted."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.kind, SUM(p.company_amount)::text
                  FROM revenue_posting p JOIN revenue_close r ON r.id = p.close_id
                 WHERE r.company_id = %s AND r.state IN %s GROUP BY 1
                """,
                company.id,
                COUNTING,
            )
        )
        sums = {kind: float(amount) for kind, amount in rows}
        balances = dict.fromkeys(BALANCES, 0.0)
        for kind, liability, asset, _part in EFFECTS:
            balances["contract_liability"] += liability * sums.get(kind, 0.0)
            balances["contract_asset"] += asset * sums.get(kind, 0.0)
        for kind, name, sign in OTHERS:
            balances[name] += sign * sums.get(kind, 0.0)
        return {name: company.currency_id.round(amount) for name, amount in balances.items()}

    # === DEAR PARTS === #

    @api.model
    def get_ledger_status(self, company: int) -> dict:
        """Return whether subledger and ledger of a company agree on the day of its last posted close.

        :param int company: id of one of the companies chosen
        :return: ``{"date": ISO date, or false where nothing is closed, "difference": amount in the company's currency,
            all accounts together, "accounts": how many differ}``
        :raises AccessError: for users who are neither revenue accountants, controllers nor auditors
        :raises UserError: for another company
        """
        self._check_may_look()
        chosen = self._read_company(company)
        last = self._last_posted(chosen)
        if not last:
            return {"date": False, "difference": 0.0, "accounts": 0}
        differing = [row["difference"] for row in last._compare(chosen, last.date) if row["difference"]]
        difference = chosen.currency_id.round(sum(map(abs, differing)))
        return {"date": last.date.isoformat(), "difference": difference, "accounts": len(differing)}

    @api.model
    @api.readonly
    def get_forecast(self, company: int) -> dict:
        """Return the revenue of a company by month: recognised in the last months, forecast for the next ones.

        :param int company: id of one of the companies chosen
        :return: ``{"months": [ISO first days], "recognised": [amounts], "forecast": [amounts], "after": forecast after
            the last month, "unscheduled": what waits for a fact}``, in the company's currency
        :raises AccessError: for users who are neither revenue accountants, controllers nor auditors
        :raises UserError: for another company
        """
        self._check_may_look()
        chosen = self._read_company(company)
        month = fields.Date.start_of(chosen._revenue_today(), "month")
        first = fields.Date.subtract(month, months=3)
        last = fields.Date.subtract(fields.Date.add(month, months=MONTHS), days=1)
        contracts = self.env["revenue.contract"].with_company(chosen)
        found = contracts.get_waterfall([], first.isoformat(), last.isoformat())
        totals = found["totals"]
        return {
            "months": [date.fromisoformat(f"{name}-01").isoformat() for name in found["months"]],
            "recognised": list(totals["recognised"].values()),
            "forecast": list(totals["forecast"].values()),
            "after": totals["after"],
            "unscheduled": totals["unscheduled"],
        }
