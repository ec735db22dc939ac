"""From the database to the engine: contracts, what was agreed, and what happened to them, many at once.

A :class:`~.loader.Loader` reads a chunk of contracts with a query per source, never one per contract.
A source (:mod:`.sources`) reads one kind of fact: a new measure is a new file there.
"""

from .loaded import Loaded, Problem
from .loader import Loader
from .sources import SOURCES, Source

__all__ = ["SOURCES", "Loaded", "Loader", "Problem", "Source"]
