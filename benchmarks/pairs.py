"""A run beside Odoo alone: both bill as many customers, in turn, and make the same documents."""

from statistics import median

ROUNDS = 3
SAME = ("invoices", "lines", "total")


def run_pairs(native, ours, customers):
    """Bill as many customers by a run and by Odoo's own methods, some times over.

    The sides run in turn, each first every second time; ratios are those of runs that followed each other, so that
    other work on the machine weighs on both sides alike. The first pair fills caches and is left out.

    :param native: the probe of Odoo alone; both do ``make_orders`` and ``bill``
    :param ours: the probe of the addons
    :return: a list of (of the run, of Odoo alone), as ``bill`` returns them
    """
    pairs = []
    for number in range(ROUNDS + 1):
        orders = {probe: probe("make_orders", customers=customers, number=number) for probe in (native, ours)}
        sides = [native, ours] if number % 2 else [ours, native]
        ran = {probe: probe("bill", orders=orders[probe], number=number) for probe in sides}
        alone, run = ran[native], ran[ours]
        if [run[name] for name in SAME] != [alone[name] for name in SAME] or run["invoices"] != customers:
            raise AssertionError(f"Not the same documents: {run}, {alone}")
        print(f"  run {run['seconds']:.1f} s, Odoo alone {alone['seconds']:.1f} s", flush=True)
        pairs.append((run, alone))
    return pairs[1:]


def ratio(pairs, name="seconds"):
    """Return how many times faster the runs of pairs were, by ``seconds`` or by the seconds at work (``busy``)."""
    return median(alone[name] / run[name] for run, alone in pairs)
