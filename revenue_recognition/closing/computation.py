"""From contracts to entries, a chunk at a time."""

from ..loading import Loader
from .forecasts import Forecasts
from .posted_sums import PostedSums
from .roles import RoleBook
from .targets import Targets
from .writer import EntryWriter


class Computation:
    """Works out the contracts of a close and writes what has to be booked.

    Accounts, rates and currencies are read once, for all chunks: a close that takes minutes books every contract by
    the same ones.

    :param close: the close, in its company
    """

    def __init__(self, close):
        company = close.company_id
        own = company.currency_id.id
        self.loader = Loader(close.env, company, close.date, payments=False)
        roles = RoleBook(company)
        self.posted = PostedSums(self.loader)
        self.targets = Targets(close.date, roles, lambda contract: contract.currency_id != own)
        self.writer = EntryWriter(close, self.loader, roles)
        self.forecasts = Forecasts(self.loader, close.date)

    def book(self, contract_ids):
        """Write the entries of some contracts.

        :return: the contracts that have problems, as :class:`~..loading.Loaded`
        """
        self.writer.start()
        self.forecasts.start()
        booked = self.posted.of(contract_ids)
        problems = []
        loaded = self.loader.load(contract_ids).values()
        for contract in loaded:
            before = booked.get(contract.id, {})
            targets, complete = self.targets.of(contract, before)
            self.writer.add(contract, targets, before, complete)
            self.forecasts.add_term(contract)
            if complete:
                self.forecasts.add(contract, targets)
            if contract.problems and contract.state != "cancelled":
                problems.append(contract)
        self.writer.flush()
        self.forecasts.flush()
        return problems
