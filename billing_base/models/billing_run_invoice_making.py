import logging
from time import monotonic

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from .billing_run_moves import Probe
from .obstacles import NotBillable

_logger = logging.getLogger(__name__)


class BillingRunInvoice(models.Model):
    """Billing a batch that a run has in hand: at once, else invoice by invoice, else without the orders at fault."""

    _inherit = "billing.run.invoice"

    def _bill_safely(self, end=float("inf")):
        """Bill these rows of one run; what cannot be billed is left with its reason, the others go on.

        Strategy: the fast path bills all at once. On a failure, each invoice is tried alone inside a savepoint.

        :param float end: when (``time.monotonic``) to leave what was not tried alone yet to the next batch
        """
        orders = self.order_ids
        if self._try_to_bill():
            self._bill_each(end)
        orders._billing_tell_kept_back()
        self.run_id._push_changes()

    def _bill_each(self, end):
        """Bill these rows one after the other, until ``end``."""
        for row in self:
            row._bill_alone()
            if monotonic() >= end:
                return

    def _bill_alone(self):
        """Bill this row; where it fails, put the orders at fault on rows of their own, and bill the rest."""
        error = self._try_to_bill()
        if not error:
            return
        orders = self.order_ids.sorted("id")
        probed = {order: self._probe(order) for order in orders} if len(orders) > 1 else {}
        failing = {order: reason for order, reason in probed.items() if reason}
        if not failing or len(failing) == len(orders):
            self._fail(error)
            return
        for order, reason in failing.items():
            self._take_off(order)._fail(reason)
        error = self._try_to_bill()
        if error:
            self._fail(error)

    def _try_to_bill(self):
        """Bill these rows, or leave nothing of the attempt.

        :return: the error that it raised, if any; what another transaction is in the way of is raised
        """
        try:
            with self.env.cr.savepoint():
                self._bill()
            return None
        except self.env["billing.queue"]._in_the_way():
            raise
        except Exception as error:
            self.env.invalidate_all()
            return error

    def _probe(self, order):
        """Return the error that billing one order of this row alone raises, or None. Nothing of the attempt remains."""
        try:
            with self.env.cr.savepoint():
                self._take_off(order)._bill()
                raise Probe
        except Probe:
            return None
        except self.env["billing.queue"]._in_the_way():
            raise
        except Exception as error:
            return error
        finally:
            self.env.invalidate_all()

    def _take_off(self, order):
        """Take an order off this row, and return a row of its own for it."""
        self.ensure_one()
        alone = self.copy({"order_ids": [Command.set(order.ids)]})
        if order != self.order_ids:
            self.order_ids -= order
        return alone

    def _bill(self):
        """Make the invoices of these rows of one run of what is due now; note what came of each."""
        made = self.filtered(lambda row: row.move_id.state in ("draft", "posted"))
        made._finish_again()
        (self - made)._bill_orders()

    def _bill_orders(self):
        """Make the invoices of these rows, which have none yet."""
        # What is due is read under the lock, so that whoever billed before is seen, or is in the way.
        self.order_ids._billing_lock()
        drafts = {}
        for row, planned in self._plan_again().items():
            for draft in planned:
                # What is to share an invoice no longer, since rules or addresses changed, gets a row of its own.
                drafts[row if row not in drafts else row.copy()] = draft
        self.filtered(lambda row: row not in drafts)._set_state("nothing")
        for row, draft in drafts.items():
            row._note_draft(draft, known=row in self)
        self.union(*drafts)._tell_kept_back()
        ready = {row: draft for row, draft in drafts.items() if not draft.why}
        if ready:
            self._make_invoices(ready)

    def _plan_again(self):
        """Return what each of these rows of one run bills now: ``{row: [engine.Draft]}``."""
        run, found = self.run_id, {}
        for day, rows in self.grouped("day").items():
            drafts = run._order_drafts(rows.order_ids, day, run._since(), by_itself=bool(run.since))
            by_part = {(*draft.orders, draft.part): draft for draft in drafts}
            for row in rows:
                own = [by_part[key] for key in sorted(row._order_parts()) if key in by_part]
                found[row] = run._dated(run._join(own), day)
        return found

    def _note_draft(self, draft, known):
        """Note on this row what is due now.

        :param bool known: whether the row was planned with those of its customer, and says why it stands apart
        """
        values = self._values(draft, self.day)
        self.sudo().write({name: value for name, value in values.items() if not (known and name == "splits")})

    def _make_invoices(self, drafts):
        """Have Odoo's own methods make the invoices of drafts, and note each on its row.

        :param dict drafts: ``{row: engine.Draft}``
        """
        run = next(iter(drafts)).run_id.with_user(self.run_id.user_id).sudo().with_company(self.company_id)
        made = run._make_moves({row.id: draft for row, draft in drafts.items()})
        for row, draft in drafts.items():
            row._note_billed(draft, made.get(row.id))
        billed = self.browse().concat(*drafts).filtered(lambda row: row.state == "billed")
        billed._flagged("billing_making")._finish_invoices()

    def _note_billed(self, draft, move):
        """Note on this row that an invoice bills its draft, and tell the sources."""
        if not move:
            self._set_state("nothing")
            return
        if move.move_type != "out_invoice" and not self.env["billing.run"]._may_be_credit_note(draft):
            raise NotBillable("negative", amount=-move.amount_total, currency=self.currency_id.id)
        lines = {line.billing_key: line for line in move.sudo().invoice_line_ids if line.billing_key}
        for source in self.env["billing.source"]._sources():
            source._billed(draft.dues, lines)
        side = -move.direction_sign
        amounts = {"amount_untaxed": side * move.amount_untaxed, "amount_total": side * move.amount_total}
        self._set_state("billed", move_id=move.id, **amounts)

    def _fail(self, error):
        """Leave this row blocked or failed, with its reason."""
        self._set_state("blocked" if isinstance(error, NotBillable) else "failed", self._why(error))
        self._tell_kept_back()

    def _why(self, error, refused="refused", of=None):
        """Return an error as facts, as ``obstacles`` explains them.

        :param str refused: the name of the obstacle where the error is meant for people
        :param of: what fails (a record): this row when left out
        """
        if isinstance(error, NotBillable):
            return error.why
        if isinstance(error, UserError):
            return {"name": refused, "texts": {self.env.lang or "en_US": str(error)}}
        _logger.warning("Billing of %s fails", of or self, exc_info=error)
        return {"name": "unexpected", "error": str(error)}
