from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from ..engine.forecast import INVOICE, period
from ..engine.units import from_units
from .billing_forecast import MONTHS

#: How many months of a difference are shown.
SHOWN = 6


class BillingForecast(models.TransientModel):
    """What an act that is not done yet makes of the receipts to come: shown before it is done."""

    _inherit = "billing.forecast"

    @api.model
    def _effect(self, company, domain, changed):
        """Return which months' receipts an act changes, as a small table; empty where it changes none.

        Of the orders that the user may see, in the currency of the current company, with taxes. Nothing is written.

        :param company: one ``res.company``
        :param list domain: of the orders that the act is about
        :param changed: takes what is expected (``engine.forecast.Expected``), and returns it as the act would leave it
        """
        orders = self._readable_orders(domain)
        if not orders:
            return Markup()
        until = company._billing_today() + relativedelta(months=MONTHS)
        system = self.sudo()
        expected = system._expected(company, self._orders_of(company, orders), until)
        before = self._receipts_by_month(system._flows_of(company, expected))
        after = self._receipts_by_month(system._flows_of(company, map(changed, expected)))
        months = [month for month in {**before, **after} if before.get(month, 0) != after.get(month, 0)]
        return self._effect_table(sorted(months, key=lambda month: (not month, month and month.first)), before, after)

    @api.model
    def _receipts_by_month(self, found):
        """Return what is received in each month: ``{engine.forecast.Period, None for undated: units}``."""
        sums = {}
        for flow in found:
            if flow.kind != INVOICE:
                month = period(flow.day, "month") if flow.day else None
                sums[month] = sums.get(month, 0) + flow.units
        return sums

    @api.model
    def _effect_table(self, months, before, after):
        if not months:
            return Markup()
        env, currency = self.env, self.env.company.currency_id
        head = (env._("Receipts"), env._("Now"), env._("Then"), env._("Difference"))
        rows = []
        for month in months[:SHOWN]:
            name = format_date(env, month.first, date_format="MMMM y") if month else env._("Without a date")
            now, then = before.get(month, 0), after.get(month, 0)
            amounts = (currency.format(from_units(units, currency.rounding)) for units in (now, then, then - now))
            rows.append(self._effect_row("td", (name, *amounts)))
        return Markup('<table class="table table-sm mb-0"><thead>%s</thead><tbody>%s</tbody></table>') % (
            self._effect_row("th", head),
            Markup().join(rows),
        )

    @api.model
    def _effect_row(self, tag, cells):
        name, *amounts = cells
        first = Markup("<{0}>%s</{0}>").format(tag) % name
        others = (Markup('<{0} class="text-end text-nowrap">%s</{0}>').format(tag) % amount for amount in amounts)
        return Markup("<tr>%s%s</tr>") % (first, Markup().join(others))


class BillingHold(models.Model):
    _inherit = "billing.hold"

    effect = fields.Html(
        "Receipts by Month",
        compute="_compute_effect",
        compute_sudo=False,
        sanitize=False,
        help="Which months' receipts it changes, by the cash-flow forecast: with taxes, of orders that you may see.",
    )

    @api.depends("partner_id", "order_id", "date_from", "date_to")
    def _compute_effect(self):
        forecasts = self.env["billing.forecast"]
        for hold in self:
            may = not hold._origin and hold.date_from and forecasts._may_forecast()
            domain = hold._effect_domain() if may else None
            hold.effect = forecasts._effect(hold._effect_company(), domain, hold._held_as_expected) if domain else False

    def _effect_domain(self):
        """Return the domain of the orders that this hold is about; None for none."""
        if self.order_id:
            return [("id", "=", self.order_id._origin.id or self.order_id.id)]
        customer = self.sudo().partner_id.commercial_partner_id.sudo(False)
        return list(self.env["sale.order"]._billing_of_customers(customer)) if customer else None

    def _effect_company(self):
        # Of orders that one holds without seeing them, nothing else is read: the forecast has those that one may see.
        return self.sudo().order_id.company_id.sudo(False) or self.env.company

    def _held_as_expected(self, row):
        """Return what is expected (``engine.forecast.Expected``) as this hold leaves it."""
        if row.is_invoiced or row.certainty == "drafted" or not self._is_about(row):
            return row
        return row._replace(holds=(*row.holds, (self.date_from, self.date_to or None)))

    def _is_about(self, row):
        """Return whether this hold is about something expected, of the orders of ``_effect_domain``."""
        return True
