"""``bin/bench engine``: the revenue engine over many contracts, on one core."""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
SIZES = (1_000, 10_000, 100_000, 1_000_000)
RUNS = 3
# The engine is plain Python: without Odoo it goes by a name of its own.
START = """
import importlib, runpy, sys
sys.path[:0] = [{repository!r}, {addon!r}]
for name in ("", ".events", ".measures"):
    sys.modules["revenue_engine" + name] = importlib.import_module("engine" + name)
sys.argv = ["engine_population", {size!r}]
runpy.run_module("benchmarks.engine_population", run_name="__main__")
"""


def run(_bench):
    """Measure populations of growing size, each in a process of its own.

    ``BENCH_SIZES`` names other sizes, separated by commas.

    :return: figures by name: obligations per second of the engine alone (what it takes to make the contracts taken
        off) and together with making them, and peak memory
    """
    wanted = os.environ.get("BENCH_SIZES")
    figures = {}
    for size in map(int, wanted.split(",")) if wanted else SIZES:
        print(f"… {size:,} obligations", flush=True)
        runs = [_measure(size) for _run in range(RUNS if size < SIZES[-1] else 1)]
        figures[f"obligations_per_second_{size}"] = statistics.median(
            size / (run["together"] - run["made"]) for run in runs
        )
        figures[f"obligations_per_second_{size}_made_too"] = statistics.median(size / run["together"] for run in runs)
        figures[f"peak_mib_{size}"] = max(run["peak_mib"] for run in runs)
    return figures


def _measure(size):
    code = START.format(repository=str(REPOSITORY), addon=str(REPOSITORY / "revenue_recognition"), size=str(size))
    command = [sys.executable, "-c", code]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
