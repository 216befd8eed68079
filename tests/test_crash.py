"""Killed at any moment and started again, the same program takes the offer live exactly once.

`GOLIVE_KILLS=200 python -m pytest tests/test_crash.py` is the full run; by default it is shorter.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import MIGRATED, NON_MIGRATED
from golive.emulator import TOKEN, Emulator

KILLS = int(os.environ.get("GOLIVE_KILLS", "12"))

#: What the README says: put the token away, then wait; come back with the token, or begin again.
PROGRAM = """
import pathlib, sys
from golive import GoLiveClient, PollingPolicy
endpoint, offer, token, store = sys.argv[1:]
store = pathlib.Path(store)
policy = PollingPolicy(floor=0.02, ceiling=0.1)
with GoLiveClient(token, endpoint=endpoint, polling=policy) as client:
    if store.exists():
        operation = client.operation(store.read_text())
    else:
        operation = client.begin_go_live("contoso", offer)
        half = store.with_suffix(".new")
        half.write_text(operation.continuation_token())
        half.replace(store)
    operation.result(timeout=60)
"""


@pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])
def test_killed_at_random_it_goes_live_exactly_once(tmp_path: Path, offer: str) -> None:
    generator = random.Random(20171031)
    kills = lives = 0
    while kills < KILLS // 2:
        lives += 1
        store = tmp_path / f"{lives}.token"
        faults = [f"{generator.choice(['drop-answer', 'reset-body', '502-after'])}@golive"]
        # A go-live in eight seconds: longer than it takes to come back after a kill.
        emulator = Emulator(speed=32_000, faults=faults if lives % 2 else ())
        with emulator.serve() as url:
            deadline = time.monotonic() + 120
            while True:
                command = [sys.executable, "-c", PROGRAM, url, offer, TOKEN, str(store)]
                child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
                try:
                    # An interpreter takes a fifth of a second to come to the point.
                    _, problem = child.communicate(timeout=generator.uniform(0.1, 1.2))
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.communicate()
                    kills += 1
                else:
                    assert child.returncode == 0, problem
                    break
                assert emulator.accepted("contoso", offer) <= 1
                assert time.monotonic() < deadline, "never finished"
            assert emulator.accepted("contoso", offer) == 1
            (go_live, _) = reversed(emulator.market.offer("contoso", offer).operations)
            assert go_live.status(emulator.market.now) == "completed"
