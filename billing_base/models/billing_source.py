from odoo import api, models
from odoo.tools import SQL

#: The payment terms of what has none of its own in a forecast: those of its order.
OF_ORDER = -1


class BillingSource(models.AbstractModel):
    """Where something becomes due: what an invoice run asks of it.

    A source is an abstract model that inherits this one; to exist is to be asked. It bills by order lines: what Odoo's
    ``_prepare_invoice_lines_vals_list`` returns for a line is what stands on the invoice, so a source that bills a line
    in parts returns them there, each with its ``billing_key``. All questions are asked with all rights, in the company
    of the orders; who asks was checked before.
    """

    _name = "billing.source"
    _description = "Source of What Is Due"

    #: Whether what is due is billed when its day comes; else only where the rules of the order say so.
    _by_itself = False
    #: Whether a run makes the credit note where what is given back of it comes to more than what is billed with it.
    _credits_by_itself = False

    @api.model
    def _sources(self):
        """Return all sources, a list of empty recordsets, in the order of their names."""
        return [self.env[name] for name in sorted(self._inherit_children) if name in self.env]

    @api.model
    def _find_orders(self, company, day, customers):
        """Return the ids of the orders of which something may be due: fast, from an index, and rather too many.

        :param company: one ``res.company``
        :param day: date: what became due on it, or before
        :param customers: ``res.partner``, commercial partners of invoice addresses; None for all
        :return: set of ids of ``sale.order``
        """
        return set()

    @api.model
    def _of_customers(self, customers):
        """Return the condition (``SQL``) on a table ``address``, of invoice addresses, that they are of customers.

        :param customers: as of ``_find_orders``
        """
        if customers is None:
            return SQL()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        return SQL("AND address.commercial_partner_id = ANY(%s)", customers.ids)

    @api.model
    def _due(self, orders, day):
        """Return what is due of orders, and what keeps it from being billed.

        :param orders: ``sale.order`` of one company
        :param day: date: what became due later is left out
        :return: ``{order: engine.Answer}``; orders of which nothing is due may be left out
        """
        return {}

    @api.model
    def _billed(self, dues, lines):
        """Take notice that dues stand on invoices now, in the transaction that made them.

        :param dues: list of ``engine.Due``, of this source or of others
        :param lines: ``{key: account.move.line}``
        """

    @api.model
    def _kept_back(self, keys, why):
        """Take notice that a run did not bill what is due, in the transaction that says so.

        :param keys: list of those of dues of this source (``engine.Due``)
        :param why: facts, as ``obstacles`` explains them
        """

    @api.model
    def _asks_to_mend(self, why):
        """Return whether this source itself asks a person to mend what keeps back what is due of it.

        :param why: facts, as of ``_kept_back``
        """
        return False

    @api.model
    def _find_billed(self, lines):
        """Return what lines of invoices bill, as far as this source knows more of it than the order.

        :param lines: ``account.move.line``, of credit notes too
        :return: ``{account.move.line: record}``, of any model; lines of which it does not are left out
        """
        return {}

    @api.model
    def _heading(self):
        """Return what stands above the lines of this source on an invoice that has others of the same order too.

        In the language of the environment, which is the customer's.
        """
        return self.env._("Other")

    # === FORECAST === #

    @api.model
    def _forecast(self, company, orders, until):
        """Return what will be invoiced and does not stand on any invoice, a draft included.

        Set-based: the forecast asks for all orders of a company at once. Asked with all rights; who asks was checked.
        Billing days, holds on orders and customers, and the customer of the invoice are added to what is returned.

        :param company: one ``res.company``
        :param orders: ids of ``sale.order`` of it; None for all
        :param until: date: what is charged without an end is looked at until then
        :return: list of ``engine.forecast.Expected``; ``customer`` and ``currency`` may be 0, and ``terms``
            ``OF_ORDER``, for those of the order
        """
        return []

    @api.model
    def _of_orders(self, orders):
        """Return the condition (``SQL``) on a table ``orders`` that they are confirmed, and among some.

        :param orders: ids; None for all
        """
        among = SQL() if orders is None else SQL("AND orders.id = ANY(%s)", list(orders))
        return SQL("orders.state = 'sale' %s", among)
