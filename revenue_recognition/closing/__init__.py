"""From positions to the subledger: what a close has to book, and writing it in bulk."""

from .computation import Computation
from .forecasts import Forecasts
from .posted_sums import PostedSums
from .roles import RoleBook
from .targets import Targets
from .totals import total_postings
from .writer import EntryWriter

__all__ = ["Computation", "EntryWriter", "Forecasts", "PostedSums", "RoleBook", "Targets", "total_postings"]
