"""Milestones of projects, by the day they were reached."""

from fractions import Fraction
from functools import lru_cache

from odoo.tools import SQL

from ...engine import events as e
from ..values import among
from .base import ALONE, Source

#: Shares of milestones are floats; thirds of a whole do not add up to it.
NEAR = Fraction(1, 1000)


class ProjectMilestones(Source):
    """Reads ``project.milestone`` of the order lines: its share of the quantity is its weight.

    Where no milestone has a share, or each has the whole as Odoo proposes it, all weigh the same. Milestones of a
    project that name no order line belong to the one obligation that is measured by them there.
    """

    def tell(self, loaded):
        """See :class:`Source`."""
        found = {}
        for contract_id, obligation_id, *milestone in self.loader.rows(self._query(loaded)):
            found.setdefault((contract_id, obligation_id), []).append(milestone)
        for (contract_id, obligation_id), milestones in found.items():
            contract = loaded[contract_id]
            if obligation_id in contract.promises:
                self._tell(contract, contract.promises[obligation_id], milestones)

    def _query(self, loaded):
        return SQL(
            """
            WITH found AS (
                SELECT o.contract_id, o.id, m.id AS milestone_id
                  FROM revenue_obligation o
                  JOIN revenue_obligation_sale_line_rel r ON r.obligation_id = o.id
                  JOIN project_milestone m ON m.sale_line_id = r.sale_line_id
                 WHERE %(among)s AND (o.measure = 'milestones' OR o.trigger = 'milestone')
                UNION
                SELECT o.contract_id, o.id, m.id
                  FROM revenue_obligation o
                  JOIN project_milestone m ON m.project_id = o.project_id AND m.sale_line_id IS NULL
                 WHERE %(among)s AND (o.measure = 'milestones' OR o.trigger = 'milestone')
                   AND %(alone)s
            )
            SELECT found.contract_id, found.id, m.id, m.quantity_percentage::text,
                   CASE WHEN m.is_reached AND %(until)s THEN m.reached_date END
              FROM found JOIN project_milestone m ON m.id = found.milestone_id
             ORDER BY found.contract_id, found.id, m.id
            """,
            among=among("o.contract_id", loaded),
            alone=ALONE,
            until=self.loader.until("m.reached_date"),
        )

    def _tell(self, contract, promise, milestones):
        weights = _weights(*(weight for _id, weight, _day in milestones))
        promise.weights = {
            str(key): weight for (key, _share, _day), weight in zip(milestones, weights, strict=True) if weight
        }
        reached = [(day, str(key)) for key, _share, day in milestones if day and str(key) in promise.weights]
        if promise.measure == "milestones":
            contract.events.extend(
                e.Milestone(date=day, place=f"milestone {key}", obligation=promise.key, milestone=key)
                for day, key in reached
            )
        elif len(reached) == len(promise.weights):
            promise.facts.append((max(day for day, _key in reached), Fraction(1)))


@lru_cache(maxsize=1024)
def _weights(*texts):
    """Return weights that total 1 where the shares nearly do; equal ones where there are no shares.

    Plans repeat: most projects of a firm have the same milestones.

    >>> _weights("0.3333", "0.3333", "0.3333")[0]
    Fraction(1, 3)
    >>> _weights(None, "0"), _weights("1", "1")
    ([Fraction(1, 2), Fraction(1, 2)], [Fraction(1, 2), Fraction(1, 2)])
    """
    shares = [Fraction(text or 0) for text in texts]
    total = sum(shares)
    if not total or set(shares) == {1}:
        return [Fraction(1, len(shares))] * len(shares)
    return [share / total for share in shares] if abs(total - 1) < NEAR else shares
