"""Milestones of projects, by the day they were reached."""

from fractions import Fraction
from functools import lru_cache

from odoo.tools import SQL

from ...engine import events as e
from ..values import among
from .base import Source, counting

#: SQL that says of a milestone ``m`` found for an obligation whether it is of ``others``, by the orders of its tasks,
#: or ``shared``: no task says whose it is, and an obligation of another contract is measured in its project
#: as well, counts and has no milestones of its own.
THEIRS = """
    CASE WHEN EXISTS (
        SELECT 1 FROM project_task t JOIN lines ON lines.id = found.id AND lines.order_id = t.sale_order_id
         WHERE t.milestone_id = m.id
    ) THEN NULL
    WHEN EXISTS (SELECT 1 FROM project_task t WHERE t.milestone_id = m.id AND t.sale_order_id IS NOT NULL)
    THEN 'others'
    WHEN EXISTS (
        SELECT 1 FROM revenue_obligation o
          JOIN revenue_contract its ON its.id = o.contract_id AND its.state != 'cancelled'
         WHERE o.project_id = m.project_id AND o.contract_id != found.contract_id AND %s
           AND (o.measure = 'milestones' OR o.trigger = 'milestone')
           AND NOT EXISTS (
            SELECT 1 FROM revenue_obligation_sale_line_rel r
              JOIN project_milestone its_own ON its_own.sale_line_id = r.sale_line_id
             WHERE r.obligation_id = o.id
           )
    ) THEN 'shared' END
"""
#: Shares of milestones are floats; thirds of a whole do not add up to it.
NEAR = Fraction(1, 1000)


#: SQL that keeps obligations ``o`` that are measured by milestones, or wait for them.
MEASURED = SQL("(o.measure = 'milestones' OR o.trigger = 'milestone')")

#: SQL for the milestones of the obligations ``wanted``, by place: 0 own, 1 of the project, 2 of the order.
FOUND = SQL(
    """
    lines AS (
        SELECT w.contract_id, w.id, l.id AS line_id, l.order_id
          FROM wanted w
          JOIN revenue_obligation_sale_line_rel r ON r.obligation_id = w.id
          JOIN sale_order_line l ON l.id = r.sale_line_id
    ), projects AS (
        SELECT contract_id, id, project_id, 1 AS place FROM wanted
        UNION
        SELECT w.contract_id, w.id, other.project_id, 2
          FROM wanted w
          JOIN lines ON lines.id = w.id
          JOIN LATERAL (
            SELECT s.project_id FROM sale_order s WHERE s.id = lines.order_id
            UNION
            SELECT l.project_id FROM sale_order_line l WHERE l.order_id = lines.order_id
          ) other ON other.project_id IS DISTINCT FROM w.project_id
    ), found AS (
        SELECT lines.contract_id, lines.id, 0 AS place, m.id AS milestone_id
          FROM lines JOIN project_milestone m ON m.sale_line_id = lines.line_id
        UNION
        SELECT p.contract_id, p.id, p.place, m.id
          FROM projects p JOIN project_milestone m ON m.project_id = p.project_id AND m.sale_line_id IS NULL
         WHERE p.place = 1 OR m.quantity_percentage > 0
    )
    """
)


