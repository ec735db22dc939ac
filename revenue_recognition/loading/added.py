"""What happened of an obligation before the modification that added it: it counts from the day of that."""

from dataclasses import replace

from ..engine import events as e


def no_earlier_than_agreed(events, variables):
    """Return events, none of which is about an obligation before the day a modification added it.

    Hours, cost, deliveries, estimates may all be older than the day from which a line of the order is in the contract.
    Invoices and credit notes keep their day, which is that of the ledger: the engine knows them to be of what comes.

    :param list events: of the engine; within a day modifications are first
    :param list variables: the variable amounts of the contract
    """
    added = {one.key: event.date for event in events if isinstance(event, e.Modify) for one in event.add}
    if not added:
        return events
    concerned = {variable.key: variable.allocate_to for variable in variables}
    moved = [_no_earlier(event, _agreed(event, concerned, added)) for event in events]
    pairs = zip(events, moved, strict=True)
    costs = [new.date for old, new in pairs if new is not old and isinstance(new, e.ContractCost)]
    # What is impaired of a cost was an asset before.
    return [_no_earlier(event, costs) if isinstance(event, e.Impair) else event for event in moved]


def _agreed(event, concerned, added):
    """Return the days on which the obligations that an event is about were added."""
    if isinstance(event, e.Performance):
        keys = (event.obligation,)
    elif isinstance(event, e.ContractCost):
        keys = event.over
    elif isinstance(event, e.Estimate):
        keys = concerned.get(event.variable, ())
    else:
        keys = ()
    return [added[key] for key in keys if key in added]


def _no_earlier(event, days):
    """Return an event as of the last of some days, if it is before."""
    latest = max(days, default=event.date)
    return replace(event, date=latest) if event.date < latest else event
