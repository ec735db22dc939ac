from odoo import fields, models

from ..engine import Refusal
from ..engine import events as e
from ..engine.batch import position_at
from ..engine.money import in_currency
from ..engine.reading.node import exact
from ..loading import Loader


class RevenueObligation(models.Model):
    """What an estimate at completion does."""

    _inherit = "revenue.obligation"

    def action_estimate(self):
        """Estimate the cost or the hours of these obligations at completion.

        :return: a window action
        """
        self.check_access("read")
        return self.env["revenue.estimate.wizard"]._open(self.sudo())

    def _may_estimate(self, user):
        """Return whether a user may see and update the estimate at completion: accountants and project managers."""
        self.ensure_one()
        own = self.with_user(user)
        if user.has_group("revenue_recognition.group_revenue_accountant"):
            return own.has_access("read")
        return bool(self.project_id) and own.project_id._may_estimate()

    def _estimate_effect(self, estimate, day):
        """Return what an estimate at completion does on a day.

        :param estimate: the cost or the hours expected in all; nothing to leave it as it is
        :param day: the day it is made
        :return: ``{"estimate", "done", "progress", "revenue"}``: the estimate that holds then and what is done of it,
            in money or hours; the fraction earned and the revenue recognised through the day. Progress and revenue
            are nothing where the contract can't be worked out.
        """
        self.ensure_one()
        self.env.flush_all()
        change = self.modification_id
        # What is only proposed, or counts later, is looked at as if it counted: its estimate is wanted before.
        day = max(day, change.date or day)
        proposed = {change.id: change.treatment} if change.state == "proposed" else None
        loader = Loader(self.env, self.company_id, at=day, proposed=proposed)
        loaded = loader.load(self.contract_id.ids)[self.contract_id.id]
        promise = loaded.promises[self.id]
        scale = 10**loaded.decimals if self.measure == "cost_to_cost" else 1
        done = sum(self._done(event, promise.key) for event in loaded.events)
        if estimate:
            self._expect(loaded, promise, exact(estimate, "estimate") * scale, day)
        found = self._work_out(loaded, day)
        line = next((one for one in found.lines if one.key == promise.key), None) if found else None
        expected = [event.total for event in loaded.events if self._is_estimate(event, promise.key)]
        return {
            "estimate": float((expected or [promise.estimate or 0])[-1] / scale),
            "done": float(done / scale),
            "progress": float(line.progress) if line else None,
            "revenue": in_currency(line.recognised, loaded.decimals) if line else None,
        }

    def _expect(self, loaded, promise, total, day):
        """Add an estimate to what is loaded: the first one is part of the terms."""
        if promise.estimate is None:
            promise.estimate = total
            loaded.problems = [
                problem
                for problem in loaded.problems
                if (problem.kind, problem.obligation_id) != ("estimate", promise.id)
            ]
            return
        made = e.EstimateCost if self.measure == "cost_to_cost" else e.EstimateHours
        loaded.events.append(made(date=day, place="estimate", obligation=promise.key, total=total))

    def _done(self, event, key):
        """Return how much of the work an event of the engine did."""
        if isinstance(event, e.Hours) and event.obligation == key:
            return event.hours
        if isinstance(event, e.Cost) and event.obligation == key and event.kind is not e.CostKind.WASTED:
            # What is installed was counted when it was bought.
            return 0 if event.kind is e.CostKind.INSTALLED else event.amount
        return 0

    def _is_estimate(self, event, key):
        return isinstance(event, e.EstimateCost | e.EstimateHours) and event.obligation == key

    def _work_out(self, loaded, day):
        """Return the position of a loaded contract, or nothing where something stands in the way."""
        if loaded.blocked() or day < fields.Date.to_date(loaded.date):
            return None
        try:
            return position_at(loaded.contract(), day)
        except Refusal:
            return None
