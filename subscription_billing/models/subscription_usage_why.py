from dataclasses import replace

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import from_units, to_units
from odoo.exceptions import AccessError, UserError

from ..engine.bill import bills, rounded
from ..engine.cadence import Part
from ..engine.estimating import FAR
from ..engine.explaining import explain
from ..engine.metering import Meter
from ..engine.prices import prices
from ..engine.spans import by_row

#: The most records in a file for the customer.
MOST_ROWS = 200_000
#: The most that is rated apart and told, of a price that rates each record by itself.
MOST_TOLD = 500


class SubscriptionCharge(models.Model):
    """Why usage of a period comes to its amount: as it was known when a line billed it, or as it is known now."""

    _inherit = "subscription.charge"

    def _explain(self, part, cut, moment=None):
        """Return what usage of a period was known after a batch, and what it comes to.

        :param part: the period (``engine.cadence.Part``)
        :param int cut: the number of the last batch that counts
        :param moment: datetime in UTC: by the prices that were in force then; left out for now
        :return: ``(engine.bill.Rounded, list of engine.explaining.Explained)``
        """
        self.ensure_one()
        terms, known = self._terms()
        how = self.price_book_id.meter_id.aggregation
        told = self.price_book_id._usage_terms(self.price_book_id._in_force(moment)) | {"aggregation": how}
        terms, zone = replace(terms, **told), self._zone()
        # What is estimated is so by the periods before.
        start = max(terms.first, terms.calendar.start(part.number - FAR)) if terms.estimates else part.start
        rows = self.metering_point_id._rows_after(terms, zone, start, part.to, cut)
        if how == "count" and not by_row(terms):
            terms = replace(terms, aggregation="sum")
        known = replace(known, rows=tuple(rows))
        [bill] = bills(terms, known, [part], zone, self._scale())
        return rounded(bill), explain(terms, part, prices(terms, known, part.to), Meter(known.rows, zone))

    def _usage_table(self, part, cut):
        """Return what was used in a period as a table: its head, and its rows in their order.

        :param part: ``engine.cadence.Part``
        :param int cut: the number of the last batch that counts
        """
        self.ensure_one()
        env, zone, point = self.env, self._zone(), self.metering_point_id
        head = [env._("Day"), env._("Used"), env._("Quantity"), env._("Unit"), env._("Dimension"), env._("Record")]
        unit, tz = self.price_book_id.meter_id.unit or "", timezone(self.tz)
        days = self._days_node(part, cut)
        counted = sum(day["records"] for day in days)
        found = point._records_after(zone, part.start, part.to, cut) if counted <= MOST_ROWS else []
        if len(found) != counted:
            # Too many for a file, or in the archive: their days say what they came to.
            rows = [[day["day"], "", plain(day["quantity"]), unit, guarded(day["dimension"]), ""] for day in days]
            return head, rows
        rows = []
        for _id, at, quantity, key, _batch, dimension in found:
            moment = utc.localize(at).astimezone(tz)
            used = moment.isoformat(timespec="seconds")
            rows.append([str(moment.date()), used, plain(quantity), unit, guarded(dimension), guarded(key)])
        return head, rows

    def _part_of_days(self, number, start, to):
        """Return a period of this charge as a line billed it (``engine.cadence.Part``).

        :param int number: of the period
        :param start: the first day (date)
        :param to: the last day (date)
        """
        cadence = self._cadence()
        whole = cadence.start(number), cadence.start(number + 1)
        return Part(number, start.toordinal(), to.toordinal() + 1, *whole)

    def _explained_node(self, one, env):
        """Return what is rated together by one price as plain values.

        :param one: ``engine.explaining.Explained``
        """
        price = self.price_book_id._price_of(one.rating, one.start)
        by_day = self.price_book_id.group_by == "day"
        return {
            "of": self._iso(one.of) if isinstance(one.of, int) and by_day else one.of or "",
            "from": self._iso(one.start),
            "to": self._iso(one.to - 1),
            "price": price._tell(env) if price else "",
            "quantity": float(one.quantity),
            "free": float(one.free),
            "cost": float(one.cost),
            "tiers": [
                {name: float(getattr(step, name)) for name in ("quantity", "price", "per", "flat", "amount")}
                for step in one.steps
            ],
        }

    def _days_node(self, part, cut):
        """Return what the days of a period came to after a batch, as plain values."""
        place = {"sum": 2, "count": 3, "max": 4}.get(self.price_book_id.meter_id.aggregation, 5)
        return [
            {
                "day": str(row[0]),
                "dimension": row[1] or "",
                "quantity": float(row[place]),
                "records": int(row[3]),
            }
            for row in self.metering_point_id._days_after(self._zone(), part.start, part.to, cut)
        ]


