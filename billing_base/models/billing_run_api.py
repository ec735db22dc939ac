from uuid import uuid4

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.addons.record_protection.reading import values
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain

from .billing_run_automatic import AUTOMATIC
from .billing_run_invoice import MADE

MOST_CUSTOMERS = 10_000
#: The beginnings of the keys of what people begin, on the screen and without a key of their own.
SCREEN, BY_HAND = "screen/", "by-hand/"


class BillingRun(models.Model):
    """Runs as other systems and the screen begin and follow them. All amounts are in the currency that is named."""

    _inherit = "billing.run"

    @api.model
    def preview(self, day: str, customers: list | None = None) -> dict:
        """Return what a run on a day would bill, and what not and why; nothing is written.

        The company is the current one (``allowed_company_ids`` of the context, the user's own without).

        :param str day: ISO date; what was due by then, by the customers' rules, is billed
        :param list customers: ids or exact names of customers; all when left out
        :return: ``{"day", "company", "invoices", "totals"}``: each invoice with ``customer`` and ``orders``
            (``{"id", "name"}``), ``currency`` (ISO code), ``untaxed``, ``total``, ``state`` (``to_bill`` or
            ``blocked``), ``reason``, ``remedy``, ``own_invoice_for`` (what splits it off), ``date`` (ISO),
            ``then`` (``draft``, ``post`` or ``send``: what becomes of the invoice) and ``lines``: ``order``,
            ``line`` (ids), ``key``, ``text``, ``amount`` (untaxed), ``due_since`` (ISO date, False for a down payment
            that comes off). ``totals`` has ``untaxed`` and
            ``total`` of what is to bill, by currency.
        :raises AccessError: for who neither invoices nor manages sales
        :raises UserError: when an argument cannot be read, naming it
        """
        self._check_may_bill()
        day, customers = self._read_day(day), self._read_customers(customers)
        company, Row = self.env.company, self.env["billing.run.invoice"]
        drafts = self.sudo()._drafts(company, day, customers)
        # The same records as of a run, made in memory: what they say is told by the same methods.
        rows = [Row.sudo().new(Row._values(draft, day)) for draft in drafts]
        invoices = [row._answer() for row in rows]
        to_bill = Row.sudo().concat(*(row for row in rows if row.state == "to_bill"))
        company_answer = {"id": company.id, "name": company.name}
        return {"day": str(day), "company": company_answer, "invoices": invoices, "totals": to_bill._answer_totals()}

    @api.model
    def start(self, day: str, customers: list | None = None, key: str | None = None) -> dict:
        """Begin a run: bill what was due by a day, by the customers' rules. It goes on by itself within seconds.

        :param str day: ISO date, today or earlier; invoices are dated on it
        :param list customers: ids or exact names of customers; all when left out
        :param str key: the sender's own, unique in the company; the same key again answers with the same run. Without
            one each call begins a run.
        :return: as of ``get_status``
        :raises AccessError: for who neither invoices nor manages sales
        :raises UserError: when an argument cannot be read, the day is to come, or the key is that of another day's run
        """
        self._check_may_bill()
        day, customers = self._read_day(day), self._read_customers(customers)
        given = key is not None and key is not False
        key = read_argument(self.env, "key", values.key, key) if given else f"{BY_HAND}{uuid4()}"
        if given and key.startswith((AUTOMATIC, SCREEN, BY_HAND)):
            raise UserError(self.env._("key: “%s” begins as Odoo's own keys do. Send another one.", key))
        return self._begin(day, customers, key)._status()

    @api.model
    def get_status(self, key: str) -> dict:
        """Return how far a run of the current company is.

        :param str key: as given to ``start``
        :return: ``{"key", "day", "state", "counts", "totals", "invoices"}``: ``state`` is ``running`` or ``done``;
            ``counts`` has a number for ``to_bill``, ``excluded``, ``blocked``, ``billed``, ``unposted`` (a draft that
            should be posted), ``unsent`` (posted, not sent), ``failed`` and ``nothing`` (billed by others meanwhile);
            ``totals`` is of what was billed, by currency; invoices are as of ``preview``,
            with ``state`` as counted, and ``invoice`` (``{"id", "name"}`` or False)
        :raises AccessError: for who neither invoices nor manages sales
        :raises UserError: when there is no such run
        """
        self._check_may_bill()
        key = read_argument(self.env, "key", values.key, key)
        run = self._of_key(self.env.company, key)
        if not run:
            raise UserError(
                self.env._("key: there is no run “%(key)s” in %(company)s.", key=key, company=self.env.company.name)
            )
        return run._status()

    # === BEGINNING === #

    @api.model
    def _begin(self, day, customers, key, excluded=(), orders=None):
        """Return the run of this key, begun now where there is none.

        :param customers: ``res.partner`` or None
        :param excluded: what is not to be billed: (id of an order, part), as of ``engine.Draft``
        :param orders: ``sale.order``: those that it is about; what is due of customers when left out
        """
        company = self.env.company
        run = self._of_key(company, key)
        if run:
            if run.day != day:
                raise UserError(self.env._("key: “%(key)s” is that of the run on %(day)s.", key=key, day=run.day))
            return run
        if day > company._billing_today():
            raise UserError(self.env._("day: %s is to come. A run bills today, or an earlier day.", day))
        runs = self.sudo()._without_defaults()
        drafts = runs._drafts(company, day, customers) if orders is None else runs._plan_shown(orders, day)
        run = runs._make(company, day, key, user_id=self.env.uid)
        run._add(drafts, excluded)
        run._finish()
        return run.sudo(self.env.su)

    @api.model
    def _make(self, company, day, key, **vals):
        """Return a new run; whoever began one with this key at the same moment is answered by Odoo's next try."""
        try:
            with self.env.cr.savepoint():
                return self.create([{"company_id": company.id, "day": day, "key": key, **vals}])
        except UniqueViolation as error:
            raise ConcurrencyError(str(error)) from error

    def _add(self, drafts, excluded=()):
        """Add rows for drafts to this run, and have them billed.

        :param drafts: ``engine.Draft``
        :param excluded: what is not to be billed: (id of an order, part), as of ``engine.Draft``
        """
        self.ensure_one()
        Row, vals_list = self.env["billing.run.invoice"], []
        for draft in drafts:
            vals = {"run_id": self.id, **Row._values(draft, self.day)}
            if draft.order_parts & set(excluded):
                vals.update(state="excluded", why=False)
            vals_list.append(vals)
        rows = Row.create(vals_list)
        rows._tell_kept_back()
        rows.order_ids._billing_tell_kept_back()
        if rows.filtered(lambda row: row.state == "to_bill"):
            self.filtered(lambda run: run.state == "done").write({"state": "running", "finished_on": False})
            self._wake()

    @api.model
    def _drafts(self, company, day, customers):
        runs = self.with_company(company)
        return runs._plan_shown(runs._find_due(company, day, customers), day)

    @api.model
    def _of_key(self, company, key):
        return self.search([("company_id", "=", company.id), ("key", "=", key)])

    # === READING === #

    @api.model
    def _read_day(self, day):
        return read_argument(self.env, "day", values.day, day)

    @api.model
    def _read_customers(self, customers):
        """Return the commercial partners (``res.partner``) that a caller names by ids or names; None for all."""
        if customers is None or customers is False:
            return None
        found = self.env["res.partner"]
        for place, ref in enumerate(read_argument(self.env, "customers", values.items, customers, MOST_CUSTOMERS)):
            name = f"customers[{place}]"
            ref = read_argument(self.env, name, values.ref, ref)
            domain = Domain("id" if isinstance(ref, int) else "name", "=", ref)
            partners = found.with_context(active_test=False).search(domain).commercial_partner_id
            if len(partners) != 1:
                raise UserError(self._wrong_customer(name, ref, len(partners)))
            found |= partners
        return found

    @api.model
    def _wrong_customer(self, place, ref, count):
        if count:
            return self.env._(
                "%(place)s: %(count)s customers are called %(ref)s. Send the id.", place=place, count=count, ref=ref
            )
        return self.env._("%(place)s: there is no customer %(ref)s.", place=place, ref=ref)

    # === ANSWERING === #

    def _status(self):
        self.ensure_one()
        run = self.sudo()
        states = dict(run.invoice_ids._fields["state"].selection)
        rows = run.invoice_ids.sorted("id")
        return {
            "key": run.key,
            "day": str(run.day),
            "state": run.state,
            "counts": {state: len(rows.filtered(lambda row, s=state: row.state == s)) for state in states},
            "totals": rows.filtered(lambda row: row.state in MADE)._answer_totals(),
            "invoices": [row._answer() for row in rows],
        }