class ProjectMilestones(Source):
    """Reads ``project.milestone``: its share of the quantity is its weight.

    A milestone that names an order line counts for the obligations of that line alone. What an obligation's own
    milestones leave of the whole is made up by those that name no line: of its own project, else those of the other
    projects of its order that have a share (of the order, then). Where no milestone has a share, or each has the whole
    as Odoo proposes it, all weigh the same.
    """

    def read_into(self, loaded):
        """See :class:`Source`."""
        found = {}
        deadlines = {}
        for contract_id, obligation_id, place, deadline, *milestone in self.loader.rows(self._query(loaded)):
            found.setdefault((contract_id, obligation_id), {}).setdefault(place, []).append(milestone)
            deadlines[str(milestone[0])] = deadline
        for (contract_id, obligation_id), places in found.items():
            contract = loaded[contract_id]
            if obligation_id in contract.promises:
                self._read_obligation(contract, contract.promises[obligation_id], places, deadlines)

    def _query(self, loaded):
        """Return SQL for the milestones of obligations (``FOUND``), what is done of each and whose it is.

        ``theirs`` is set where a milestone is of other orders: by its tasks, or maybe, since they share the project.
        """
        return SQL(
            """
            WITH wanted AS (
                SELECT o.contract_id, o.id, o.project_id FROM revenue_obligation o WHERE %(among)s AND %(measured)s
            ), %(found)s
            SELECT found.contract_id, found.id, found.place, m.deadline, m.id, m.quantity_percentage::text,
                   CASE WHEN m.is_reached AND %(until)s THEN m.reached_date END,
                   CASE WHEN found.place > 0 THEN %(theirs)s END
              FROM found JOIN project_milestone m ON m.id = found.milestone_id
             ORDER BY found.contract_id, found.id, found.place, m.id
            """,
            found=FOUND,
            among=among("o.contract_id", loaded),
            measured=MEASURED,
            until=self.loader.until("m.reached_date"),
            theirs=SQL(THEIRS, counting(self.loader, "o")),
        )

    def _read_obligation(self, contract, promise, places, deadlines):
        own, loose = places.get(0, []), self._loose(contract, promise, places)
        weights = _weights_beside(own, loose)
        milestones = [*own, *loose]
        promise.weights = {
            str(key): weight for (key, *_facts), weight in zip(milestones, weights, strict=True) if weight
        }
        reached = [(day, str(key)) for key, _share, day, _theirs in milestones if day and str(key) in promise.weights]
        promise.reached = {key: day for day, key in reached}
        promise.planned = {key: deadlines[key] for key in promise.weights if key not in promise.reached}
        if promise.measure == "milestones":
            contract.events.extend(
                e.Milestone(date=day, place=f"milestone {key}", obligation=promise.key, milestone=key)
                for day, key in reached
            )
        elif promise.weights and len(reached) == len(promise.weights):
            promise.facts.append((max(day for day, _key in reached), Fraction(1)))

    def _loose(self, contract, promise, places):
        """Return the milestones without an order line that count for an obligation.

        Those that another contract may mean as well count for neither, which is a problem.
        """
        if _is_whole(places.get(0, [])):
            return []
        for place in (1, 2):
            mine = [milestone for milestone in places.get(place, []) if milestone[-1] != "others"]
            if any(milestone[-1] == "shared" for milestone in mine):
                contract.problem("shared_milestones", promise, name=promise.name)
                return []
            if mine:
                return mine
        return []


def _is_whole(own):
    """Return whether milestones of an order line speak for all of it."""
    shares = [Fraction(share or 0) for _key, share, _day, _theirs in own]
    return bool(own) and (not any(shares) or sum(shares) > 1 - NEAR)


def _weights_beside(own, loose):
    """Return the weights of an obligation's own milestones, then of those that make up the whole beside them.

    >>> _weights_beside([(1, "0.4", None, None)], [(2, "0.2", None, None), (3, "0.1", None, None)])
    [Fraction(2, 5), Fraction(2, 5), Fraction(1, 5)]
    >>> _weights_beside([(1, "0.4", None, None)], [(2, None, None, None)])
    [Fraction(2, 5), Fraction(0, 1)]
    """
    if not own:
        return _whole_weights(loose)
    if not loose:
        return _weights(*(share for _key, share, _day, _theirs in own))
    shares = [Fraction(share or 0) for _key, share, _day, _theirs in own]
    left, total = 1 - sum(shares), sum(Fraction(share or 0) for _key, share, _day, _theirs in loose)
    return shares + [left * Fraction(share or 0) / total if total else total for _key, share, _day, _theirs in loose]


def _whole_weights(loose):
    """Return weights that total 1 of milestones that name no order line: their shares are of something larger."""
    weights = _weights(*(share for _key, share, _day, _theirs in loose)) if loose else []
    total = sum(weights)
    return [weight / total for weight in weights]


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
