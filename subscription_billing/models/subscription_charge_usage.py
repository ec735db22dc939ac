from dataclasses import replace
from datetime import date

from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import from_units
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column, table_exists

from ..engine.bill import bills, rounded
from ..engine.cadence import FOREVER
from ..engine.events import History
from ..engine.life import due_parts, end_of, parts
from ..engine.spans import by_row
from ..engine.standing import due_on, open_parts
from ..engine.terms import Usage
from ..engine.zone import Zone
from .subscription_charge_terms import exact
from .subscription_plan import KINDS, OF_USAGE

#: What terms of every kind have: those of usage are made of them.
SHARED = ("key", "place", "calendar", "first", "end", "proration", "term", "terms_from", "renews")


class SubscriptionCharge(models.Model):
    """A charge of usage: what its metering point measured on its days, at the prices of those days.

    Rows belong to the metering point, never to the charge: of a day they are billed by the charge that has the day.
    """

    _inherit = "subscription.charge"

    kind = fields.Selection(
        KINDS, "What Is Charged", required=True, default="recurring", readonly=True, help="What a period is billed by."
    )
    price_book_id = fields.Many2one(
        "subscription.price.book",
        "Usage Price",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="What is measured, and what it costs on each day.",
    )
    metering_point_id = fields.Many2one(
        "subscription.metering.point",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Whose usage it charges.",
    )
    grace_days = fields.Integer(
        "Grace (Days)", readonly=True, help="How many days after the end of a period its usage is billed."
    )
    open_from = fields.Date(
        readonly=True, help="The first day of usage that was not due yet when it was last worked out what is due."
    )

    used_quantity = fields.Float(
        compute="_compute_used", min_display_digits=0, help="What was used in the period of today, as known by now."
    )
    used_amount = fields.Monetary(
        compute="_compute_used", help="What that comes to by now, as it would be billed if nothing more were used."
    )

    def _compute_used(self):
        for charge in self:
            bill = charge.sudo()._used_so_far()
            charge.used_quantity = float(sum(segment.quantity for segment in bill.segments)) if bill else 0.0
            charge.used_amount = from_units(bill.total, charge.currency_id.rounding) if bill else 0.0

    def _used_so_far(self):
        """Return what the period of today comes to by what is known now (``engine.bill.Rounded``), None without one.

        :return: of usage alone
        """
        return self._used_in(self._now())

    def _used_in(self, day):
        """Return what the period of a day, today at the latest, comes to, as of ``_used_so_far``.

        :param day: date
        """
        return next((self._used_in_part(part) for part in self._parts_of([day])), None)

    def _parts_of(self, days):
        """Return the periods of days, today at the latest, in which usage is charged, each once.

        :param days: dates
        :return: list of ``engine.cadence.Part``
        """
        if self.kind != "usage" or self.state != "running" or not self.version_ids:
            return []
        terms, known = self._agreed_terms()
        end = end_of(terms, known)
        ordinals = [day.toordinal() for day in days]
        found = [(next(parts(terms, end, day), None), day) for day in ordinals]
        return list(dict.fromkeys(part for part, day in found if part and part.start <= day))

    def _used_in_part(self, part):
        """Return what a period comes to by what is known now (``engine.bill.Rounded``).

        :param part: one of ``_parts_of``
        """
        # Something of it is known, or to come, so that nothing of it is estimated by periods before.
        terms, known = self._with_rows(*self._agreed_terms(), part)
        return rounded(bills(terms, known, [part], self._zone(), self._scale())[0])

    usage_seen = fields.Integer(
        "Last Batch Seen", readonly=True, help="The last batch of usage that was known when that was worked out."
    )

    def _auto_init(self):
        # OVERRIDE: what ran before charges a price: it need not be worked out anew.
        if table_exists(self.env.cr, self._table) and not column_exists(self.env.cr, self._table, "kind"):
            create_column(self.env.cr, self._table, "kind", "varchar")
            create_column(self.env.cr, self._table, "open_from", "date")
            self.env.cr.execute("UPDATE subscription_charge SET kind = 'recurring'")
        return super()._auto_init()

    @api.model_create_multi
    def create(self, vals_list):
        charges = super().create(vals_list)
        for charge in charges.filtered(lambda row: row.kind == "usage"):
            charge.line_id._check_subscription_price_book()
            charge.metering_point_id = charge.metering_point_id or charge.line_id._subscription_metering_point(charge)
            # Days of one metering point are the same for all who charge it.
            charge.tz = charge.metering_point_id.tz
            charge._check_point_free()
        return charges

    def _check_point_free(self):
        """Refuse that two subscriptions charge the usage of one day.

        :raises UserError: naming both
        """
        charging = self.filtered(lambda row: row.metering_point_id and row.state == "running")
        charging.metering_point_id._lock()
        for charge in charging:
            others = self.search([("metering_point_id", "=", charge.metering_point_id.id), ("state", "=", "running")])
            for other in others - charge:
                first = max(charge.first_day, other.first_day)
                last = min(charge.last_day or date.max, other.last_day or date.max)
                if first <= last:
                    raise UserError(
                        self.env._(
                            "%(name)s: usage of %(point)s is charged by %(other)s already from %(day)s on. End that "
                            "one first, or say in “Metered As” whose usage it is.",
                            name=charge.display_name,
                            point=charge.metering_point_id.display_name,
                            other=other.display_name,
                            day=first,
                        )
                    )

    def _record(self, kind, day, note="", **values):
        # OVERRIDE: what is priced by usage has no price of its own; what was promised or prepaid stays as it is.
        self._check_kind_may(kind, values)
        version = super()._record(kind, day, note, **values)
        if kind == "end":
            self._check_point_free()
        return version

    def _check_kind_may(self, kind, values):
        """Refuse changes that a charge of this kind does not know.

        :raises UserError: saying what to do instead
        """
        same_price = kind == "price" and values["price_unit"] == self._agreed().price_unit
        if self.kind == "recurring" or kind == "end" or (self.kind == "usage" and same_price):
            return
        said = {
            "usage": self.env._("%s is charged by its usage price: another price is entered there, from its day on."),
            "commitment": self.env._("%s was promised: what it comes to stays. End it, and sell another one."),
            "prepaid": self.env._("%s is bought at its price: end it, and sell another one."),
        }
        raise UserError(said[self.kind] % self.display_name)

    def _follow_line(self, names=("price_unit", "discount", "quantity")):
        # OVERRIDE: how much is expected of usage changes nothing of what is charged.
        if self.kind == "usage":
            names = tuple(name for name in names if name != "quantity")
        return super()._follow_line(names)

    def _change_plan(self, plan, day, said, note):
        self._check_goes_on_as_it_is()
        return super()._change_plan(plan, day, said, note)

    def _values_of_transfer(self, partner, day):
        # OVERRIDE: whoever pays it, the same is measured at the same prices.
        self._check_goes_on_as_it_is()
        values = super()._values_of_transfer(partner, day)
        [(_create, _id, line)] = values["order_line"]
        line.update(
            subscription_kind=self.kind,
            subscription_price_book_id=self.price_book_id.id,
            subscription_metered_as=self.metering_point_id.name,
            subscription_expected=self.line_id.subscription_expected,
        )
        return values

    def _check_goes_on_as_it_is(self):
        """Refuse another plan or customer of what is charged in full for each period.

        :raises UserError: saying what to do instead
        """
        if self.kind in ("commitment", "prepaid"):
            raise UserError(
                self.env._(
                    "%s is charged in full for each of its periods: end it, and sell another one.", self.display_name
                )
            )

    def _portal_may_change(self):
        # OVERRIDE: how much is used is not ordered.
        return self.kind == "recurring" and super()._portal_may_change()

    def _values_going_on(self, line, plan, first, agreed):
        # OVERRIDE: the same is measured, at the same prices, whoever pays it.
        values = super()._values_going_on(line, plan, first, agreed)
        names = ("kind", "price_book_id", "metering_point_id", "funds")
        return {**values, **{name: self._fields[name].convert_to_write(self[name], self) for name in names}}

    def _pause_from(self, day, last, note):
        # OVERRIDE: what is used in a pause is used.
        if self.kind != "recurring":
            raise UserError(self.env._("%s is charged by usage: it has no pauses, only an end.", self.display_name))
        return super()._pause_from(day, last, note)

    def _has_uplift(self):
        # OVERRIDE: usage has no price of its own that rises, and what was promised or prepaid stays.
        return self.kind == "recurring" and super()._has_uplift()

    def _movements(self, until):
        # OVERRIDE: what is used is no recurring revenue before it is used.
        return super()._movements(until) if self.kind == "recurring" else []

    def _units_of_term(self):
        # OVERRIDE: nobody knows what will be used, and funds are bought as long as they are wanted.
        if self.kind != "recurring":
            return None
        return super()._units_of_term()

    def _units_of_period(self):
        # OVERRIDE: what is used, or missing, is known once it is.
        return 0 if self.kind in OF_USAGE else super()._units_of_period()

    # === FOR THE ENGINE === #

    def _zone(self):
        return super()._zone() if self.kind == "recurring" else Zone(self.tz)

    def _terms(self):
        # OVERRIDE: rows of usage are those of its metering point.
        terms, known = super()._terms()
        return self._with_rows(terms, known) if self.kind == "usage" else (terms, known)

    def _agreed_terms(self):
        # OVERRIDE: prices of usage are those of its price book.
        terms, known = super()._agreed_terms()
        if self.kind != "usage":
            return terms, known
        shared = {name: getattr(terms, name) for name in SHARED}
        usage = Usage(
            kind="usage",
            in_advance=False,
            grace=self.grace_days,
            discounts=self._discounts(),
            **self._estimating(),
            **shared,
            **self.price_book_id._usage_terms(),
        )
        return usage, History(renewals=known.renewals)

    def _with_rows(self, usage, known, part=None):
        """Return terms and history with the rows of the metering point, as the engine takes them together.

        :param usage: ``engine.terms.Usage``, as the meter counts
        :param known: what happened (``engine.events.History``)
        :param part: the only period that is rated (``engine.cadence.Part``); None: all are
        """
        rows = self.metering_point_id._rows_for(usage, known, self._zone(), part=part)
        if usage.aggregation == "count" and not by_row(usage):
            # Numbers of rows of days are added up.
            usage = replace(usage, aggregation="sum")
        return usage, replace(known, rows=rows)

    def _terms_changed(self, changes):
        # OVERRIDE: of usage, a discount and an end are changed, and the rows are those until then.
        if self.kind != "usage":
            return super()._terms_changed(changes)
        terms, known = self._agreed_terms()
        discounts = list(terms.discounts)
        for name, day, says in changes:
            if name == "end":
                terms = replace(terms, end=day.toordinal() + 1 if day else FOREVER)
            elif "discount" in says:
                discounts.append((day.toordinal(), exact(says["discount"])))
        terms = replace(terms, discounts=tuple(sorted(discounts, key=lambda one: one[0])))
        return self._with_rows(terms, known)

    def _discounts(self):
        """Return what comes off what a period comes to, and since when: pairs of an ordinal day and percent."""
        rows = self.version_ids.filtered(lambda row: row.kind in ("agreed", "price"))
        rows = rows.sorted(lambda row: (row.day, row._origin.id or 0))
        return tuple((row.day.toordinal(), exact(row.discount)) for row in rows)

    def _estimating(self):
        """Return how usage is estimated of which no row is known (arguments of ``engine.terms.Usage``)."""
        estimates = self.price_book_id.meter_id._estimates()
        return {
            "estimates": estimates,
            "estimated_until": self._reached(self.company_id._billing_today()).toordinal() + 1,
        }

    # === WHAT IS DUE === #

    def _reached(self, day):
        # OVERRIDE: a period of usage is over with the customer's last day of it, which may be a day of the company ago.
        if self.kind not in OF_USAGE or day > self.company_id._billing_today():
            return super()._reached(day)
        return min(day, self._now())

    @api.depends("metering_point_id", "price_book_id")
    def _compute_next_due(self):
        # OVERRIDE: what looks at usage follows it.
        result = super()._compute_next_due()
        lines = self.filtered(lambda row: row.kind == "usage").order_id.order_line
        looking = lines._subscription_running().filtered(lambda row: row.kind == "commitment") - self
        self.env.add_to_compute(self._fields["next_due"], looking)
        return result

    def _find_next_due(self, stands):
        # OVERRIDE: on the day of a period of usage it is asked whether there was any.
        if self.kind not in OF_USAGE or not self.version_ids:
            return super()._find_next_due(stands)
        # Before anything is read: what comes meanwhile is found later.
        self.usage_seen = self.env["subscription.usage.batch"]._last_known(self.company_id)
        terms, known = self._terms()
        today = self._reached(self.company_id._billing_today()).toordinal()
        opened = open_parts(terms, known, stands, today, self._zone(), self._scale())
        coming = self._part_to_come(terms, known, today)
        self.open_from = date.fromordinal(coming.start) if coming else False
        # Differences to what stands on invoices wait for the day of the next period, where one is to come.
        waiting = coming and not self._was_due(today)
        days = [one.since for one in opened if not (waiting and one.stands)]
        if coming:
            days.append(due_on(terms, coming))
        return date.fromordinal(min(days)) if days else False

    def _was_due(self, day):
        """Return whether something was to be billed by an ordinal day, as it was worked out last."""
        before = self._origin.next_due
        return bool(before) and before.toordinal() <= day

    @api.model
    def _part_to_come(self, terms, known, day):
        """Return the first period (``engine.cadence.Part``) that is not due by a day yet, None where all are."""
        end = end_of(terms, known)
        due = due_parts(terms, end, day)
        since = due[-1].to if due else None
        return next((part for part in parts(terms, end, since) if due_on(terms, part) > day), None)

    def _bills_after(self, day):
        # OVERRIDE: usage is to be expected while it runs, unless its last period came to nothing.
        if self.kind not in OF_USAGE:
            return super()._bills_after(day)
        terms, known = self._terms()
        reached = self._reached(day).toordinal()
        if self._part_to_come(terms, known, reached) is None:
            return False
        last = due_parts(terms, end_of(terms, known), reached)[-1:]
        return all(rounded(bill).total > 0 for bill in bills(terms, known, last, self._zone(), self._scale()))

    @api.model
    def _follow_usage(self, days):
        """Work out anew what is due of charges some usage of which came late.

        :param dict days: of each metering point (id) the first local day (date) of which rows came
        """
        charges = self.sudo().search([("metering_point_id", "in", list(days)), ("state", "=", "running")])
        late = charges.filtered(lambda row: not row.open_from or days[row.metering_point_id.id] < row.open_from)
        # One that fails is tried again with the day: the usage of all others is stored.
        late._safely_by_order("_work_out_due", gives_way=False)

    def _work_out_due(self):
        """Work out anew what is due of these charges, and of those of their orders that look at them."""
        looking = self.order_id.order_line._subscription_running().filtered(lambda row: row.kind == "commitment")
        charges = self | looking
        self.env.add_to_compute(self._fields["next_due"], charges)
        lines = charges.line_id
        for name in ("qty_to_invoice", "invoice_status"):
            self.env.add_to_compute(lines._fields[name], lines)
        lines.modified(["qty_to_invoice"])
        charges._wake_if_due()

    @api.model
    def _refresh_lines(self, company):
        # OVERRIDE: periods without usage are over, too.
        today = company._billing_today()
        due = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "running"),
                ("kind", "in", OF_USAGE),
                ("next_due", "<=", today),
            ]
        )
        due = due.filtered(lambda charge: charge.next_due <= charge._reached(today))
        due._safely_by_order("_look_again")
        self._find_unseen(company)._safely_by_order("_work_out_due")
        return super()._refresh_lines(company)

    def _look_again(self):
        self.env.add_to_compute(self._fields["next_due"], self)

    @api.model
    def _find_unseen(self, company):
        """Return the charges of a company of which late usage was stored while they were worked out by others."""
        self.flush_model()
        query = SQL(
            """
            SELECT DISTINCT charge.id
              FROM subscription_charge charge
              JOIN subscription_usage_day usage
                ON usage.point_id = charge.metering_point_id AND usage.batch_id > COALESCE(charge.usage_seen, 0)
               AND usage.day >= charge.first_day AND usage.day < COALESCE(charge.open_from, 'infinity')
             WHERE charge.company_id = %s AND charge.state = 'running' AND charge.kind = 'usage'
            """,
            company.id,
        )
        return self.browse(charge for [charge] in self.env.execute_query(query))
