"""Of what has no month in a waterfall: what waits for milestones that are planned."""

from odoo.tools import SQL, split_every

from ..engine.money import split
from ..loading import Loader
from ..loading.planned import planned_stretches

#: Contracts whose milestones are read at a time.
CHUNK = 1000
#: Obligations ``o`` that wait for milestones of a project.
OF_MILESTONES = SQL(
    "(o.measure = 'milestones' OR o.trigger = 'milestone' AND o.measure IN ('point_in_time', 'straight_line'))"
)


class PlannedMilestones:
    """Gives what waits for milestones the days of their deadlines."""

    def _planned(self, chosen, group, remaining, earned):
        """Return what moves, of what has no month, to the months that milestones are planned for.

        :param chosen: SQL of the contracts that count
        :param group: SQL of what rows are about
        :param remaining: rows of obligations that wait for milestones, as ``Waterfall.remaining`` returns them
        :param earned: units of them that have their month already, by obligation; its reached milestones are in these
        :return: such rows: what is taken off what has no month, and the same with its days
        """
        waiting = [(row[0], *row[1:3], row[-1] - earned.get(row[0], 0)) for row in remaining if row[3] is None]
        keys = self._keys([obligation for obligation, *_rest in waiting], chosen, group)
        contracts = {contract_id for contract_id, _key, _monthly in keys.values()}
        stretches = self._planned_stretches(contracts, earned)
        for obligation, currency, decimals, amount in waiting:
            found = stretches.get(obligation, [])
            _contract, key, monthly = keys[obligation]
            for (first, last, _part), units in zip(
                found, split(amount, [part for _first, _last, part in found]), strict=True
            ):
                if first:
                    yield key, currency, decimals, None, None, False, -units
                    yield key, currency, decimals, first, last, monthly, units

    def _keys(self, obligations, chosen, group):
        """Return of obligations their contract, what their rows are about, and whether months earn them, by id."""
        query = SQL(
            "SELECT o.id, o.contract_id, %s, COALESCE(o.monthly, FALSE)"
            " FROM revenue_obligation o JOIN (%s) k ON k.id = o.contract_id WHERE o.id = ANY(%s)",
            group,
            chosen,
            obligations,
        )
        return {obligation: values for obligation, *values in self.env.execute_query(query)} if obligations else {}

    def _planned_stretches(self, contracts, earned):
        """Return when what waits for milestones is earned, by obligation; see :func:`planned_stretches`."""
        until = self._until()
        loader, today, found = Loader(self.env, self.company), self.company._revenue_today(), {}
        for ids in split_every(CHUNK, sorted(contracts)):
            for contract in loader.load_milestones(ids).values():
                for promise in contract.promises.values():
                    if promise.weights:
                        closed = until if promise.id in earned else self.closed
                        found[promise.id] = planned_stretches(promise, closed, today)
        return found
