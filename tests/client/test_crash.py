"""Killed at any request and started again, the same program takes the offer live exactly once.

`GOLIVE_KILLS=200 python -m pytest tests/client/test_crash.py` is the full run; by default it is shorter.
Nothing here is a matter of time: the emulator kills its client at a request that was drawn, and its own
time goes on with the requests.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from conftest import MIGRATED, NON_MIGRATED, PATIENCE
from golive import State
from golive.cli.exits import Exit
from golive.emulator import TOKEN, Emulator
from golive.emulator.faults import kind_of

pytestmark = pytest.mark.unmeasured

KILLS = int(os.environ.get("GOLIVE_KILLS", "12"))

HEAD = """
import json, pathlib, sys
from golive import Baseline, GoLiveClient, PollingPolicy, RetryPolicy
endpoint, offer, token, store = sys.argv[1:]
store = pathlib.Path(store)
fast = PollingPolicy(min_delay=0.01, max_delay=0.05)
soon = RetryPolicy(base_delay=0.01, max_delay=0.05)
client = GoLiveClient(token, endpoint=endpoint, polling=fast, retry=soon)
"""
#: What docs/how-to/resume.md says, and the file is whole whenever the process is killed.
PROGRAM = f"""{HEAD}
if store.exists():
    baseline = Baseline.from_dict(json.loads(store.read_text()))
else:
    baseline = client.baseline("contoso", offer)
    half = store.with_suffix(".new")
    half.write_text(json.dumps(baseline.to_dict()))
    half.replace(store)
