"""What every source has in common."""


class Source:
    """Reads one kind of fact for many contracts with one query.

    A subclass answers :meth:`tell`: it adds events of the engine to the contracts, or tells
    their promises what they wait for.

    :param loader: whose day, company and scale hold
    """

    def __init__(self, loader):
        self.loader = loader

    def tell(self, loaded):
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
