"""What every source has in common."""

from odoo.tools import SQL


def counting(loader, name):
    """Return SQL that says whether an obligation is agreed, and not removed: only such a one has facts to itself.

    :param loader: which modifications count
    :param str name: of the table of obligations in the query
    """
    one = SQL.identifier(name)
    return SQL(
        """
        (%(one)s.modification_id IS NULL OR EXISTS (
            SELECT 1 FROM revenue_modification m WHERE m.id = %(one)s.modification_id AND %(applied)s
        )) AND NOT EXISTS (
            SELECT 1 FROM revenue_modification_line gone JOIN revenue_modification m ON m.id = gone.modification_id
             WHERE gone.obligation_id = %(one)s.id AND gone.action = 'remove' AND %(applied)s
        )
        """,
        one=one,
        applied=loader.applied(),
    )


def alone(loader):
    """Return SQL that says whether no other obligation of its measure is delivered in the project of one ``o``."""
    return SQL(
        """
        NOT EXISTS (
            SELECT 1 FROM revenue_obligation other
              JOIN revenue_contract its ON its.id = other.contract_id AND its.state != 'cancelled'
             WHERE other.project_id = o.project_id AND other.id != o.id AND other.measure = o.measure AND %s
        )
        """,
        counting(loader, "other"),
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
