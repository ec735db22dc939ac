"""What every source has in common."""

from odoo.tools import SQL

#: SQL that says whether no other obligation of its measure is delivered in the project of an obligation ``o``.
ALONE = SQL(
    """
    NOT EXISTS (
        SELECT 1 FROM revenue_obligation other
          JOIN revenue_contract its ON its.id = other.contract_id AND its.state != 'cancelled'
         WHERE other.project_id = o.project_id AND other.id != o.id
           AND (other.measure = o.measure OR (other.trigger = 'milestone' AND o.trigger = 'milestone'))
    )
    """
)


class Source:
    """Reads one kind of fact for many contracts with one query.

    A subclass answers :meth:`read_into`: it adds events of the engine to the contracts, or tells
    their promises what they wait for.

    :param loader: whose day, company and scale hold
    """

    def __init__(self, loader):
        self.loader = loader

    def read_into(self, loaded):
        """Read the facts of some contracts into them.

        :param dict loaded: :class:`~..loaded.Loaded` by the id of the contract
        """
        raise NotImplementedError

    def wanted(self, loaded, *measures):
        """Return the ids of the contracts that have an obligation with one of some measures."""
        return [
            contract.id
            for contract in loaded.values()
            if any(promise.measure in measures for promise in contract.promises.values())
        ]
