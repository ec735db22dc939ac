import logging
from collections import Counter
from time import monotonic

from odoo import fields, models
from odoo.addons.billing_base.models.obstacles import NotBillable
from odoo.exceptions import UserError

from .mail_activity import CREDIT, DAYS, MEND

_logger = logging.getLogger(__name__)


class BillingAttainment(models.Model):
    """Billing a batch that the queue has in hand: all at once, else invoice by invoice, else without those at fault."""

    _inherit = "billing.attainment"

    def _bill_safely(self, end=float("inf")):
        """Bill these attainments; what cannot be billed is left with its reason, the others go on.

        Strategy: the fast path bills the whole batch. On a failure, each invoice is tried alone inside a savepoint.

        :param float end: when (``time.monotonic``) to leave what was not tried alone yet to the next batch
        :return: ``collections.Counter`` of the states reached and the invoices made
        """
        counts, error = self._try_to_bill()
        if not error:
            return counts
        _logger.info("Billing batch is tried one by one: %s", error)
        for _key, milestones in self.milestone_id.grouped(lambda milestone: milestone._group_key()).items():
            counts += self.filtered(lambda row, some=milestones: row.milestone_id in some)._bill_group()
            if monotonic() >= end:
                break
        return counts

    def _bill_group(self):
        """Bill the attainments of one invoice; where they fail together, find those at fault and bill the rest."""
        counts, error = self._try_to_bill()
        if not error:
            return counts
        if len(self.milestone_id) == 1:
            return self._fail(error)
        good = self.browse()
        for milestone, rows in self.grouped("milestone_id").items():
            error = milestone._probe_billing()
            if error:
                counts += rows._fail(error)
            else:
                good |= rows
        # Each of them can be billed alone; together they may still not.
        billed, error = good._try_to_bill()
        return counts + (good._fail(error) if error else billed)

    def _try_to_bill(self):
        """Bill these attainments, or leave nothing of the attempt.

        :return: ``collections.Counter`` as of ``_bill``, and the error that it raised, if any; what another transaction
            is in the way of is raised
        """
        try:
            with self.env.cr.savepoint():
                return self._bill(), None
        except self._in_the_way():
            raise
        except Exception as error:
            return Counter(), error

    def _bill(self):
        """Bring the invoices of these attainments' milestones in line with what is attained.

        :return: ``collections.Counter`` of the states reached and the invoices made
        """
        open_rows = self.filtered(lambda row: row.order_id.state == "sale")
        (self - open_rows)._set_state("cancelled", {"name": "not_confirmed"})
        held_milestones = open_rows.milestone_id._held()
        held = open_rows.filtered(lambda row: row.milestone_id in held_milestones)
        for row in held:
            row._set_state("blocked", row.milestone_id._hold_why())
        ready = open_rows - held
        fitting = ready.milestone_id._fail_beyond_worth(ready)
        ready = ready.filtered(lambda row: row.milestone_id in fitting)
        moves, left = ready.milestone_id._bill_due()
        for milestone, rows in ready.grouped("milestone_id").items():
            if milestone in left:
                rows._set_state(*left[milestone])
            else:
                rows._settle(milestone, moves.get(milestone))
        self._ask_for_lacking(left)
        ready = ready.filtered(lambda row: row.milestone_id not in left)
        owing = ready.milestone_id.filtered(lambda milestone: milestone._credit_owed())
        owing._stop_asking(MEND)
        (ready.milestone_id - owing)._stop_asking(MEND, CREDIT, DAYS)
        self._refresh_orders()
        return Counter({"invoices": len(set(moves.values()))}) + Counter(self.mapped("state"))

    def _ask_for_lacking(self, left):
        """Ask the persons responsible for what customers require before they are billed.

        :param dict left: as of ``_bill_due``
        """
        for milestone, (state, why) in left.items():
            if state == "blocked" and why["name"] != "held":
                milestone._ask_person(MEND, why)
        milestones = self.env["billing.milestone"]
        milestones.union(*(milestone for milestone, (state, _why) in left.items() if state != "blocked"))._stop_asking(
            MEND
        )

    def _refresh_orders(self):
        """Work out anew what orders and schedules show of what was attained, blocked or billed."""
        self.milestone_id.allocation_ids.line_id._billing_refresh()
        self.env.add_to_compute(self.schedule_id._fields["state"], self.schedule_id)

    def _settle(self, milestone, move):
        """Mark these attainments of ``milestone`` as billed by ``move``, or as blocked where a credit note is due.

        Earlier ones that were blocked or failed are closed with them: percentages are cumulative.
        """
        rows = self | milestone.attainment_ids.filtered(lambda row: row.state in ("run", "blocked", "failed"))
        owed = milestone._credit_owed()
        if owed:
            milestone._propose_credit(owed)
            rows._set_state("blocked", milestone._credit_why(owed))
        else:
            move = move or (milestone._last_credit_note() if self.sorted("id")[-1:]._takes_back() else None)
            rows._set_state("billed", billed_on=fields.Datetime.now(), **({"move_id": move.id} if move else {}))

    def _fail(self, error):
        """Leave these attainments failed with their reason and remedy, and ask a person."""
        milestone = self.milestone_id
        self._fail_for(milestone._failure_why(error))
        if not isinstance(error, (UserError, NotBillable)):
            _logger.warning("Milestone %s cannot be billed", milestone.id, exc_info=error)
        return Counter(failed=len(self))

    def _fail_for(self, why):
        """Leave these attainments of one milestone, if any, failed for a reason, facts, and ask a person to mend it."""
        for row in self:
            row._set_state("failed", why, attempts=row.attempts + 1)
        if self:
            self._refresh_orders()
            self.milestone_id._ask_person(MEND, why)