class AccountMoveLine(models.Model):
    """An invoice line of usage is explained down to the records of its metering point."""

    _inherit = "account.move.line"

    subscription_has_usage = fields.Boolean(
        compute="_compute_subscription_has_usage", help="Whether it bills usage, and can be explained by it."
    )

    @api.depends("subscription_charge_id", "subscription_watermark", "subscription_pays_id")
    def _compute_subscription_has_usage(self):
        for line in self:
            of_usage = line.sudo().subscription_charge_id.kind == "usage"
            line.subscription_has_usage = bool(of_usage and line.subscription_from and not line.subscription_pays_id)

    @api.readonly
    def explain_usage(self) -> dict:
        """Return why this invoice line of usage comes to its amount: as usage and prices were when it was made.

        :return: ``{"charge_id", "currency", "unit", "from", "to", "watermark", "quantity", "parts", "overage",
            "true_up", "total", "billed_before", "amount", "other", "days"}``: ``parts`` are what is rated together, by
            price: ``of`` (a day, a record's key, a dimension or nothing), ``from``, ``to``, ``price`` in words,
            ``quantity``, ``free``, ``cost`` and ``tiers`` (``quantity``, ``price``, ``per``, ``flat``, ``amount``);
            ``total`` is what the period came to, ``billed_before`` what earlier lines billed of it, ``other`` what of
            the amount follows from neither; ``days`` has ``day``, ``dimension``, ``quantity`` and ``records``
        :raises AccessError: for customers, and for who may not read it
        :raises UserError: when it bills no usage
        """
        self.ensure_one()
        if not self.env.su and not self.env.user._is_internal():
            raise AccessError(self.env._("Usage is explained to internal users; customers find it on their invoice."))
        self.check_access("read")
        return self._usage_explained()

    def _usage_explained(self):
        """Return what ``explain_usage`` says, without asking for rights."""
        line = self.sudo()
        if not line.subscription_has_usage:
            raise UserError(self.env._("%s bills no usage.", self.display_name))
        charge, unit = line.subscription_charge_id, line.subscription_charge_id.currency_id.rounding
        part = charge._part_of_days(line.subscription_period, line.subscription_from, line.subscription_to)
        bill, told = charge._explain(part, line.subscription_watermark, line.create_date)
        amount = to_units(line._subscription_amount(), unit)
        before = sum(to_units(row._subscription_amount(), unit) for row in line._billed_before())
        return {
            "charge_id": charge.id,
            "currency": charge.currency_id.name,
            "unit": charge.price_book_id.meter_id.unit or "",
            "from": str(line.subscription_from),
            "to": str(line.subscription_to),
            "watermark": line.subscription_watermark,
            "quantity": float(sum(segment.quantity for segment in bill.segments)),
            "estimated": bill.estimated,
            "parts": [charge._explained_node(one, self.env) for one in told[:MOST_TOLD]],
            "more_parts": max(0, len(told) - MOST_TOLD),
            "overage": from_units(bill.overage, unit),
            "true_up": from_units(bill.true_up, unit),
            "total": from_units(bill.total, unit),
            "billed_before": from_units(before, unit),
            "amount": from_units(amount, unit),
            "other": from_units(amount - bill.total + before, unit),
            "days": charge._days_node(part, line.subscription_watermark),
        }

    def _billed_before(self):
        """Return the lines that billed the same period before this one."""
        return self.search(
            [
                ("subscription_charge_id", "=", self.subscription_charge_id.id),
                ("subscription_period", "=", self.subscription_period),
                ("subscription_pays_id", "=", False),
                ("parent_state", "!=", "cancel"),
                ("id", "<", self.id),
            ]
        )

    def _usage_table(self):
        """Return what this line of usage is made of as a table: its head, and its rows in their order.

        A row is a record; where they are more than anybody opens, the sum of a day.
        """
        line = self.sudo()
        charge = line.subscription_charge_id
        part = charge._part_of_days(line.subscription_period, line.subscription_from, line.subscription_to)
        return charge._usage_table(part, line.subscription_watermark)

    def _usage_url(self):
        """Return where what this line is made of is downloaded."""
        return f"/my/invoices/{self.move_id.id}/usage/{self.id}.csv"

    def action_explain_usage(self):
        """Open why this line of usage comes to its amount.

        :return: a window action
        :raises AccessError: for who may not read it
        """
        self.ensure_one()
        self.check_access("read")
        made = self.env["subscription.usage.why"].create({"line_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why This Amount"),
            "res_model": made._name,
            "res_id": made.id,
            "views": [(False, "form")],
            "target": "new",
        }


def plain(number):
    """Return a number as a file has it: all its decimals, none that are not there."""
    text = f"{number:.9f}"
    return text.rstrip("0").rstrip(".")


def guarded(text):
    """Return a text of a sender so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text and text[0] in "=+-@\t\r" else text or ""
