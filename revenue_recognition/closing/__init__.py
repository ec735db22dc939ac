"""From positions to the subledger: what a close has to book, and writing it in bulk."""

from .booked import Booked
from .booking import Booking
from .computation import Computation
from .outlook import Outlook
from .roles import RoleBook
from .totals import total_postings
from .writer import EntryWriter

__all__ = ["Booked", "Booking", "Computation", "EntryWriter", "Outlook", "RoleBook", "total_postings"]
