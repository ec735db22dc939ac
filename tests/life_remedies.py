"""What people are told to do about what waits: each button that is named is there, for its reader, and helps."""

import re

from hypothesis.stateful import rule

from odoo.tools import html2plaintext

QUOTED = re.compile("“([^”]+)”")


class _Tried(Exception):
    """Raised on purpose: what was tried leaves nothing behind."""


class Remedies:
    """Each remedy is done as it says, and taken back."""

    @rule()
    def read_remedies(self):
        """After the queue: whoever reads why something waits can do what it says."""
        self.drain()
        self.check()
        for row in self.schedule.milestone_ids.attainment_ids.filtered("remedy"):
            self.try_remedy(row.milestone_id, row.remedy, self.schedule._responsible())
        for activity in self.order.activity_ids.filtered("note"):
            for milestone in activity.sudo().billing_milestone_ids or self.schedule.milestone_ids[:1]:
                self.try_remedy(milestone, html2plaintext(activity.note), activity.user_id)

    def try_remedy(self, milestone, remedy, reader):
        """Do what a remedy says, as its reader."""
        named = QUOTED.findall(remedy)
        if "Credit Note" in named and "on the milestone" in remedy:
            self.press(remedy, lambda: self.credited_away(milestone.with_user(reader)))
        elif "Create Invoice" in named:
            self.press(remedy, lambda: self.invoiced_away(self.order.with_user(reader), remedy))
        elif "Attain" in named:
            self.press(remedy, lambda: self.attained_away(milestone.with_user(reader)))

    def press(self, remedy, act):
        """Try an act; whatever refuses it is a remedy that does not help."""
        try:
            with self.env.cr.savepoint():
                act()
                self.env.flush_all()
                raise _Tried
        except _Tried:
            self.env.invalidate_all()
        except Exception as error:
            raise AssertionError(f"{remedy!r} does not help: {error}") from error

    def credited_away(self, milestone):
        """The button *Credit Note* of a milestone drafts what, once posted, leaves nothing to be credited."""
        action = milestone.action_credit()
        domain = [("id", "=", action["res_id"])] if action.get("res_id") else action["domain"]
        self.env["account.move"].sudo().search(domain).action_post()
        self.drain()
        assert not milestone.sudo()._credit_owed(), "still to be credited"

    def invoiced_away(self, order, remedy):
        """The native button drafts what, once posted, leaves nothing to be asked for."""
        asked = order.sudo().activity_ids.mapped("summary")
        before = self.moves()
        wizard = self.env["sale.advance.payment.inv"].with_user(order.env.user)
        wizard = wizard.with_context(active_model="sale.order", active_ids=order.ids)
        wizard.create({"advance_payment_method": "delivered", "deduct_down_payments": True}).create_invoices()
        (self.moves() - before).sudo().action_post()
        left = order.sudo().activity_ids.filtered(lambda row: html2plaintext(row.note or "") == remedy)
        assert not left, f"still asked: {asked}"

    def attained_away(self, milestone):
        """What waits for nothing is attained by hand."""
        milestone.action_attain()
        self.drain()
        assert not milestone.sudo()._waits_for_nothing(), "still blocked"
