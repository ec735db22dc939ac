from odoo import models


class BillingRunInvoice(models.Model):
    """What becomes of the invoices of a run, in the step that makes them: left in draft, posted, posted and sent.

    An invoice is posted and left to Odoo's own sending in one transaction, and Odoo takes what it sends off its list:
    however often a step is repeated or cut off, nothing is sent twice.
    """

    _inherit = "billing.run.invoice"

    def _finish_invoices(self):
        """Post and send the invoices of these rows as their rules say; one that cannot be posted stays a draft.

        Strategy: the fast path posts all at once. On a failure, each is tried alone inside a savepoint.
        """
        wanted = self.filtered(lambda row: row.becomes in ("post", "send"))
        if wanted and wanted._try_to_post():
            for row in wanted:
                error = row._try_to_post()
                if error:
                    row._stay_draft(error)

    def _finish_again(self):
        """Post, and send, the invoices of these rows that could not be posted or sent before."""
        self._set_state("billed")
        self._finish_invoices()

    def _try_to_post(self):
        """Post these rows' invoices, or leave nothing of the attempt.

        :return: the error that it raised, if any; what another transaction is in the way of is raised
        """
        try:
            with self.env.cr.savepoint():
                self._post_and_send()
            return None
        except self.env["billing.queue"]._in_the_way():
            raise
        except Exception as error:
            self.env.invalidate_all()
            return error

    def _post_and_send(self):
        """Post these rows' invoices that are drafts, and have Odoo send those that are to be sent and were not."""
        moves = self.move_id.with_user(self.run_id.user_id).sudo().with_company(self.run_id.company_id)
        drafts = moves.filtered(lambda move: move.state == "draft")
        if self._is_flagged("billing_making"):
            # As Odoo does it: of what is made and posted at once, nothing was changed.
            drafts._track_discard()
        for (journal, day), some in drafts.grouped(lambda move: (move.journal_id, move.invoice_date)).items():
            some._billing_date(self.run_id._books()._billing_open_day(journal, day))
        drafts.action_post()
        wanted = {row.move_id.id for row in self if row.becomes == "send"}
        unreachable = moves.filtered(lambda move: move.id in wanted)._billing_leave_to_sending()
        for row in self.filtered(lambda row: row.move_id.id in unreachable.ids):
            facts = {"invoice": row.move_id.name, "customer": row.partner_id.display_name}
            row._set_state("unsent", {"name": "no_mail_address", **facts})
        for row in self.filtered(lambda row: row.invoice_date != row.move_id.invoice_date):
            row.sudo().invoice_date = row.move_id.invoice_date

    def _stay_draft(self, error):
        """Leave the invoice of this row a draft, with the reason."""
        self._set_state("unposted", self._why(error, refused="unposted"))


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        # OVERRIDE: what a run could not post and a person did says so no longer.
        posted = super()._post(soft)
        posted._billing_done_by_hand("unposted")
        return posted

    def write(self, vals):
        result = super().write(vals)
        if vals.get("is_move_sent"):
            self._billing_done_by_hand("unsent")
        if vals.get("state") == "cancel":
            self._billing_rows("unposted", "unsent").order_ids._billing_tell_kept_back()
        return result

    def unlink(self):
        orders = self._billing_rows("unposted", "unsent").order_ids
        result = super().unlink()
        orders._billing_tell_kept_back()
        return result

    def _billing_rows(self, *states):
        """Return the rows of runs (``billing.run.invoice``) of these invoices that are in some states."""
        return self.env["billing.run.invoice"].sudo().search([("move_id", "in", self.ids), ("state", "in", states)])

    def _billing_sending_failed(self, message):
        """Say on the rows of runs, and tell people, that Odoo's own sending could not send these invoices.

        :param str message: Odoo's, in the language of the environment
        """
        for row in self._billing_rows("billed").filtered(lambda row: row.becomes == "send"):
            row._set_state("unsent", row.move_id._billing_unsent_why(message))
            row.order_ids._billing_tell_kept_back()

    def _billing_unsent_why(self, message):
        """Return the facts of what keeps this invoice from being sent, as ``obstacles`` has them."""
        self.ensure_one()
        return {"name": "sending_failed", "invoice": self.name, "texts": {self.env.lang or "en_US": message}}

    def _billing_done_by_hand(self, state):
        """Note on the rows of runs that these invoices are no longer what ``state`` says."""
        self._billing_rows(state)._set_state("billed")

    def _billing_date(self, day):
        """Date these drafts."""
        self.filtered(lambda move: move.invoice_date != day).invoice_date = day

    def _billing_leave_to_sending(self):
        """Leave these posted invoices to Odoo's own sending, each customer's way, right after this transaction.

        :return: those that cannot be sent, since they go by mail and their customer has no address
        """
        author = self.env.user
        new = self.filtered(lambda move: not move.is_move_sent and not move.sending_data)
        nowhere = new.filtered(lambda move: move._billing_by_mail() and not move.partner_id.email)
        new -= nowhere
        if new:
            new.sending_data = {"author_user_id": author.id, "author_partner_id": author.partner_id.id}
            self.env.ref("account.ir_cron_account_move_send")._trigger()
        return nowhere

    def _billing_by_mail(self):
        """Return whether the customer of this invoice gets invoices by mail, Odoo's way unless told otherwise."""
        self.ensure_one()
        partner = self.commercial_partner_id.with_company(self.company_id)
        return (partner.invoice_sending_method or "email") == "email"
