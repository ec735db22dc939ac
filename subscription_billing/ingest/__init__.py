"""Usage as it comes: read, stored once by its key, summed up by day. Plain Python and SQL; no ORM in it."""
