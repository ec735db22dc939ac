"""When milestones that are not reached will be, by the deadlines of their project."""

from fractions import Fraction

from ..engine import events as e


def planned_stretches(promise, closed, today):
    """Return when what remains of an obligation that waits for milestones is earned.

    What a close booked is left aside: the rest belongs to the milestones reached since then and to those still to
    come, by their weights. A deadline that has passed counts as today: the milestone is due now.

    :param promise: a :class:`~.loaded.Promise`, with its milestones
    :param closed: the last day that a close covers, or None
    :param today: the day of the company
    :return: list of (first day, last day, part); the days are None where a milestone has no deadline, and the list is
        empty where nothing is known
    """
    if promise.measure == "milestones":
        days = {key: _due(deadline, today) for key, deadline in promise.planned.items()}
        days.update((key, day) for key, day in promise.reached.items() if closed is None or day > closed)
        return [(day, day, promise.weights[key]) for key, day in days.items()]
    start = planned_day(promise, today)
    if start is None or promise.measure == "point_in_time":
        return [(start, start, Fraction(1))]
    promise.started = start
    span = promise.span()
    return [(*span, Fraction(1))] if span else []


def planned_day(promise, today):
    """Return the day on which all milestones of an obligation will be reached; None where one has no deadline."""
    days = [*promise.reached.values(), *(_due(deadline, today) for deadline in promise.planned.values())]
    return max(days) if days and None not in days else None


def planned_events(loaded, today):
    """Return the events of the engine that the deadlines of milestones announce for a contract.

    :param loaded: a :class:`~.loaded.Loaded`; what it was ended for, or removed from it, announces nothing any more
    """
    if any(isinstance(event, e.Terminate) for event in loaded.events):
        return []
    gone = {key for event in loaded.events if isinstance(event, e.Modify) for key in event.remove}
    found = []
    for promise in loaded.promises.values():
        if promise.key not in gone and promise.planned:
            found += _events(promise, today)
    return found


def _events(promise, today):
    if promise.measure == "milestones":
        return [
            e.Milestone(date=_due(day, today), place=f"milestone {key}", obligation=promise.key, milestone=key)
            for key, day in promise.planned.items()
            if day
        ]
    day = planned_day(promise, today) if promise.measure == "point_in_time" else None
    return [e.Satisfy(date=day, place=promise.key, obligation=promise.key, share=Fraction(1))] if day else []


def _due(deadline, today):
    return deadline and max(deadline, today)