client.begin_go_live("contoso", offer, baseline=baseline).result()
store.unlink()
"""
#: The command, which keeps by itself what it takes. A lost answer is looked for only briefly, since that
#: is real time.
COMMAND = """
import functools, sys
import golive.cli.apis as apis
from golive import ProductIngestionClient, RetryPolicy
from golive.cli.app import run
endpoint, offer = sys.argv[1:]
soon = RetryPolicy(base_delay=0.01, max_delay=0.05, answer_within=0.3, listed_within=0.2)
apis.ProductIngestionClient = functools.partial(ProductIngestionClient, retry=soon)
where = ("--api", "product-ingestion", "--endpoint", endpoint, "--interval", "0.01s", "--quiet")
sys.exit(run(("publish", offer, "--wait", "--if-needed", *where)) or run(("start", offer, *where)))
"""
#: The same without it: what was there before is forgotten with the process.
FORGETFUL = f"""{HEAD}
client.begin_go_live("contoso", offer).result()
"""


@define
class Killing:
    """The service of an emulator, and what kills the process that asks it.

    Attributes:
        emulator: The emulator.
        service: What answers in it.
        process: Who asks.
        asked: How often.
        killed: Whether it was killed.
        at: At which request it is killed, or at the first of which kind; None for never.
        acting: Whether the service acts on that request before.
        away: Hours of the market's time that passed while nothing asked.
    """

    emulator: Emulator
    service: Any
    process: subprocess.Popen[str] | None = None
    asked: int = 0
    killed: bool = False
    at: int | str | None = None
    acting: bool = False
    away: float = 0.0
    counted: int = field(init=False, default=0)

    @classmethod
    def of(cls, faults: list[str]) -> Killing:
        made: list[Killing] = []
        # An hour goes by with every request: a go-live takes 72 of them, and the list lags by none.
        emulator = Emulator(
            speed=3600, clock=lambda: made[0].hours if made else 0, always_ready=True, faults=faults
        )
        made.append(cls(emulator, emulator.app.app))
        emulator.app.app = made[0]
        return made[0]

    @property
    def hours(self) -> float:
        return self.counted + self.away

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.service(scope, receive, send)
            return
        self.counted += 1
        self.asked += 1
        kind = kind_of(scope["path"], scope["method"])
        process, fatal, acting = self.process, self.at in (self.asked, kind), self.acting
        if fatal and not acting:
            self.kill(process)

        async def answer(message: Any) -> None:
            # By the time of a second part, the next process may be running.
            if fatal and message["type"] == "http.response.start" and acting:
                self.kill(process)
            await send(message)

        await self.service(scope, receive, answer)

    def kill(self, process: subprocess.Popen[str] | None) -> None:
        """Let the process that asked be gone before it hears anything."""
        assert process is not None
        if process.poll() is not None:
            # It gave the request up, and came to its end.
            return
        self.killed = True
        process.kill()
        with suppress(ChildProcessError):
            # Its status is for `run`, in another thread.
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

    def run(self, program: str, *arguments: str, again: int = 0) -> bool:
        """Run the program; return whether it came to its end, and not to the exit code for once more."""
        self.asked, self.killed = 0, False
        command = [sys.executable, "-c", program, *arguments]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        _, problem = self.process.communicate(timeout=PATIENCE)
        code = self.process.returncode
        # Where `kill` got the status, which is chance, Popen takes it for 0.
        assert code in ((-signal.SIGKILL, 0, again) if self.killed else (0, again)), problem
        return code == 0 and not self.killed


@pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])
def test_killed_at_random_it_goes_live_exactly_once(tmp_path: Path, offer: str) -> None:
    generator = random.Random(20171031)
    kills = lives = 0
    while kills < KILLS // 2:
        lives += 1
        lost = f"{generator.choice(['drop-answer', 'reset-body', '502-after'])}@golive"
        killing = Killing.of([lost] if lives % 2 else [])
        emulator = killing.emulator
        arguments = (offer, TOKEN, str(tmp_path / f"{lives}.json"))
        with emulator.serve() as url:
            for at in (generator.randint(1, 6), generator.randint(1, 6), None):
                killing.at, killing.acting = at, generator.random() < 0.7
                if killing.run(PROGRAM, url, *arguments):
                    break
                kills += 1
                assert emulator.accepted("contoso", offer) <= 1
                # Some go-lives end before the program is run again.
                killing.away += generator.choice([0, 0, 96])
        assert emulator.accepted("contoso", offer) == 1
        go_live = emulator.market.offer("contoso", offer).operations[-1]
        assert State.of(go_live.status(emulator.market.now)) is State.SUCCEEDED


@pytest.mark.usefixtures("command_environment")
def test_the_command_killed_at_random_publishes_and_goes_live_exactly_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    generator = random.Random(20220301)
    kills = lives = 0
    while kills < KILLS // 2:
        lives += 1
        lost = generator.choice(["drop-answer", "drop-request", "reset-body", "502-after"])
        killing = Killing.of([f"{lost}@configure:{generator.randint(1, 2)}"] if lives % 2 else [])
        emulator = killing.emulator
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / f"{lives}"))
        with emulator.serve() as url:
            for last in (12, 110, 12, 110, None, None, None):
                killing.at = None if last is None else generator.randint(1, last)
                killing.acting = generator.random() < 0.7
                # Told that it is uncertain, a pipeline runs the same again.
                if killing.run(COMMAND, url, "contoso-db", again=Exit.UNCERTAIN):
                    break
                kills += killing.killed
                assert sum(emulator.accepted_submissions("contoso-db").values()) <= 1
                killing.away += generator.choice([0, 0, 96])
        (number,) = emulator.accepted_submissions("contoso-db")
        assert emulator.accepted_submissions("contoso-db")[number] == 1
        live = emulator.products.product("contoso-db").live(emulator.products.now)
        assert live is not None
        assert live.number == number


@pytest.mark.parametrize(("program", "accepted"), [(PROGRAM, 1), (FORGETFUL, 2)], ids=["", "forgetful"])
def test_a_go_live_that_ends_while_nothing_runs(tmp_path: Path, program: str, accepted: int) -> None:
    killing = Killing.of([])
    with killing.emulator.serve() as url:
        arguments = (url, MIGRATED, TOKEN, str(tmp_path / "store"))
        killing.at, killing.acting = "golive", True
        assert not killing.run(program, *arguments)
        assert killing.emulator.accepted("contoso", MIGRATED) == 1
        killing.at, killing.away = None, 96
        assert killing.run(program, *arguments)
    # Without what was known before, it is begun a second time: so the test above can fail.
    assert killing.emulator.accepted("contoso", MIGRATED) == accepted
