"""What a schedule costs, and how late it notices the end: the default beside fixed intervals.

Operations take 5 minutes to 5 days, log-uniform. For each schedule this prints the requests on average,
and the delay between the end and its being noticed as a share of the duration, at the median and at the
99th percentile. All schedules see the same durations.

    python benchmarks/schedule.py [--operations 20000] [--seed 1]
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
from collections.abc import Callable

from golive import PollingPolicy

SHORTEST = 5 * 60.0
LONGEST = 5 * 86_400.0

Pause = Callable[[float], float]


def simulate(duration: float, pause: Pause) -> tuple[int, float]:
    """Follow one operation: how many requests it takes, and how late its end is noticed."""
    # The first request goes out at once, as the clients do.
    now, requests = 0.0, 1
    while now < duration:
        now += pause(now)
        requests += 1
    return requests, (now - duration) / duration


def measure(durations: list[float], pause: Pause) -> tuple[float, float, float]:
    """Return the requests on average, and the lateness at the median and the 99th percentile."""
    runs = [simulate(duration, pause) for duration in durations]
    lateness = statistics.quantiles([late for _, late in runs], n=100)
    return statistics.fmean(requests for requests, _ in runs), lateness[49], lateness[98]


def draw(operations: int, generator: random.Random) -> list[float]:
    """Draw durations, log-uniform."""
    return [
        math.exp(generator.uniform(math.log(SHORTEST), math.log(LONGEST))) for _ in range(operations)
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--operations", type=int, default=20_000, help="how many are simulated")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    generator = random.Random(arguments.seed)
    durations = draw(arguments.operations, generator)
    policy = PollingPolicy()
    schedules: dict[str, Pause] = {
        "golive's default": lambda elapsed: policy.pause(elapsed, vary=generator.uniform),
        "every 30 s": lambda elapsed: 30.0,
        "every 4 h": lambda elapsed: 4 * 3_600.0,
    }
    print(f"{'schedule':<18}{'requests':>10}{'late, median':>15}{'late, 99th':>13}")
    for name, pause in schedules.items():
        requests, median, worst = measure(durations, pause)
        print(f"{name:<18}{requests:>10.0f}{median:>14.2%} {worst:>12.2%}")


if __name__ == "__main__":
    main()
