import logging

from odoo import api, models
from odoo.tools import SQL, split_every

from ..engine import Refusal
from ..engine.reading.node import exact
from .evidence_judge import EvidenceJudge
from .evidence_kinds import KINDS, OWN_KEYS, TRIGGERED, Wrong

_logger = logging.getLogger(__name__)

PREFIX = f"{OWN_KEYS}qty-"
BATCH = 500


class SaleOrderLine(models.Model):
    """Delivered quantities have no history in Odoo: each change is kept as evidence, on the day it is seen.

    Written by hand, a quantity is noted at once; computed (timesheets, milestones, stock moves), before the
    transaction is committed. What slips through both (imports by SQL, a module that writes its own way) is found by
    comparing before each close, and every night.
    """

    _inherit = "sale.order.line"

    # === CRUD METHODS === #

    def write(self, vals):
        done = super().write(vals)
        if "qty_delivered" in vals:
            self._revenue_sync_delivered()
        return done

    def _compute_qty_delivered(self):
        result = super()._compute_qty_delivered()
        self._revenue_note_delivered()
        return result

    # === BUSINESS METHODS === #

    def _revenue_note_delivered(self):
        """Compare these lines with their evidence when the transaction is committed, once."""
        precommit = self.env.cr.precommit
        noted = precommit.data.get("revenue_recognition.delivered")
        if noted is None:
            noted = precommit.data["revenue_recognition.delivered"] = set()
            precommit.add(self.browse()._revenue_sync_noted)
        noted.update(line.id for line in self._origin)

    @api.model
    def _revenue_sync_noted(self):
        ids = self.env.cr.precommit.data.pop("revenue_recognition.delivered", ())
        self.browse(sorted(ids)).exists()._revenue_sync_delivered()
        self.env.flush_all()

    def _revenue_sync_delivered(self):
        """Record what was delivered since the last time, or taken back, as evidence of the day.

        Leaves out obligations whose units another system reports. What is delivered beyond the quantity of an
        obligation waits until a modification raises it.

        :return: the evidence recorded
        """
        # In superuser mode: the user who delivers may have no rights on revenue.
        obligations = self.sudo().revenue_obligation_ids.filtered(
            lambda one: KINDS["units"].suits(one.measure, one.trigger)
        )
        if not obligations:
            return self.env["revenue.evidence"]
        judge = EvidenceJudge(self.sudo().env, obligations, automatic=True)
        recorded = self._revenue_recorded_units(obligations)
        rows = []
        for line in self.sudo():
            for obligation in line.revenue_obligation_ids & obligations:
                rows += line._revenue_delivery(obligation, judge, recorded)
        found = self.env["revenue.evidence"].sudo()
        return found.union(*found._create_new(rows)) if rows else found

    def _revenue_delivery(self, obligation, judge, recorded):
        """Return what was delivered of an obligation since the last time, as values of evidence: one, or none."""
        self.ensure_one()
        running = judge.running[obligation.id]
        before, count = recorded.get((obligation.id, self.id), (0, 0))
        wanted = running.total() + exact(self.qty_delivered, "value") - exact(before, "value")
        today = obligation.company_id._revenue_today()
        limit = running.limit_on(today)
        change = max(0, wanted if limit is None else min(wanted, limit)) - running.total()
        if running.foreign or not change:
            return []
        fact = {
            "key": f"{PREFIX}{self.id}-{obligation.id}-{count + 1}",
            "date": today,
            "kind": "units",
            "value": change,
            "source": self.env._("Order %s", self.order_id.name),
        }
        try:
            row = judge.judge(fact, obligation)
        except (Wrong, Refusal) as wrong:
            # Not raised: the user who delivers cannot mend it. The close compares again and tells the accountant.
            _logger.info("Delivery of %s is not recorded: %s", self.display_name, wrong)
            return []
        recorded[obligation.id, self.id] = (before + row["value"], count + 1)
        return [row]

    @api.model
    def _revenue_recorded_units(self, obligations):
        """Return ``{(obligation id, line id): (units, count)}`` of what was recorded here before."""
        self.env["revenue.evidence"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT obligation_id, split_part(key, '-', 2)::int, sum(value), count(*)
                FROM revenue_evidence
                WHERE obligation_id = ANY(%s) AND kind = 'units' AND starts_with(key, %s)
                GROUP BY 1, 2
                """,
                obligations.ids,
                PREFIX,
            )
        )
        return {(obligation, line): (float(units), count) for obligation, line, units, count in rows}

    @api.model
    def _revenue_differing_delivered(self, companies):
        """Return the lines whose delivered quantity is not what their evidence adds up to."""
        self.flush_model(["qty_delivered"])
        self.env["revenue.evidence"].flush_model()
        self.env["revenue.obligation"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT line.id
                FROM revenue_obligation obligation
                JOIN revenue_obligation_sale_line_rel rel ON rel.obligation_id = obligation.id
                JOIN sale_order_line line ON line.id = rel.sale_line_id
                LEFT JOIN (
                    SELECT obligation_id, split_part(key, '-', 2)::int AS line_id, sum(value) AS units
                    FROM revenue_evidence
                    WHERE kind = 'units' AND starts_with(key, %(prefix)s)
                    GROUP BY 1, 2
                ) recorded ON recorded.obligation_id = obligation.id AND recorded.line_id = line.id
                WHERE obligation.company_id = ANY(%(companies)s)
                    AND (
                        obligation.measure = 'units'
                        OR (obligation.measure = ANY(%(triggered)s) AND obligation.trigger = 'delivered')
                    )
                    AND coalesce(line.qty_delivered, 0) <> coalesce(recorded.units, 0)
                ORDER BY line.id
                """,
                prefix=PREFIX,
                companies=companies.ids,
                triggered=list(TRIGGERED),
            )
        )
        return self.browse(line for (line,) in rows)

    @api.model
    def _revenue_sync_all_delivered(self, companies):
        """Compare all delivered quantities of companies with their evidence, and record what differs.

        :return: the number of facts recorded
        """
        lines = self.sudo()._revenue_differing_delivered(companies)
        return sum(len(self.browse(ids)._revenue_sync_delivered()) for ids in split_every(BATCH, lines.ids))

    @api.model
    def _revenue_cron_sync_delivered(self):
        """Record what differs, a batch at a time, for as long as Odoo gives; what is left then goes on by itself."""
        contracts = self.env["revenue.contract"].sudo()
        for (company,) in contracts._read_group([("state", "!=", "cancelled")], ["company_id"]):
            lines = self.sudo().with_company(company)
            recorded = 0
            for ids in split_every(BATCH, lines._revenue_differing_delivered(company).ids):
                recorded += len(lines.browse(ids)._revenue_sync_delivered())
                # What cannot be recorded differs for ever: without any progress the next night is early enough.
                if not self.env["ir.cron"]._commit_progress(len(ids)) and recorded:
                    self.env.ref("revenue_recognition.ir_cron_sync_delivered")._trigger()
                    return
