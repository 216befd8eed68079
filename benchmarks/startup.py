"""What it costs to start the command and to import the package, beside what they cannot do without.

Each is a process of its own; they are run by turns, so that a busy moment of the machine meets all of
them. Printed is the median time of each, as a multiple of bare Python's and in milliseconds.

    python benchmarks/startup.py [--runs 20]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

CASES = {
    "python -c pass": ("-c", "pass"),
    "import httpx": ("-c", "import httpx"),
    "import azure.identity": ("-c", "import azure.identity"),
    "import golive": ("-c", "import golive"),
    "golive --version": ("-m", "golive.cli", "--version"),
    "golive start --help": ("-m", "golive.cli", "start", "--help"),
}


def seconds(arguments: tuple[str, ...]) -> float:
    """Run Python once and return how long it took."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(runs):
        for name, arguments in CASES.items():
            times[name].append(seconds(arguments))
    medians = {name: statistics.median(each) for name, each in times.items()}
    bare = medians["python -c pass"]
    print(f"{'':<24} {'times bare Python':>18} {'median':>10}")
    for name, median in medians.items():
        print(f"{name:<24} {median / bare:>18.1f} {median * 1000:>7.0f} ms")


if __name__ == "__main__":
    main()
