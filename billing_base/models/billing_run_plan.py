from dataclasses import replace

from odoo import api, models

from ..engine.due import Draft, Due, Group, by_part, told_splits, with_invoices, with_what_comes_off
from ..engine.units import from_units, to_units
from .obstacles import NotBillable

#: Orders whose due items are worked out at once.
CHUNK = 500
#: Whose word of what becomes of invoices splits them.
NEAR = ("order", "customer")
#: The source that says which down payments come off, and what of them waits is called.
ADVANCES, APART = "billing.source.order.line", "advance"


class BillingRun(models.Model):
    """What a run on a day bills: the same for a preview, for a run that begins, and for each invoice it makes."""

    _inherit = "billing.run"

    @api.model
    def _find_due(self, company, day, customers=None, by_itself=False):
        """Return the orders of a company of which something may be due by a day (``sale.order``), in id order.

        :param customers: ``res.partner``, commercial partners; None for all
        :param bool by_itself: only what may be billed by itself
        """
        found = self.env["sale.order"]
        for source in self.env["billing.source"]._sources():
            orders = found.browse(source._find_orders(company, day, customers)).exists()
            if by_itself and not source._by_itself:
                rules = orders._billing_rules()
                orders = orders.filtered(lambda order, rules=rules: rules[order]["billing_automatic"].value == "yes")
            found |= orders
        return found.sorted("id")

    @api.model
    def _plan(self, orders, day, since=None, by_itself=False, wanted=None):
        """Return the invoices that a run on a day makes of orders of one company: a list of ``engine.Draft``.

        What is kept back has a draft of its own for each order, which says why.

        :param since: date: the first day whose billing was not begun yet; the day itself when left out
        :param bool by_itself: only what is billed by itself, as the clock does
        :param wanted: takes a draft of one order, and says whether to go on with it; None for all
        """
        drafts = []
        for start in range(0, len(orders), CHUNK):
            some = self._order_drafts_safely(orders[start : start + CHUNK], day, since or day, by_itself)
            drafts += filter(wanted, some) if wanted else some
        return self._dated(self._join(drafts), day)

    @api.model
    def _order_drafts_safely(self, orders, day, since, by_itself):
        """Return what ``_order_drafts`` does; an order of which that fails has a draft without lines, which says why.

        Strategy: all at once; on a failure, each half of them, down to the orders that fail.
        """

        def order_drafts(some):
            return self._order_drafts(some, day, since, by_itself)

        def failed(order, error):
            return [self._failed_draft(order, error)]

        found = self._in_halves(order_drafts, orders, failed)
        return [draft for drafts in found for draft in drafts]

    @api.model
    def _failed_draft(self, order, error):
        """Return the draft of an order of which nobody can say what is due, with why."""
        rules = order._billing_rules()[order]
        why = self.env["billing.run.invoice"]._why(error, of=order)
        nothing = Due(order=order.id, line=0, key="", amount=0, text="", since=order.date_order.date())
        return Draft(order._billing_group(rules, nothing), (order.id,), (), why=why)

    @api.model
    def _order_drafts(self, orders, day, since, by_itself):
        """Return what is due of each order, with what keeps it back, as drafts of one order each."""
        rules, drafts = orders._billing_rules(), []
        for order, (dues, why) in self._ask_sources(orders, day).items():
            if by_itself and rules[order]["billing_automatic"].value != "yes":
                dues = with_what_comes_off(dues, lambda due: due.by_itself)
            if any(not due.comes_off for due in dues):
                dues, waits = order._billing_on_day(rules[order], day, since, dues)
                why = waits or why or order._billing_lacking(rules[order]) or order._billing_unusable()
                parts = by_part(order._billing_advances_apart(order._billing_set_apart(rules[order], dues)))
                drafts += [self._order_draft(order, rules[order], some, why) for some in parts.values()]
        return drafts

    @api.model
    def _ask_sources(self, orders, day):
        """Return ``{order: (dues, what keeps them back)}``, in the order of the orders' ids."""
        found = {order: ([], None) for order in orders.sorted("id")}
        for source in self.env["billing.source"]._sources():
            for order, answer in source._due(orders, day).items():
                dues, why = found[order]
                found[order] = ([*dues, *answer.dues], why or answer.why)
        return found

    @api.model
    def _order_draft(self, order, rules, dues, why):
        group, invoices = order._billing_group(rules, dues[0]), rules["billing_invoices"]
        wish = "" if group.invoices or not invoices.whose else invoices.value
        draft = Draft(group, (order.id,), tuple(dues), why=why, wish=wish)
        if why or self._may_be_credit_note(draft) or not any(due.amount < 0 for due in dues):
            return draft
        # Apart before it is joined: the customer's other orders are billed.
        return replace(draft, why=order._billing_negative(order._billing_totals(dues)[1]))

    @api.model
    def _join(self, drafts):
        """Return the invoices of drafts of one order each: those share one whose group is the same."""
        kept = [self._with_totals(with_invoices([draft])[0]) for draft in drafts if draft.why]
        groups = {}
        for draft in with_invoices([draft for draft in drafts if not draft.why]):
            groups.setdefault(draft.group, []).append(draft)
        joined = [self._joined(group, some) for group, some in groups.items()]
        return self._with_splits(joined) + kept

    @api.model
    def _joined(self, group, drafts):
        orders = tuple(order for draft in drafts for order in draft.orders)
        dues = tuple(due for draft in drafts for due in draft.dues)
        joined = self._with_totals(Draft(group, orders, dues))
        if self._may_be_credit_note(joined):
            return joined
        return replace(joined, why=self.env["sale.order"].browse(orders[0])._billing_negative(joined.total))

    @api.model
    def _may_be_credit_note(self, draft):
        """Return whether a run may make a credit note of a draft: where sources that say so give something back."""
        back = [due for due in draft.dues if due.amount < 0]
        return bool(back) and all(due.source and self.env[due.source]._credits_by_itself for due in back)

    @api.model
    def _with_totals(self, draft):
        """Return a draft with what its lines come to, each and all together."""
        untaxed, total, parts = self.env["sale.order"].browse(draft.orders[0])._billing_totals(draft.dues)
        return replace(draft, untaxed=untaxed, total=total, parts=parts)

    @api.model
    def _with_splits(self, drafts):
        """Return these drafts with why they stand apart, those of one customer one after the other."""
        customers = {}
        for draft in drafts:
            customers.setdefault((draft.group.company, draft.group.customer), []).append(draft)
        told = []
        for some in customers.values():
            splits = told_splits([draft.group for draft in some])
            told += [replace(draft, splits=splits[draft.group]) for draft in some]
        return told

    @api.model
    def _dated(self, drafts, day):
        """Return these drafts with the dates of their invoices: the day, or the first one after it that is open."""
        dates = {}
        for draft in drafts:
            books = draft.group.company, draft.group.journal
            if books not in dates:
                dates[books] = self._open_day(*books, day)
        return [replace(draft, date=dates[draft.group.company, draft.group.journal]) for draft in drafts]

    @api.model
    def _open_day(self, company, journal, day):
        """Return the day on which an invoice would be dated: ``day`` itself where no day until today is open.

        :param int company: whose books
        :param int journal: of the invoice; 0 for the company's first one for sales
        """
        company, journal = self._books(company), self.env["account.journal"].browse(journal or ())
        try:
            return company._billing_open_day(journal or company._billing_sales_journal(), day)
        except NotBillable:
            return day

    def _books(self, company=None):
        """Return whose books these runs' invoices are in (``res.company``), with the lock dates of who began them.

        :param int company: of which it is; that of the run when left out
        """
        company = self.env["res.company"].browse(company) if company else self.company_id
        return company.with_user(self.user_id or self.env.user).sudo()


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _billing_unusable(self):
        """Return what Odoo itself would let pass silently, as facts; None for nothing."""
        self.ensure_one()
        archived = (self.partner_invoice_id | self.partner_id).filtered(lambda partner: not partner.active)[:1]
        if archived:
            return {"name": "archived_customer", "customer": archived.display_name, "order": self.name}
        if not self.currency_id.active:
            return {"name": "archived_currency", "currency": self.currency_id.name}
        return None

    def _billing_negative(self, total):
        """Return that an invoice in this order's currency comes to less than nothing, as facts; None where not.

        :param int total: units of the currency
        """
        if total >= 0:
            return None
        amount = from_units(total, self.currency_id.rounding)
        more = {"more": True} if self._billing_has_more_to_come() else {}
        return {"name": "negative", "amount": amount, "currency": self.currency_id.id, **more}

    def _billing_has_more_to_come(self):
        """Return whether Odoo itself will call more of this order ready to invoice than it does now."""
        self.ensure_one()
        lines = self.order_line.filtered(lambda line: not (line.is_downpayment or line._billing_has_other_source()))
        return any(line.qty_invoiced + line.qty_to_invoice < line.product_uom_qty for line in lines)

    def _billing_advances_apart(self, dues):
        """Return dues of this order with down payments that do not fit yet on an invoice of their own, which waits.

        They come off what their own source bills, and wait with it; what else is due of the order is billed.

        :param dues: list of ``engine.Due``
        """
        advances = [due for due in dues if due.comes_off and due.source == ADVANCES]
        own = [due for due in dues if due.source == ADVANCES and not due.comes_off]
        others = any(due.source != ADVANCES and not due.comes_off for due in dues)
        if not (advances and own and others) or self._billing_totals([*own, *advances])[1] >= 0:
            return dues
        return [replace(due, apart=APART) if due.source == ADVANCES else due for due in dues]

    def _billing_set_apart(self, rules, dues):
        """Return dues of this order with what each has an invoice of its own for (``engine.Due``).

        :param dict rules: of this order, as ``_billing_rules`` has them
        """
        return dues

    def _billing_group(self, rules, due):
        """Return what orders have in common that share an invoice with this one (``engine.Group``).

        :param dict rules: of this order, as ``_billing_rules`` has them
        :param due: one of the lines of the invoice (``engine.Due``)
        """
        self.ensure_one()
        order = self.with_company(self.company_id)
        address, per = order.partner_invoice_id, rules["billing_one_invoice_per"].value
        # As Odoo's own _prepare_invoice finds it.
        position = order.fiscal_position_id or order.fiscal_position_id._get_fiscal_position(address)
        return Group(
            company=order.company_id.id,
            customer=address.commercial_partner_id.id,
            address=address.id,
            delivery=order.partner_shipping_id.id or 0,
            currency=order.currency_id.id,
            fiscal_position=position.id or 0,
            journal=order.journal_id.id or 0,
            terms=due.terms or order.payment_term_id.id or 0,
            order=order.id if per == "order" else 0,
            reference=(order.client_order_ref or "") if per == "reference" else "",
            invoices=rules["billing_invoices"].value if rules["billing_invoices"].whose in NEAR else "",
            apart=due.apart,
        )

    def _billing_totals(self, dues):
        """Return what an invoice of dues comes to, in units of the currency.

        By Odoo's own arithmetic of taxes, over all lines at once, as it rounds them on the invoice.

        :param self: the first order of the invoice
        :param dues: ``engine.Due``, of any orders that share it
        :return: (untaxed, with taxes, parts): the parts are (untaxed, taxes) of each of the dues
        """
        self.ensure_one()
        AccountTax, company, currency = self.env["account.tax"], self.company_id, self.currency_id
        base_lines = [self._billing_base_line(due.values) for due in dues]
        AccountTax._add_tax_details_in_base_lines(base_lines, company)
        AccountTax._round_base_lines_tax_details(base_lines, company)
        totals = AccountTax._get_tax_totals_summary(base_lines, currency, company)
        untaxed, total = (
            to_units(totals[name], currency.rounding) for name in ("base_amount_currency", "total_amount_currency")
        )
        return untaxed, total, tuple(self._billing_part(base_line["tax_details"]) for base_line in base_lines)

    def _billing_part(self, details):
        """Return what of an invoice is a line's own, in units of the currency: (untaxed, taxes).

        :param dict details: of its taxes, rounded together with those of the invoice's other lines
        """
        unit = self.currency_id.rounding
        untaxed = details["total_excluded_currency"] + details["delta_total_excluded_currency"]
        taxes = sum(tax["tax_amount_currency"] for tax in details["taxes_data"])
        return to_units(untaxed, unit), to_units(taxes, unit)
