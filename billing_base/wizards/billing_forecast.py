from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.addons.record_protection.reading import values
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..engine.forecast import Sums, period
from ..engine.units import from_units

#: How far ahead is looked where nobody says, and at most.
MONTHS, MOST_YEARS = 12, 10
#: Who is shown what is expected of all orders, and of what has none.
ACCOUNTANTS = ("account.group_account_invoice", "account.group_account_readonly")
SELLERS = ("sales_team.group_sale_salesman",)
BY_TIME = ("week", "month")


class BillingForecast(models.TransientModel):
    """What will be invoiced and received when: worked out whenever somebody opens it, and never kept.

    A record is one opening; its rows are those that one user was shown (``billing.forecast.line``).
    """

    _name = "billing.forecast"
    _inherit = ["billing.workbook"]
    _description = "Cash-Flow Forecast"

    _workbook_kind = "forecast"

    line_ids = fields.One2many("billing.forecast.line", "forecast_id", "Rows", help="What is expected.")
    day = fields.Date("Worked Out on", help="The day on which it was worked out.")

    # === OVER THE API === #

    @api.model
    @api.readonly
    def get(
        self,
        domain: list | None = None,
        date_from: str | None = None,
        date_to: str | None = None,
        by: str = "month",
        scenario: int | str | None = None,
        **other,
    ) -> dict:
        """Return what will be invoiced and received, as the screen shows it; nothing is written.

        All amounts have taxes and are in the currency of the current company, at today's rates. Of all companies that
        the call is made in (``allowed_company_ids`` of the context).

        :param list domain: which orders (``sale.order``); all that the caller may read when left out, and then, for who
            invoices or audits, what has no order too
        :param str date_from: ISO date, the first day; today when left out. May be given as ``from``, too
        :param str date_to: ISO date, the last day; a year ahead when left out, at most 10. May be given as ``to``, too
        :param str by: what a row is: ``week`` (ISO), ``month``, ``customer``, or, with milestones, ``project``
        :param scenario: id or exact name of a scenario to suppose; the plan as it is when left out, and of companies
            that it is not for
        :return: ``{"from", "to", "by", "currency", "rows", "undated"}``. A row has ``period`` (such as ``2026-W53``,
            ``2026-12``, or a name), ``from`` and ``to`` (ISO dates of a week or month), or ``id`` (of a customer or
            project, 0 for none), ``invoices``, ``receipts``, ``overdue`` (what of the receipts is overdue),
            ``weighted`` (the receipts, each by how sure it is) and ``currency``; rows without anything are left out.
            ``undated`` has the same amounts of what nobody can say the day of, and ``items``: ``model``, ``id``,
            ``name``, ``order`` (id or 0), ``amount`` and ``certainty``
        :raises AccessError: for who neither sells, bills nor audits
        :raises UserError: when an argument cannot be read, naming it
        """
        self._check_may_forecast()
        orders, start, end, by = self._read_question(domain, date_from, date_to, by, other)
        supposed = self.env["billing.forecast.scenario"]._read_scenario(scenario)
        found = []
        for company in self.env.companies:
            found += self.sudo()._flows(company, self._orders_of(company, orders), end, supposed.sudo())
        currency = self.env.company.currency_id
        return {
            "from": str(start),
            "to": str(end),
            "by": by,
            "currency": currency.name,
            "rows": self._rows([flow for flow in found if flow.day and start <= flow.day <= end], by),
            "undated": self._undated([flow for flow in found if not flow.day]),
        }

    @api.model
    def _check_may_forecast(self):
        """Refuse who has no business with what is expected.

        :raises AccessError: for them
        """
        if not self._may_forecast():
            raise AccessError(
                self.env._(
                    "The cash-flow forecast is for who sells, bills or audits. Ask a sales manager for the role."
                )
            )

    @api.model
    def _may_forecast(self):
        return self.env.su or any(self.env.user.has_group(group) for group in self._forecast_groups())

    @api.model
    def _forecast_groups(self):
        """Return the groups of those who may see a forecast, each of the orders that he may read."""
        return (*ACCOUNTANTS, *SELLERS)

    @api.model
    def _sees_everything(self):
        return self.env.su or any(self.env.user.has_group(group) for group in ACCOUNTANTS)

    @api.model
    def _read_question(self, domain, start, end, by, other):
        """Return the arguments of ``get`` as (ids of orders or None, date, date, text).

        :raises UserError: naming the argument that cannot be read
        """
        given = {"from": start, "to": end}
        for name, value in other.items():
            if name not in given:
                raise UserError(self.env._("There is no argument “%s”: give domain, from, to, by or scenario.", name))
            given[name] = value
        today = self.env.company._billing_today()
        start = read_argument(self.env, "from", values.day, given["from"]) if given["from"] else today
        ahead = max(start, today) + relativedelta(months=MONTHS)
        end = read_argument(self.env, "to", values.day, given["to"]) if given["to"] else ahead
        if end < start:
            raise UserError(self.env._("to: %(end)s is before %(start)s.", end=end, start=start))
        if end > today + relativedelta(years=MOST_YEARS):
            raise UserError(self.env._("to: %(end)s is more than %(most)s years ahead.", end=end, most=MOST_YEARS))
        by = read_argument(self.env, "by", values.choice, by or "month", self._groupings())
        return self._readable_orders(domain), start, end, by

    @api.model
    def _groupings(self):
        """Return what a row of ``get`` may be."""
        return [*BY_TIME, "customer"]

    @api.model
    def _readable_orders(self, domain=None):
        """Return the ids of the orders that the user may see the forecast of; None for all, and what has no order.

        :param list domain: of ``sale.order``
        :raises UserError: where it is none
        """
        if not domain and self._sees_everything():
            return None
        try:
            domain = Domain(domain or Domain.TRUE)
            return set(self.env["sale.order"].search(domain & Domain("state", "=", "sale")).ids)
        except (ValueError, TypeError) as error:
            raise UserError(self.env._("domain: %s", error)) from error

    @api.model
    def _orders_of(self, company, orders):
        """Return which of some orders (ids, None for all) a company has."""
        if orders is None:
            return None
        return set(
            self.env["sale.order"].sudo().search([("id", "in", list(orders)), ("company_id", "=", company.id)]).ids
        )

    @api.model
    def _rows(self, found, by):
        """Return rows of ``get`` of dated flows, in the order of their days or names."""
        sums, periods = {}, {}
        for flow in found:
            if by in BY_TIME:
                if flow.day not in periods:
                    periods[flow.day] = period(flow.day, by)
                key = periods[flow.day]
            else:
                key = getattr(flow.plan.expected, by)
            sums.setdefault(key, Sums()).add(flow)
        if by in BY_TIME:
            return [
                {"period": key.name, "from": str(key.first), "to": str(key.last), **self._amounts(sums[key])}
                for key in sorted(sums)
            ]
        names = self._grouping_names(by, [key for key in sums if key])
        rows = [{"period": names.get(key, ""), "id": key, **self._amounts(one)} for key, one in sums.items()]
        return sorted(rows, key=lambda row: (not row["id"], row["period"], row["id"]))

    @api.model
    def _grouping_names(self, by, ids):
        """Return the names of customers or projects that the user is shown: ``{id: name}``."""
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        return {partner.id: partner.name or "" for partner in partners.browse(ids)}

    @api.model
    def _amounts(self, sums):
        """Return sums (``engine.forecast.Sums``) as amounts of the current company's currency."""
        currency = self.env.company.currency_id
        named = {name: from_units(getattr(sums, name), currency.rounding) for name in Sums.__dataclass_fields__}
        return {**named, "currency": currency.name}

    @api.model
    def _undated(self, found):
        """Return what ``get`` says of flows without a day."""
        sums, unit = Sums(), self.env.company.currency_id.rounding
        for flow in found:
            sums.add(flow)
        items = [
            {
                "model": flow.plan.expected.model,
                "id": flow.plan.expected.record,
                "name": flow.plan.expected.name,
                "order": flow.plan.expected.order,
                "amount": from_units(flow.units, unit),
                "certainty": flow.plan.certainty,
            }
            for flow in found
            if flow.kind == "invoice"
        ]
        return {**self._amounts(sums), "items": items}

    # === ON SCREEN === #

    @api.model
    def action_open(self):
        """Work the forecast out and open it: a graph by month, a pivot and a list.

        :return: a window action
        :raises AccessError: for who neither sells, bills nor audits
        """
        return self._open(self.env["billing.forecast.scenario"])

    @api.model
    def _open(self, scenarios, orders=None, name=None):
        """Work out the plan as it is beside scenarios and open both.

        :param scenarios: ``billing.forecast.scenario``; none for the plan alone
        :param orders: ``sale.order`` that it is about; all that the user may see when left out
        """
        self._check_may_forecast()
        opening = self.create({"day": self.env.company._billing_today()})
        known = self._readable_orders() if orders is None else set(orders.ids)
        opening._fill(known, scenarios)
        action = self.env["ir.actions.act_window"]._for_xml_id("billing_base.action_billing_forecast_line")
        context = {"forecast_id": opening.id, "search_default_dated": 1}
        if scenarios:
            context["graph_groupbys"] = ["day:month", "scenario_name"]
            context["search_default_receipts"] = 1
        return dict(
            action, domain=[("forecast_id", "=", opening.id)], context=context, **({"name": name} if name else {})
        )

    def _fill(self, orders, scenarios):
        """Fill this opening with what is expected, as planned and by scenarios.

        :param orders: ids of ``sale.order``; None for all, and what has no order
        """
        self.ensure_one()
        system, rows = self.sudo(), []
        until = self.day + relativedelta(months=MONTHS)
        for company in self.env.companies:
            expected = system._expected(company, self._orders_of(company, orders), until)
            for scenario in (scenarios.browse(), *scenarios.sudo()):
                rows += [(company.id, scenario, flow) for flow in system._flows_of(company, expected, scenario)]
        self.env["billing.forecast.line"].sudo()._store(self, rows)

    # === WORKBOOK === #

    def _check_workbook(self):
        self.check_access("read")
        self._check_may_forecast()

    def _workbook(self):
        return self.line_ids._workbook()

    def _workbook_name(self):
        return f"cash_flow_forecast_{self.day or date.today()}.xlsx"
