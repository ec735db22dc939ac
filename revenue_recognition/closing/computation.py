"""From contracts to entries, a chunk at a time."""

from ..loading import Loader
from .booked import Booked
from .booking import Booking
from .outlook import Outlook
from .roles import RoleBook
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
        self.booked = Booked(self.loader)
        self.booking = Booking(close.date, roles, lambda contract: contract.currency_id != own)
        self.writer = EntryWriter(close, self.loader, roles)
        self.outlook = Outlook(self.loader, close.date)

    def book(self, contract_ids):
        """Write the entries of some contracts.

        :return: the contracts that have problems, as :class:`~..loading.Loaded`
        """
        self.writer.start()
        self.outlook.start()
        booked = self.booked.of(contract_ids)
        problems = []
        loaded = self.loader.load(contract_ids).values()
        for contract in loaded:
            before = booked.get(contract.id, {})
            targets, complete = self.booking.targets(contract, before)
            self.writer.add(contract, targets, before, complete)
            self.outlook.add_term(contract)
            if complete:
                self.outlook.add(contract, targets)
            if contract.problems and contract.state != "cancelled":
                problems.append(contract)
        self.writer.flush()
        self.outlook.flush()
        return problems
