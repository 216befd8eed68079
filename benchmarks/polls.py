"""What a poll and a whole go-live cost the processor, beside a bare httpx client and azure-core.

All contenders talk to the same service in another process, by turns, so that a busy moment of the
machine meets all of them. Printed is the CPU time of this process as a ratio to `httpx.Client.get` and
`json.loads`, at the median over the rounds; for a whole go-live, to as many such requests.

    python benchmarks/polls.py [--rounds 15] [--polls 200]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from functools import partial
from itertools import count

import httpx

from golive import GoLiveClient
from peers import HEADERS, POLLING, TOKEN, VERSION, AzureCore, Hurry, looks
from service import service

#: How often a go-live of the benchmark is looked at before it ends.
LOOKS = 5


def cpu(what: Callable[[], object]) -> float:
    """Return how much CPU time it takes, in seconds."""
    began = time.process_time()
    what()
    return time.process_time() - began


def often(what: Callable[[], object], times: int) -> None:
    """Do it so many times."""
    for _ in range(times):
        what()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--polls", type=int, default=200, help="of each contender in each round")
    arguments = parser.parse_args()
    polls = arguments.polls
    with (
        service() as url,
        httpx.Client(headers=HEADERS, params=VERSION) as bare,
        GoLiveClient(TOKEN, endpoint=url, clock=Hurry(), polling=POLLING) as client,
    ):
        peer, offers = AzureCore(url), count()

        def asked(publisher: str) -> None:
            for _ in range(polls):
                json.loads(bare.get(looks(url, publisher, "bare")).content)

        def whole() -> None:
            for _ in range(polls // 10):
                client.begin_go_live(f"short-{LOOKS}", f"offer{next(offers)}").result()

        def peers_whole() -> None:
            for _ in range(polls // 10):
                peer.polling(f"short-{LOOKS}", f"offer{next(offers)}").run()

        rows: dict[str, tuple[str, Callable[[], object], int]] = {}
        for publisher, name in (("same", "unchanged"), ("moving", "changed")):
            base = f"httpx, {name}"
            operation = client.operation(looks(url, publisher, "golive"))
            polling = peer.polling(publisher, "peer")
            rows[base] = (base, partial(asked, publisher), polls)
            rows[f"golive: a poll, {name}"] = (base, partial(often, operation.refresh, polls), polls)
            rows[f"azure-core: a poll, {name}"] = (
                base,
                partial(often, polling.update_status, polls),
                polls,
            )
        requests = polls // 10 * (LOOKS + 1)
        rows["golive: begin and 5 polls"] = ("httpx, changed", whole, requests)
        rows["azure-core: begin and 5 polls"] = ("httpx, changed", peers_whole, requests)

        spent: dict[str, list[float]] = {name: [] for name in rows}
        for _ in range(arguments.rounds):
            for name, (_, run, number) in rows.items():
                spent[name].append(cpu(run) / number)
    print(f"{'CPU per request':<32} {'÷ httpx':>8} {'median':>10}")
    for name, (base, _, _) in rows.items():
        ratio = statistics.median(
            one / other for one, other in zip(spent[name], spent[base], strict=True)
        )
        print(f"{name:<32} {ratio:>8.2f} {statistics.median(spent[name]) * 1e6:>7.0f} µs")


if __name__ == "__main__":
    main()
